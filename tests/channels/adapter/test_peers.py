"""Channels of python-can with peers: UDP multicast with our native bus, the server of python-can-remote."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator

import can
import numpy as np
import pytest

from canmcast_gui.frames import Flag
from canmcast_gui.transport.bus import UdpMulticastBus
from tests.channels.channel import OpenChannel, message, open_channel
from tests.support.network import GROUP_IPV4, Network
from tests.support.waiting import wait_until

KINDS = (
    message(0x123, "1122334455667788"),
    message(0x18DAF110, "01"),
    message(0x321, is_remote_frame=True, dlc=4),
    message(0x222, "03" * 64, is_fd=True, bitrate_switch=True, error_state_indicator=True),
)
ROWS = [
    (0x123, "", "1122334455667788"),
    (0x18DAF110, "EXTENDED", "01"),
    (0x321, "REMOTE", ""),
    (0x222, "FD BRS ESI", "03" * 64),
]


@pytest.fixture
def port(network: Network) -> int:
    """A UDP port of this test."""
    return network.free_port()


@pytest.fixture
def channel(port: int) -> Iterator[OpenChannel]:
    """A channel of stock python-can's multicast bus, number 2."""
    with open_channel(f"udp_multicast:{GROUP_IPV4},port={port},hop_limit=0", 2) as one:
        yield one


@pytest.fixture
def peer(port: int) -> Iterator[can.BusABC]:
    """Our native bus on the same group."""
    with UdpMulticastBus(GROUP_IPV4, port=port, hop_limit=0) as bus:
        yield bus


@pytest.mark.network
def test_multicast_frames_pass_both_ways(channel: OpenChannel, peer: can.BusABC) -> None:
    """Own frames return without a mark: each is shown once, as sent."""
    for each in KINDS:
        peer.send(each)
    channel.receive(4)
    assert channel.rows == ROWS
    channel.send(*KINDS)
    channel.receive(8)
    assert channel.rows[4:] == [(number, f"{flags} TX".strip(), data) for number, flags, data in ROWS]
    received = [peer.recv(5) for _ in KINDS]
    assert [each.arbitration_id for each in received if each] == [row[0] for row in ROWS]
    # Another node may send the same frame later: it is not an own one.
    peer.send(KINDS[0])
    assert channel.receive(9).has(Flag.TX).tolist()[-1] is False
    channel.until(lambda: channel.capture.statistics().sent == 4)
    statistics = channel.capture.statistics()
    assert (statistics.received, statistics.send_failures, statistics.malformed) == (9, 0, 0)
    assert statistics.times == "the driver, in UTC"


@pytest.mark.network
def test_many_own_frames_are_each_shown_once(channel: OpenChannel, peer: can.BusABC) -> None:
    """Though a peer sends equal ones: one of each two is marked."""
    count = 500
    for number in range(count):
        channel.send(message(0x100, f"{number:04x}"))
        peer.send(message(0x100, f"{number:04x}"))
    frames = channel.receive(2 * count)
    own = frames[frames.has(Flag.TX)]
    assert len(own) == count
    payloads = np.ascontiguousarray(own.data[:, :2]).view(">u2")[:, 0]
    assert sorted(payloads.tolist()) == list(range(count))


@pytest.fixture
def server() -> Iterator[str]:
    """The address of python-can-remote's server, which serves a multicast bus."""
    code = (
        "import sys\n"
        "from can_remote.server import RemoteServer\n"
        "server = RemoteServer('127.0.0.1', 0, interface='udp_multicast', hop_limit=0, "
        f"channel={GROUP_IPV4!r})\n"
        "print(server.server_port, flush=True)\n"
        "server.serve_forever()\n"
    )
    process = subprocess.Popen([sys.executable, "-c", code], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    try:
        yield f"ws://127.0.0.1:{int(process.stdout.readline())}"
    finally:
        process.kill()
        process.communicate()


@pytest.mark.network
def test_a_remote_server_is_a_channel(server: str, port: int, peer: can.BusABC) -> None:
    """A plug-in of python-can, whose options are for the bus of the server."""
    with open_channel(f"lab=remote:{server},port={port}") as channel:
        peer.send(KINDS[0])
        peer.send(KINDS[1])
        channel.receive(2)
        assert channel.rows == ROWS[:2]
        channel.send(KINDS[0])
        wait_until(lambda: _ids(peer) == [0x123])
        # The bus of the server returns it, too, without a mark that would pass through the connection.
        channel.until(lambda: channel.frames.has(Flag.TX).tolist().count(True) == 1)


def _ids(bus: can.BusABC) -> list[int]:
    message = bus.recv(0.2)
    return [] if message is None else [message.arbitration_id]
