"""``canmcast doctor``: each reason why no frames arrive has its own diagnosis."""

import socket
import time

import pytest

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
        "priority of the capture and transmit processes",
        "a probe",
        "was received",
    ):
        assert part in result.stdout


def test_if_frames_arrive_it_counts_their_senders(start, canmcast, stock_peer, bus):
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


def test_a_datagram_that_is_not_a_frame_is_shown(start, bus):
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


def test_a_missing_interface_ends_it(canmcast):
    result = canmcast("doctor", "--interface", "nope0")
    assert result.returncode == 1
    assert "nope0" in diagnosis(result)


def test_a_port_that_another_program_does_not_share_ends_it(canmcast, network):
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as greedy:
        greedy.bind((DEFAULT_GROUP_IPV4, 0))
        port = greedy.getsockname()[1]
        result = canmcast("doctor", "--local", "--port", port)
    assert result.returncode == 1
    assert f"port {port} is in use" in diagnosis(result).lower()
