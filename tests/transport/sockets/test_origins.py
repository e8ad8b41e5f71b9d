"""The origins of datagrams, as reported by Python and by the kernel."""

import socket
import struct

import pytest

from canmcast_gui.frames import Source
from canmcast_gui.transport.sockets import platforms
from canmcast_gui.transport.sockets.addresses import parse_group
from canmcast_gui.transport.sockets.origins import Origins, Sender, parse_socket_address, source_of

IPV4, IPV6 = parse_group("239.1.2.3"), parse_group("ff15::5")
NAME_IPV4 = (
    struct.pack("=H", socket.AF_INET) + struct.pack("!H", 4711) + socket.inet_aton("10.0.0.7") + bytes(8)
)
NAME_IPV6 = (
    struct.pack("=H", socket.AF_INET6)
    + struct.pack("!HI", 4711, 3)
    + socket.inet_pton(socket.AF_INET6, "fd00::7")
    + struct.pack("=I", 0)
)


def info_of(address: str, index: int) -> bytes:
    """An in_pktinfo or in6_pktinfo."""
    if ":" in address:
        return socket.inet_pton(socket.AF_INET6, address) + struct.pack("@I", index)
    return struct.pack("@I", index) + socket.inet_aton("10.0.0.1") + socket.inet_aton(address)


def raw(info: bytes, name: bytes) -> bytes:
    """A control message with a pktinfo, followed by a sockaddr."""
    level, kind = (
        (socket.IPPROTO_IPV6, platforms.IPV6_PKTINFO)
        if len(info) == 20
        else (socket.IPPROTO_IP, platforms.IP_PKTINFO)
    )
    message = struct.pack("@Qii", 16 + len(info), level, kind) + info
    return message.ljust(-(-len(message) // 8) * 8, b"\0") + name


@pytest.mark.parametrize(
    ("group", "name", "address"),
    [(IPV4, NAME_IPV4, ("10.0.0.7", 4711)), (IPV6, NAME_IPV6, ("fd00::7", 4711, 3, 0))],
)
@pytest.mark.parametrize(
    ("change", "foreign"), [("none", False), ("group", True), ("interface", True), ("missing", True)]
)
def test_datagrams_for_other_destinations_are_foreign(group, name, address, change, foreign):
    origins = Origins(group, reports_destinations=True)
    origins.join(7)
    elsewhere = "ff15::6" if group.is_ipv6 else "239.1.2.4"
    info = info_of(elsewhere if change == "group" else group.address, 8 if change == "interface" else 7)
    expected = Sender(address[0], 0, Source(address[0], 4711), foreign)
    assert origins.read((address, None if change == "missing" else info)) == expected
    as_the_kernel_says = raw(info, name)
    if change == "missing":
        as_the_kernel_says = bytes(len(as_the_kernel_says) - len(name)) + name
    assert origins.read(as_the_kernel_says) == expected
    assert len(as_the_kernel_says) == origins.end - 32
    origins.leave(7)
    assert origins.read((address, info)).foreign


@pytest.mark.parametrize(
    ("group", "name", "address"),
    [(IPV4, NAME_IPV4, ("10.0.0.7", 4711)), (IPV6, NAME_IPV6, ("fd00::7", 4711, 3, 0))],
)
def test_without_reported_destinations_no_datagram_is_foreign(group, name, address):
    origins = Origins(group, reports_destinations=False)
    for origin in (name, (address, None)):
        assert origins.read(origin) == Sender(address[0], 0, Source(address[0], 4711), False)


def test_addresses_read_as_pythons_sockets_give_them():
    assert parse_socket_address(NAME_IPV4) == ("10.0.0.7", 4711)
    assert parse_socket_address(NAME_IPV6) == ("fd00::7", 4711, 3, 0)


def test_a_link_local_source_keeps_its_interface():
    name = socket.if_indextoname(1)
    assert source_of(("fe80::7", 5, 0, 1)) == Source(f"fe80::7%{name}", 5)
    assert source_of(("fe80::7", 5, 0, 9999)) == Source("fe80::7%9999", 5)
