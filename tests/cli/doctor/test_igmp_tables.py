"""Linux's lists of joined multicast groups."""

import socket
import struct

from canmcast_gui.cli.doctor.igmp_tables import parse_igmp, parse_igmp6

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
