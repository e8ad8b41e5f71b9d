"""Two hosts with a cable between them: which frames cross it, and what happens when it is removed."""

import shutil
import subprocess
from collections.abc import Iterator

import pytest

from tests.support.hosts import Host, RemoteError, connect
from tests.support.lossy_link import LossyLink, expected
from tests.support.network import Network
from tests.support.waiting import wait_until

pytestmark = pytest.mark.network

GROUP_IPV4 = "239.74.163.2"
GROUP_IPV6 = "ff15:7079:7468:6f6e:6465:6d6f:6d63:6173"


@pytest.fixture(scope="module")
def hosts() -> Iterator[tuple[Host, Host]]:
    """Two hosts, connected by lan0; the route for multicast goes there."""
    if not all(map(shutil.which, ("unshare", "nsenter", "ip"))):
        pytest.skip("needs unshare, nsenter and ip")
    made: list[Host] = []
    try:
        made.extend(Host() for _ in range(2))
        connect(*made, "lan0", 1)
        for host in made:
            host.run("ip route add 224.0.0.0/4 dev lan0")
    except (AssertionError, subprocess.CalledProcessError) as error:
        for host in made:
            host.shut_down()
        pytest.skip(f"this system lets tests make no hosts: {error}")
    yield made[0], made[1]
    for host in made:
        host.shut_down()


@pytest.fixture
def port(network: Network) -> int:
    if not network.isolated:
        pytest.skip("needs a private network")
    return network.free_port()


@pytest.fixture(params=[GROUP_IPV4, GROUP_IPV6], ids=["ipv4", "ipv6"])
def group(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture
def near(hosts: tuple[Host, Host]) -> Iterator[Host]:
    yield hosts[0]
    hosts[0].close()


@pytest.fixture
def far(hosts: tuple[Host, Host]) -> Iterator[Host]:
    yield hosts[1]
    hosts[1].close()


def test_frames_cross_between_stock_and_ours(near: Host, far: Host, group: str, port: int):
    options = {"channel": group, "port": port, "hop_limit": 1}
    near.open("bus", "ours", options)
    far.open("bus", "stock", options)
    near.send("bus", 0x11)
    far.send("bus", 0x22)
    assert 0x11 in far.recv_ids("bus", 2, 2.0)
    arbitration_id, is_rx, source = near.recv("bus", 2.0)
    expected = f"10.0.1.2:{port}" if group == GROUP_IPV4 else f"[fd00:1::2]:{port}"
    assert (arbitration_id, is_rx, source) == (0x22, True, expected)
    assert near.recv("bus", 0) is None


def test_a_batch_crosses_as_ordinary_datagrams(near: Host, far: Host, group: str, port: int):
    near.open("bus", "ours", {"channel": group, "port": port})
    far.open("bus", "stock", {"channel": group, "port": port})
    assert near.send_batch("bus", 200) == 200
    assert far.recv_ids("bus", 200, 2.0) == list(range(200))


def test_a_hop_limit_of_zero_stays_on_the_host(near: Host, far: Host, group: str, port: int):
    near.open("bus", "ours", {"channel": group, "port": port, "hop_limit": 0})
    near.open("neighbor", "stock", {"channel": group, "port": port})
    far.open("bus", "stock", {"channel": group, "port": port})
    near.send("bus", 0x11)
    assert near.recv_ids("neighbor", 1, 2.0) == [0x11]
    assert far.recv("bus", 0.05) is None


def test_a_bus_of_this_host_only_refuses_other_hosts_and_meets_stock_peers(near: Host, far: Host, port: int):
    near.open("bus", "ours", {"local": True, "port": port})
    near.open("neighbor", "stock", {"channel": GROUP_IPV4, "port": port})
    far.open("bus", "stock", {"channel": GROUP_IPV4, "port": port})
    far.send("bus", 0x33)
    wait_until(lambda: near.recv("bus", 0) is None and near.foreign("bus") == 1)
    near.send("neighbor", 0x44)
    assert near.recv("bus", 2.0)[0] == 0x44
    near.send("bus", 0x55)
    assert 0x55 in near.recv_ids("neighbor", 3, 2.0)
    assert far.recv_ids("bus", 2, 0.1) == [0x33, 0x44]


def test_without_a_route_a_bus_reports_it_and_this_host_only_still_works(port: int):
    lonely = Host()
    try:
        for group in (GROUP_IPV4, GROUP_IPV6):
            with pytest.raises(
                RemoteError, match=r"no route for the multicast group.*name an interface \(lo"
            ):
                lonely.open("bus", "ours", {"channel": group, "port": port})
        for name in ("one", "other"):
            lonely.open(name, "ours", {"local": True, "port": port})
        lonely.send("one", 0x66)
        assert lonely.recv("other", 2.0)[0] == 0x66
        lonely.run("ip link set lo down")
        with pytest.raises(RemoteError, match="on lo: is it up"):
            lonely.open("third", "ours", {"local": True, "port": port})
    finally:
        lonely.shut_down()


@pytest.fixture
def two_lans(hosts: tuple[Host, Host]) -> Iterator[None]:
    """A second cable, lan1."""
    connect(*hosts, "lan1", 2)
    yield
    hosts[0].run("ip link del lan1")


@pytest.mark.usefixtures("two_lans")
def test_two_interfaces_do_not_receive_each_others_frames(near: Host, far: Host, group: str, port: int):
    for name in ("lan0", "lan1"):
        for host in (near, far):
            host.open(name, "ours", {"channel": group, "port": port, "interface": name})
    far.send("lan0", 0x10)
    far.send("lan1", 0x20)
    assert near.recv("lan0", 2.0)[0] == 0x10
    assert near.recv("lan1", 2.0)[0] == 0x20
    assert near.recv("lan0", 0.02) is None
    assert near.recv("lan1", 0.02) is None


@pytest.mark.usefixtures("two_lans")
def test_a_bus_may_be_on_two_interfaces_at_once(near: Host, far: Host, group: str, port: int):
    near.open("both", "ours", {"channel": group, "port": port, "interface": "lan0,lan1"})
    for name in ("lan0", "lan1"):
        far.open(name, "ours", {"channel": group, "port": port, "interface": name})
        far.send(name, 0x10)
    sources = {near.recv("both", 2.0)[2].rpartition(":")[0] for _ in range(2)}
    assert len(sources) == 2
    near.send("both", 0x20)
    assert near.recv("both", 0.02) is None
    for name in ("lan0", "lan1"):
        assert far.recv(name, 2.0)[0] == 0x20
        assert far.recv(name, 0.02) is None


@pytest.mark.usefixtures("two_lans")
def test_a_bus_follows_the_route(near: Host, far: Host, port: int):
    options = {"channel": GROUP_IPV4, "port": port}
    near.open("bus", "ours", options)
    far.open("lan1", "ours", options | {"interface": "lan1"})
    near.run("ip route replace 224.0.0.0/4 dev lan1")
    try:
        far.send("lan1", 0x10)
        wait_until(lambda: [far.send("lan1", 0x11), near.recv("bus", 0.1)][1])
        wait_until(lambda: [near.send("bus", 0x12), far.recv("lan1", 0.1)][1])
    finally:
        near.run("ip route replace 224.0.0.0/4 dev lan0")


@pytest.fixture
def spare_lan(hosts: tuple[Host, Host]) -> Iterator[None]:
    """A cable that a test may remove."""
    connect(*hosts, "spare", 3)
    yield
    hosts[0].run("ip link del spare")


@pytest.mark.usefixtures("spare_lan")
def test_an_interface_that_goes_down_is_reported_and_its_return_too(
    near: Host, far: Host, group: str, port: int
):
    options = {"channel": group, "port": port, "interface": "spare"}
    near.open("bus", "ours", options)
    far.open("bus", "ours", options)
    assert near.state("bus") == "ACTIVE"
    near.run("ip link set spare down")
    wait_until(lambda: near.problem("bus"))
    assert near.problem("bus") == "the interface spare is down"
    assert near.state("bus") == "ERROR"
    with pytest.raises(RemoteError, match="spare"):
        near.send("bus", 1)
    near.run("ip link set spare up")
    if group == GROUP_IPV6:
        near.run("ip addr replace fd00:3::1/64 dev spare nodad")
    wait_until(lambda: near.problem("bus") is None)
    wait_until(lambda: [far.send("bus", 0x21), near.recv("bus", 0.1)][1])
    near.send("bus", 0x22)
    assert 0x22 in far.recv_ids("bus", 1, 2.0)


@pytest.mark.usefixtures("spare_lan")
def test_an_interface_that_was_removed_and_created_again_is_joined_again(
    hosts: tuple[Host, Host], near: Host, far: Host, group: str, port: int
):
    options = {"channel": group, "port": port, "interface": "spare"}
    near.open("bus", "ours", options | {"receive_own_messages": True})
    near.run("ip link del spare")
    wait_until(lambda: near.problem("bus"))
    assert "no network interface spare" in near.problem("bus")
    with pytest.raises(RemoteError, match="no network interface spare"):
        near.send("bus", 1)
    connect(*hosts, "spare", 3)
    wait_until(lambda: near.problem("bus") is None)
    far.open("bus", "ours", options)
    far.send("bus", 0x31)
    assert near.recv("bus", 2.0)[:2] == [0x31, True]
    near.send("bus", 0x32)
    assert near.recv("bus", 2.0)[:2] == [0x32, False]
    assert 0x32 in far.recv_ids("bus", 2, 0.5)


@pytest.fixture
def lossy_link(hosts: tuple[Host, Host], port: int) -> Iterator[LossyLink]:
    """A link that loses a tenth of all frames and delays a tenth."""
    link = LossyLink(*hosts, "lossy", 5, port)
    yield link
    link.remove()


@pytest.mark.usefixtures("lossy_link")
@pytest.mark.parametrize("stock_sends", [True, False])
def test_frames_over_a_lossy_link_arrive_in_its_order(
    near: Host, far: Host, group: str, port: int, stock_sends: bool
):
    """Stock on one host, ours on the other: lost frames are missing, others keep the order of the link."""
    ours, stock = (far, near) if stock_sends else (near, far)
    ours.open("bus", "ours", {"channel": group, "port": port, "interface": "lossy"})
    # Stock uses the interface of the route, which is removed together with the link.
    stock.run(f"ip route replace multicast {group} dev lossy table local")
    stock.open("bus", "stock", {"channel": group, "port": port})
    sender, receiver = (stock, ours) if stock_sends else (ours, stock)
    numbers = list(range(0x100, 0x100 + 100))
    for number in numbers:
        sender.send("bus", number)
    assert receiver.recv_ids("bus", 100, 0.5) == expected(numbers)


@pytest.fixture
def lean_lan(hosts: tuple[Host, Host]) -> Iterator[None]:
    """A cable with link-local addresses only, as most IPv6 networks of one cable have."""
    connect(*hosts, "lean", 4, link_local=True)
    yield
    hosts[0].run("ip link del lean")


@pytest.mark.usefixtures("lean_lan")
@pytest.mark.parametrize("channel", ["ff02::77%lean", "ff12::77", GROUP_IPV6])
def test_link_local_addresses_name_their_interface_and_own_ones_are_known(
    near: Host, far: Host, port: int, channel: str
):
    options = {"channel": channel, "port": port, "interface": None if "%" in channel else "lean"}
    near.open("bus", "ours", options | {"receive_own_messages": True})
    near.open("silent", "ours", options)
    far.open("bus", "ours", options)
    far.send("bus", 0x71)
    arbitration_id, is_rx, source = near.recv("bus", 2.0)
    assert (arbitration_id, is_rx) == (0x71, True)
    assert source.startswith("[fe80::2%lean]:")
    assert near.recv("silent", 2.0)[0] == 0x71
    near.send("bus", 0x72)
    assert near.recv("bus", 2.0)[:2] == [0x72, False]
    assert far.recv("bus", 2.0)[0] == 0x72
    assert near.recv("silent", 2.0)[0] == 0x72
    near.send("silent", 0x73)
    assert near.recv("bus", 2.0)[:2] == [0x73, True]
    assert near.recv("silent", 0) is None
    assert near.foreign("bus") == 0
