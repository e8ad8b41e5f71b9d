"""The group of a captured packet, for the right port only."""

import socket
import struct

import pytest

from canmcast_gui.doctor.operating_system import parse_igmp, parse_igmp6
from canmcast_gui.doctor.other_groups import multicast_destination


def ipv4_packet(group: str, port: int, protocol: int = 17, fragment: int = 0) -> bytes:
    start = struct.pack("!BBHHHBBH", 0x46, 0, 0, 0, fragment, 1, protocol, 0)
    addresses = socket.inet_aton("10.0.0.1") + socket.inet_aton(group)
    return start + addresses + bytes(4) + struct.pack("!4H", 4242, port, 8, 0)


def ipv6_packet(group: str, port: int, protocol: int = 17) -> bytes:
    start = struct.pack("!IHBB", 6 << 28, 8, protocol, 1)
    addresses = bytes(16) + socket.inet_pton(socket.AF_INET6, group)
    return start + addresses + struct.pack("!4H", 4242, port, 8, 0)


@pytest.mark.parametrize(
    ("protocol", "packet", "expected"),
    [
        (0x0800, ipv4_packet("239.1.2.3", 43113), "239.1.2.3"),
        (0x0800, ipv4_packet("239.1.2.3", 43114), None),
        (0x0800, ipv4_packet("10.1.2.3", 43113), None),
        (0x0800, ipv4_packet("239.1.2.3", 43113, protocol=6), None),
        (0x0800, ipv4_packet("239.1.2.3", 43113, fragment=5), None),
        (0x0800, ipv4_packet("239.1.2.3", 43113)[:25], None),
        (0x86DD, ipv6_packet("ff15::7", 43113), "ff15::7"),
        (0x86DD, ipv6_packet("ff15::7", 43113, protocol=58), None),
        (0x86DD, ipv6_packet("fe80::7", 43113), None),
        (0x0806, ipv4_packet("239.1.2.3", 43113), None),
        (0x0800, b"", None),
    ],
)
def test_captured_packets_are_read(protocol, packet, expected):
    assert multicast_destination(protocol, packet, 43113) == expected


IGMP = """Idx\tDevice    : Count Querier\tGroup    Users Timer\tReporter
1\tlo        :     2      V3
\t\t\t\t{can}     1 0:00000000\t\t0
\t\t\t\t{all}     1 0:00000000\t\t0
2\teth0      :     1      V3
\t\t\t\t{all}     1 0:00000000\t\t0
"""


def test_memberships_as_linux_lists_them():
    def number(address: str) -> str:
        return f"{struct.unpack('=I', socket.inet_aton(address))[0]:08X}"

    text = IGMP.format(can=number("239.74.163.2"), all=number("224.0.0.1"))
    assert parse_igmp(text) == {("lo", "239.74.163.2"), ("lo", "224.0.0.1"), ("eth0", "224.0.0.1")}
    assert parse_igmp6("1    lo              ff020000000000000000000000000001     1 0000000C 0\n") == {
        ("lo", "ff02::1")
    }
