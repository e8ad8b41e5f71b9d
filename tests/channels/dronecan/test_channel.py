"""DroneCAN channels with real sockets: the package ``dronecan`` as the peer, and what is counted."""

import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import numpy as np
import pytest

from canmcast_gui.channels.dronecan import wire
from canmcast_gui.channels.dronecan.decoder import DroneCanDecoder, open_receiver
from canmcast_gui.channels.dronecan.encoder import open_sender
from canmcast_gui.channels.dronecan.kind import DroneCan, to_bus_settings
from canmcast_gui.channels.kinds import kind_of
from canmcast_gui.channels.settings import ChannelSettings, parse_channel
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.processes.factories import load_factory
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.receiver import Receiver
from canmcast_gui.transport.wire.codec import Refusal
from tests.support.waiting import wait_until

pytestmark = pytest.mark.network
ROOT = Path(__file__).parents[3]


@contextmanager
def peer(*arguments: str) -> Iterator[subprocess.Popen]:
    pytest.importorskip("dronecan", reason="the package dronecan is not installed")
    command = [sys.executable, "-m", "tests.support.dronecan_peer", *arguments]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline().strip() == "ready"
        yield process


def channel(bus: int, **options: bool) -> ChannelSettings:
    return ChannelSettings("dronecan", str(bus), {"hop_limit": 0, **options})


def numbered(count: int) -> FrameBatch:
    """Classic frames and CAN FD frames in turn, with their number in front."""
    data = np.zeros((count, 64), dtype=np.uint8)
    data[:, :4] = np.arange(count, dtype="<u4").view(np.uint8).reshape(count, 4)
    fd = np.arange(count) % 2 == 1
    flags = np.where(fd, Flag.FD | Flag.EXTENDED, 0)
    return FrameBatch.from_columns(
        0, 0x100 + np.arange(count) % 7, data, length=np.where(fd, 64, 8), flags=flags
    )


def test_the_package_dronecan_receives_what_a_channel_sends(network):
    if not network.isolated:
        pytest.skip("the driver of the peer has no hop limit: only for a private network")
    kind, settings = kind_of(channel(1)), channel(1)
    with peer("1", "recv", "41") as process, kind.open_capture(settings) as capture:
        factory, values = kind.sender(settings, capture)
        with closing(load_factory(factory)(values)) as sender:
            # the driver joins some time after it has reported that it runs
            attempts: list[int] = []

            def answered() -> bool:
                attempts.append(sender.send_batch(numbered(40)))
                sender.send_datagram(sender.encode(0x7FF, 0, None, 1, b"\x55", 0.0))
                return process.poll() is not None

            wait_until(answered, 30)
        assert process.stdout is not None
        found = json.loads(process.stdout.read())
        sent = numbered(40)
        expected = [
            [
                int(sent.arbitration_id[row]),
                sent.payload(row).hex(),
                bool(sent.has(Flag.EXTENDED)[row]),
                row % 2 == 1,
            ]
            for row in range(40)
        ] + [[0x7FF, "55", False, False]]
        start = expected.index(found[0])
        assert found == (expected * 2)[start : start + 41]
        # the channel receives its own frames, too: the program marks them as sent
        assert len(capture.recv_batch(timeout=5)) > 0


def test_a_channel_receives_what_the_package_dronecan_sends(network):
    if not network.isolated:
        pytest.skip("the driver of the peer has no hop limit: only for a private network")
    settings = channel(2)
    batches: list[FrameBatch] = []
    with kind_of(settings).open_capture(settings) as capture, peer("2", "send", "150") as process:

        def arrived() -> bool:
            batches.append(capture.recv_batch())
            return sum(map(len, batches)) >= 150

        wait_until(arrived, 20)
        assert process.stdin is not None
        process.stdin.close()
        assert process.stdout is not None
        assert json.loads(process.stdout.read()) == 150
        wait_until(lambda: sum(c.received for c in capture.statistics().by_source.values()) == 150)
        counted = capture.statistics()
    batch = FrameBatch.concatenate(batches)
    assert (batch.arbitration_id == 0x18000000 + np.arange(150)).all()
    assert batch.has(Flag.EXTENDED).all()
    assert (batch.has(Flag.FD) == (np.arange(150) % 3 == 0)).all()
    assert (batch.length == np.where(np.arange(150) % 3 == 0, 64, 8)).all()
    assert [int.from_bytes(batch.payload(row)[:4], "little") for row in range(150)] == list(range(150))
    assert (counted.received, counted.malformed, counted.foreign) == (150, 0, 0)
    assert len(counted.by_source) == 1


def drained(receiver: Receiver, datagrams: int) -> FrameBatch:
    batches: list[FrameBatch] = []

    def done() -> bool:
        batches.append(receiver.drain())
        return receiver.datagrams == datagrams

    wait_until(done)
    return FrameBatch.concatenate(batches)


@pytest.mark.parametrize("plain", [False, True])
@pytest.mark.parametrize("rounds", [1, 30])
def test_damaged_datagrams_are_counted_by_reason_and_frames_by_sender(network, plain, rounds):
    values = to_bus_settings(channel(3)).to_dict()
    good = [wire.encode(0x100 + n, 0, 2, bytes([n, n])) for n in range(3)]
    others = [b"short", good[0][:-1] + b"\xff", b"\x8b" + good[1][1:], bytes(80)]
    settings = to_bus_settings(channel(3))
    receiver = Receiver(settings, plain=plain, watched=False, decoder=DroneCanDecoder)
    with closing(receiver), closing(open_sender(values)) as one, closing(open_sender(values)) as other:
        receiver.mark_own(other.address)
        for _ in range(rounds):
            for datagram in (*good, *others):
                one.send_datagram(datagram)
            other.send_datagram(good[0])
        batch = drained(receiver, 8 * rounds)
        counted = receiver.statistics()
    assert batch.arbitration_id.tolist() == [0x100, 0x101, 0x102, 0x100] * rounds
    assert batch.has(Flag.TX).tolist() == [False, False, False, True] * rounds
    assert counted.malformed_by_kind == {
        Refusal.WRONG_MAGIC.value: 2 * rounds,
        Refusal.WRONG_CHECKSUM.value: rounds,
        Refusal.TOO_LONG.value: rounds,
    }
    assert {s: (c.received, c.malformed) for s, c in counted.by_source.items()} == {
        one.address: (3 * rounds, 4 * rounds),
        other.address: (rounds, 0),
    }
    assert [receiver.sources[row] for row in batch.source[:4].tolist()] == [one.address] * 3 + [other.address]


@pytest.mark.parametrize("count", [4, 400])
def test_a_classic_channel_ignores_fd_frames_and_refuses_to_send_them(network, count):
    fd, classic = (to_bus_settings(channel(4, fd=allowed)).to_dict() for allowed in (True, False))
    with (
        closing(open_receiver(classic, watched=False)) as receiver,
        closing(open_sender(fd)) as sender,
        closing(open_sender(classic)) as refusing,
    ):
        assert sender.send_batch(numbered(count)) == count
        assert len(drained(receiver, count)) == count // 2
        assert receiver.statistics().ignored == count // 2
        with pytest.raises(ValueError, match="CAN FD is switched off"):
            refusing.send_batch(numbered(count))


def test_settings_are_checked_with_a_sentence():
    assert to_bus_settings(parse_channel("dronecan:")).group == "239.65.82.0"
    assert to_bus_settings(parse_channel("dronecan:9,hop_limit=0,interface=lo")).port == 57732
    kind = DroneCan()
    local = parse_channel("dronecan:0,local=true")
    assert kind.checked(local) is local
    assert not kind.leaves_host(local)
    assert kind.leaves_host(parse_channel("dronecan:0"))
    for text, reason in (
        ("dronecan:10", "is the number of its bus, 0 to 9"),
        ("dronecan:vcan0", "for example dronecan:0"),
        ("dronecan:0,bitrate=500000", "there is no option 'bitrate'"),
        ("dronecan:0,fd=7", "is not a value of the option 'fd'"),
        ("dronecan:0,hop_limit=300", "the hop limit"),
    ):
        with pytest.raises(BusError, match=reason):
            kind.checked(parse_channel(text))
