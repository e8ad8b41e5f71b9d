"""``canmcast send``: what stock peers get."""

import pytest
from click.testing import CliRunner

from canmcast_gui.cli.commands.send import late_text
from canmcast_gui.cli.program import program
from canmcast_gui.transmit import JobStatus
from tests.cli.commands.test_dump import option
from tests.cli.conftest import assert_one_line


def test_stock_peers_receive_single_frames(canmcast, stock_peer, bus):
    peer = stock_peer("recv", "--port", option(bus, "--port"), "--count", 3)
    assert canmcast("send", *bus, "123#DEADBEEF", "124#R4", "1F334455##1AABB").returncode == 0
    found = peer.result()
    assert found["ids"] == {"123": 1, "124": 1, "1F334455": 1}
    assert found["last"] == {"123": "deadbeef", "124": "", "1F334455": "aabb"}


def test_periodic_frames_come_as_often_as_asked(canmcast, stock_peer, bus):
    peer = stock_peer("recv", "--port", option(bus, "--port"), "--count", 20)
    result = canmcast("send", *bus, "100#01", "200#02", "--period", "5", "--count", "10", "--catch-up")
    assert result.returncode == 0
    assert "20 frames sent" in result.stderr
    assert peer.result()["ids"] == {"100": 10, "200": 10}


def test_late_frames_are_reported_as_sent_or_left_out():
    caught_up, left_out = JobStatus(1, 5, 3, True), JobStatus(2, 5, 1004, True, left_out=1004)
    assert late_text([]) == ""
    assert late_text([caught_up]) == ", 3 of them late"
    assert late_text([left_out, caught_up]) == ", 3 of them late, 1,004 left out because they were late"


def test_without_a_count_it_continues_until_ctrl_c(start, stock_peer, bus):
    peer = stock_peer("recv", "--port", option(bus, "--port"), "--count", 5)
    send = start("send", *bus, "123#", "--period", "5")
    assert peer.result()["received"] == 5
    assert send.interrupt().result().returncode == 0


def test_with_a_wrong_frame_nothing_leaves(canmcast, start, bus):
    dump = start("dump", *bus, "--count", "1").wait_until_listening()
    result = canmcast("send", *bus, "100#01", "123#0")
    assert result.returncode == 2
    assert "123#0" in result.stderr
    assert canmcast("send", *bus, "456#").returncode == 0
    assert dump.result().stdout.endswith(" 456#\n")


@pytest.mark.parametrize(
    "arguments", [["123"], ["900#00"], ["123#" + "00" * 9], ["123#", "--count", "2"], ["123#", "--catch-up"]]
)
def test_wrong_usage_is_exit_code_2(arguments):
    assert CliRunner().invoke(program, ["send", "--local", *arguments]).exit_code == 2


def test_fd_on_a_classic_bus_is_refused(canmcast, bus):
    assert_one_line(canmcast("send", *bus, "--no-fd", "123##0"), 1, "FD")
    assert_one_line(canmcast("send", *bus, "--no-fd", "123##0", "--period", "5", "--count", "1"), 1, "FD")


@pytest.fixture
def two_channels(network):
    """The options of two channels, and the port of the second."""
    ports = network.free_port(), network.free_port()
    kinds = "multicast", "udp_multicast"
    buses = [
        f"--bus={kind}:239.74.163.2,port={each},hop_limit=0" for kind, each in zip(kinds, ports, strict=True)
    ]
    return buses, str(ports[1])


@pytest.mark.parametrize("command", [("send", "123#01"), ("fuzz", "--ids", "123", "--count", "1")])
def test_frames_are_sent_on_the_channel(canmcast, stock_peer, two_channels, command):
    buses, second = two_channels
    peer = stock_peer("recv", "--port", second, "--count", 1)
    result = canmcast(*command, *buses, "--channel", "2")
    assert result.returncode == 0, result.stderr
    assert peer.result()["ids"] == {"123": 1}


@pytest.mark.parametrize("command", [("send", "123#"), ("fuzz",)])
def test_a_channel_that_is_not_open_is_named(canmcast, two_channels, command):
    result = canmcast(*command, *two_channels[0], "--channel", "3")
    assert result.returncode == 2
    assert "channel 3 is not open; open channels: 1, 2" in result.stderr
