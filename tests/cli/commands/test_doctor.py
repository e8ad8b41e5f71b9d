"""``canmcast doctor``: each way in which nothing arrives gets its own diagnosis."""

import socket
import struct
import time

import pytest

from canmcast_gui.cli.doctor.igmp_tables import parse_igmp, parse_igmp6
from canmcast_gui.cli.doctor.packet_capture import multicast_destination
from canmcast_gui.transport import DEFAULT_GROUP_IPV4
from tests.cli.commands.test_dump import option


def diagnosis(result) -> str:
    assert "Traceback" not in result.stderr
    lines = result.stdout.splitlines()
    assert lines[-1].startswith("Diagnosis: "), result.stdout + result.stderr
    return lines[-1]


def test_without_a_sender_this_computer_is_fine(canmcast, bus):
    result = canmcast("doctor", *bus, "--duration", "0.3")
    assert result.returncode == 0
    assert "no other sender was found" in diagnosis(result)
    for part in (
        "is up and carries multicast",
        "joined the group",
        "receive buffer",
        "a probe",
        "was received",
    ):
        assert part in result.stdout


def test_where_frames_arrive_it_counts_their_senders(start, canmcast, stock_peer, bus):
    start("generate", *bus, "--rate", "200", "--duration", "20")
    stock_peer("send", "--port", option(bus, "--port"), "--rate", 200, "--seconds", 20)
    result = canmcast("doctor", *bus, "--duration", "10")
    assert result.returncode == 0
    assert "from 2 senders" in diagnosis(result)
    assert f"port {option(bus, '--port')} is shared with" in result.stdout


def test_frames_for_another_group_are_found(start, canmcast, bus):
    other = (*bus, "--group", "239.9.8.7")
    start("dump", *other).wait_until_listening()
    start("generate", *other, "--rate", "200", "--duration", "20")
    result = canmcast("doctor", *bus, "--duration", "0.7")
    assert result.returncode == 1
    assert "add --group 239.9.8.7." in diagnosis(result)


def test_frames_for_a_group_that_no_program_here_has_joined_are_seen(start, canmcast, network, bus):
    if not network.isolated:
        pytest.skip("only root may look at all packets")
    start("generate", *bus, "--group", "239.9.8.7", "--rate", "200", "--duration", "20")
    result = canmcast("doctor", *bus, "--duration", "0.7")
    assert result.returncode == 1
    assert "add --group 239.9.8.7." in diagnosis(result)


def test_the_other_default_group_is_found(stock_peer, canmcast, network):
    if not network.isolated:
        pytest.skip("needs a private network for IPv6 on the loopback interface")
    port = network.free_port()
    stock_peer("send", "--group", DEFAULT_GROUP_IPV4, "--port", port, "--rate", 200, "--seconds", 20)
    result = canmcast("doctor", "--port", port, "--duration", "1")
    assert result.returncode == 1
    assert f"add --group {DEFAULT_GROUP_IPV4}" in diagnosis(result)


def test_what_is_no_frame_is_shown(start, bus):
    doctor = start("doctor", *bus, "--duration", "2")
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as sender:
        sender.setsockopt(socket.IPPROTO_IP, socket.IP_MULTICAST_TTL, 0)
        while doctor.process.poll() is None:
            sender.sendto(b"no frame", (DEFAULT_GROUP_IPV4, int(option(bus, "--port"))))
            time.sleep(0.02)  # leave the command some of the processor
    result = doctor.result()
    assert result.returncode == 1
    assert "none of them is a frame" in diagnosis(result)
    assert b"no frame".hex(" ") in result.stdout


def test_fd_frames_on_a_classic_bus_are_explained(start, canmcast, bus):
    start("generate", *bus, "--fd", "--rate", "200", "--duration", "20")
    result = canmcast("doctor", *bus, "--no-fd", "--duration", "1")
    assert result.returncode == 1
    assert "omit --no-fd" in diagnosis(result)


def test_an_interface_that_is_not_there_ends_it(canmcast):
    result = canmcast("doctor", "--interface", "nope0")
    assert result.returncode == 1
    assert "nope0" in diagnosis(result)


def test_a_port_that_another_program_keeps_to_itself_ends_it(canmcast, network):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as greedy:
        greedy.bind((DEFAULT_GROUP_IPV4, 0))
        port = greedy.getsockname()[1]
        result = canmcast("doctor", "--local", "--port", port)
    assert result.returncode == 1
    assert f"port {port} is in use" in diagnosis(result).lower()


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
