"""The interfaces of this host, and which of them a bus is on."""

import gc
import socket
import threading
from collections import namedtuple

import psutil
import pytest

from canmcast_gui.transport import BusError, list_interfaces, local_interface
from canmcast_gui.transport.sockets import interfaces as watching
from canmcast_gui.transport.sockets import routes
from canmcast_gui.transport.sockets.addresses import (
    DEFAULT_GROUP_IPV4,
    DEFAULT_GROUP_IPV6,
    parse_group,
)
from canmcast_gui.transport.sockets.interfaces import Link, find_interface
from canmcast_gui.transport.sockets.routes import (
    SYSTEMS_CHOICE,
    choose_interfaces,
    is_own_address,
    loopback_interface,
    route_to,
)
from tests.support.network import Network
from tests.support.waiting import wait_until


@pytest.fixture
def loopback(network: Network) -> Link:
    if not network.isolated:
        pytest.skip("needs a private network with loopback only")
    return loopback_interface()


def test_the_loopback_interface_is_listed(loopback: Link):
    (interface,) = [one for one in list_interfaces() if one.name == loopback.name]
    assert interface.is_loopback
    assert interface.is_up
    assert interface.index == loopback.index
    assert "127.0.0.1" in interface.ipv4
    assert "::1" in interface.ipv6


@pytest.mark.parametrize("text", ["lo", "1", "127.0.0.1", "::1", "0:0::1"])
def test_an_interface_is_found_by_name_index_or_address(loopback: Link, text: str):
    assert find_interface(text) == loopback


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("eth77", "no network interface eth77; it has the interfaces lo"),
        ("77", "no network interface 77"),
        ("10.1.2.3", "no address 10.1.2.3"),
        ("fe80::77%lo", "no address fe80::77%lo"),
        ("x" * 300, "no network interface xxx"),
        ("1" * 300, "no network interface 111"),
        ("\0", "no network interface"),
    ],
)
@pytest.mark.usefixtures("loopback")
def test_a_missing_interface_is_named(text: str, says: str):
    with pytest.raises(BusError, match=says):
        find_interface(text)


@pytest.mark.parametrize("group", [DEFAULT_GROUP_IPV4, DEFAULT_GROUP_IPV6])
def test_a_bus_uses_the_interface_of_the_route_by_default(loopback: Link, group: str):
    assert local_interface(group) == loopback
    parsed = parse_group(group)
    assert choose_interfaces(parsed, None, local=False) == (loopback,)
    assert choose_interfaces(parsed, "lo, 1,127.0.0.1", local=False) == (loopback,)
    assert choose_interfaces(parse_group("ff02::5%lo"), None, local=False) == (loopback,)
    with pytest.raises(BusError, match="eth5"):
        choose_interfaces(parse_group("ff02::5%eth5"), None, local=False)


def test_own_addresses_are_known(loopback: Link):
    assert is_own_address("127.0.0.1")
    assert is_own_address("::1")
    assert not is_own_address("10.9.8.7")
    assert not is_own_address("2001:db8::1")
    assert not is_own_address("fe80::77", loopback.index)
    assert route_to("127.0.0.1").interface_index == loopback.index
    assert route_to("198.51.100.1") is None


def test_without_netlink_the_route_is_found_by_connecting(loopback: Link, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr("sys.platform", "darwin")
    route = route_to("127.0.0.1")
    assert (route.interface_index, route.is_own_address) == (loopback.index, True)
    assert route_to("198.51.100.1") is None
    assert is_own_address("::1")
    assert not is_own_address("10.9.8.7")


def test_names_that_differ_from_the_systems_are_found_by_address(monkeypatch: pytest.MonkeyPatch):
    """As on Windows, where the system's own names are others."""
    address = namedtuple("address", "family address")
    state = namedtuple("state", "isup flags")
    monkeypatch.setattr(
        psutil,
        "net_if_addrs",
        lambda: {
            "Ethernet 2": [address(socket.AF_INET, "10.0.0.7"), address(socket.AF_INET6, "fe80::7%12")],
            "Loopback Pseudo-Interface 1": [
                address(socket.AF_INET, "127.0.0.1"),
                address(socket.AF_INET6, "::1"),
            ],
        },
    )
    monkeypatch.setattr(
        psutil,
        "net_if_stats",
        lambda: {"Ethernet 2": state(True, ""), "Loopback Pseudo-Interface 1": state(True, "")},
    )
    (interface,) = list_interfaces()
    assert (interface.name, interface.index, interface.ipv6) == ("Ethernet 2", 12, ("fe80::7",))
    assert interface.is_multicast
    for text in ("Ethernet 2", "10.0.0.7", "fe80::7"):
        assert find_interface(text) == Link("Ethernet 2", 12)


def test_a_route_over_an_unknown_interface_is_left_to_the_system(
    loopback: Link, monkeypatch: pytest.MonkeyPatch
):
    monkeypatch.setattr("sys.platform", "win32")
    monkeypatch.setattr(routes, "list_interfaces", list)
    assert route_to("127.0.0.1").interface_index == 0
    group = parse_group(DEFAULT_GROUP_IPV4)
    assert choose_interfaces(group, None, local=False) == (SYSTEMS_CHOICE,)
    assert loopback not in choose_interfaces(group, None, local=False)


class Watched:
    def __init__(self) -> None:
        self.looks = 0

    def check_interfaces(self) -> None:
        self.looks += 1


@pytest.fixture(autouse=True)
def impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(watching, "INTERVAL_SECONDS", 0.005)


def threads() -> list[threading.Thread]:
    return [thread for thread in threading.enumerate() if thread.name == "canmcast-interfaces"]


def test_one_thread_checks_all_receivers_until_the_last_is_closed():
    one, other = Watched(), Watched()
    watching.watch(one)
    watching.watch(other)
    assert len(threads()) == 1
    wait_until(lambda: one.looks and other.looks)
    watching.unwatch(one)
    seen = one.looks
    looked = other.looks
    wait_until(lambda: other.looks > looked + 2)
    assert one.looks <= seen + 1
    watching.unwatch(other)
    assert not threads()
    watching.unwatch(other)


def test_an_unreferenced_receiver_is_collected_and_the_thread_ends():
    watching.watch(Watched())
    gc.collect()
    wait_until(lambda: not threads())
    late = Watched()
    watching.watch(late)
    wait_until(lambda: late.looks)
    watching.unwatch(late)
