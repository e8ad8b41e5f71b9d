"""Tests that need SocketCAN with the interfaces vcan0 and vcan1; test_socketcan.py runs them.

Peers are can-utils and python-can. Starting a process takes a second in that kernel, so tests share one.
"""

from __future__ import annotations

import json
import os
import re
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import can
import numpy as np
import pytest

from canmcast_gui.channels.adapter.bus import open_bus
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.channels.processes import ChannelProcesses
from canmcast_gui.channels.settings import parse_channel
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.transmit import Job, Trigger
from canmcast_gui.transport.errors import BusError
from tests.channels.channel import OpenChannel, flag_names, message, open_channel
from tests.support.waiting import wait_until


@pytest.fixture(scope="module")
def shared() -> Iterator[OpenChannel]:
    """The channel of vcan0 that most tests use, number 3, with filters that let all test frames pass."""
    with open_channel("socketcan:vcan0,fd=true", number=3) as channel:
        yield channel


@pytest.fixture
def channel(shared: OpenChannel) -> OpenChannel:
    """The shared channel, without what was received before."""
    shared.poll()
    shared.batches.clear()
    return shared


@contextmanager
def candump(count: int) -> Iterator[subprocess.Popen[str]]:
    """candump, which prints ``count`` frames of vcan0; ended with the block."""
    receivers = Path("/proc/net/can/rcvlist_all")
    before = receivers.read_text().count("raw")
    process = subprocess.Popen(["candump", "-n", str(count), "vcan0"], stdout=subprocess.PIPE, text=True)
    try:
        wait_until(lambda: receivers.read_text().count("raw") > before, 20)
        yield process
    finally:
        process.kill()
        process.communicate()


def cansend(*frames: str, interface: str = "vcan0") -> None:
    """Send frames with can-utils."""
    subprocess.run(["sh", "-c", "; ".join(f"cansend {interface} '{frame}'" for frame in frames)], check=True)


def set_interface(name: str, state: str) -> None:
    """Set an interface "up" or "down"."""
    subprocess.run(["ip", "link", "set", name, state], check=True)


def test_frames_of_other_programs_arrive(channel: OpenChannel) -> None:
    """Of all kinds, not marked as sent, with the times of the kernel."""
    before = time.time_ns()
    cansend("123#1122334455667788", "18FF0001#AA", "321#R4", "456##3" + "AB" * 64, "7FF#")
    frames = channel.receive(5)
    assert channel.rows == [
        (0x123, "", "1122334455667788"),
        (0x18FF0001, "EXTENDED", "aa"),
        (0x321, "REMOTE", ""),
        (0x456, "FD BRS ESI", "ab" * 64),
        (0x7FF, "", ""),
    ]
    assert frames.dlc.tolist() == [8, 1, 4, 15, 0]
    assert set(frames.channel.tolist()) == {3}
    assert ((before <= frames.timestamp_ns) & (frames.timestamp_ns <= time.time_ns())).all()
    assert channel.capture.statistics().times == "the system, in UTC"


def test_own_frames_return_marked_and_reach_other_programs(channel: OpenChannel) -> None:
    """Each once; what python-can sends on the same computer is another program's."""
    sent_before = channel.capture.statistics().sent
    with candump(4) as dump, can.Bus("vcan0", interface="socketcan", fd=True) as peer:
        channel.send(
            message(0x10, "0102"),
            message(0x18DAF110, "03"),
            message(0x11, is_remote_frame=True, dlc=2),
            message(0x12, "04" * 12, is_fd=True, bitrate_switch=True),
        )
        channel.receive(4)
        assert channel.rows == [
            (0x10, "TX", "0102"),
            (0x18DAF110, "EXTENDED TX", "03"),
            (0x11, "REMOTE TX", ""),
            (0x12, "FD BRS TX", "04" * 12),
        ]
        received = [peer.recv(5) for _ in range(4)]
        assert [each.arbitration_id for each in received if each] == [0x10, 0x18DAF110, 0x11, 0x12]
        lines = re.findall(r"vcan0\s+(\w+)\s+\[(\d+)\]", dump.communicate(timeout=20)[0])
        assert lines == [("010", "2"), ("18DAF110", "1"), ("011", "2"), ("012", "12")]
        peer.send(message(0x20))
        assert flag_names(int(channel.receive(5).flags[4])) == ""
    channel.until(lambda: channel.capture.statistics().sent == sent_before + 4)
    assert channel.capture.statistics().send_failures == 0
    assert not channel.sentences


def test_error_frames_tell_the_state_of_the_controller(channel: OpenChannel) -> None:
    """State, counters and overruns of error frames; linux/can/error.h has the numbers."""

    def controller() -> str:
        return channel.capture.statistics().controller

    lost = channel.capture.statistics().dropped_kernel
    cansend("20000204#0001000000006080")  # receive buffer overflow; counters 96 and 128
    channel.receive(1)
    assert channel.rows == [(0x204, "ERROR", "0001000000006080")]
    cansend("20000204#0020000000008010")
    channel.until(lambda: "passive" in controller())
    assert controller() == "error passive, error counters 128 (send), 16 (receive)"
    assert channel.capture.statistics().dropped_kernel == lost + 1
    cansend("20000040#0000000000000000")
    channel.until(lambda: controller().startswith("bus off"))
    cansend("20000100#0000000000000000")
    channel.until(lambda: controller().startswith("error active"))


def test_all_frames_arrive_of_a_sender_without_pauses(channel: OpenChannel) -> None:
    """In order, and with growing times of the kernel. Prints the rate, usually above 10,000 frames/s."""
    count = 20_000
    dropped = channel.capture.statistics().dropped_kernel
    sender = subprocess.Popen(f"cangen vcan0 -g 0 -n {count} -I 321 -L 8 -D i".split())
    channel.receive(count, 30)
    assert sender.wait(10) == 0
    frames = channel.frames
    numbers = np.ascontiguousarray(frames.data).view("<u8")[:, 0]
    assert (np.diff(numbers) == 1).all()
    assert (np.diff(frames.timestamp_ns) >= 0).all()
    assert not frames.has(Flag.TX).any()
    statistics = channel.capture.statistics()
    assert (statistics.dropped_kernel, statistics.dropped_ring) == (dropped, 0)
    print(f"{(count - 1) * 1e9 / (frames.timestamp_ns[-1] - frames.timestamp_ns[0]):.0f} frames/s")


def test_frames_that_the_system_drops_are_counted(channel: OpenChannel) -> None:
    """While the process is stopped, the buffer of the socket fills; what it did not hold is counted."""
    count = 60_000
    before = channel.capture.statistics()
    pid = channel.capture.pid
    assert pid is not None
    os.kill(pid, signal.SIGSTOP)
    subprocess.run(f"cangen vcan0 -g 0 -i -n {count} -I 5 -L 8 -D i".split(), check=True)
    os.kill(pid, signal.SIGCONT)

    def dropped() -> int:
        return channel.capture.statistics().dropped_kernel - before.dropped_kernel

    channel.until(lambda: len(channel) + dropped() == count, 20)
    assert dropped() > 0
    assert len(channel) == channel.capture.statistics().received - before.received
    assert not channel.sentences


def test_the_transmit_process_sends_on_time_and_answers() -> None:
    """A job of 10 ms, and one that answers a frame of another program; what leaves is marked Tx."""
    measurement = Measurement.of([parse_channel("socketcan:vcan1")])
    processes = ChannelProcesses(measurement)
    try:
        jobs = processes.transmitter.jobs
        with can.Bus("vcan1", interface="socketcan") as peer:
            jobs.arm(Job(1, FrameBatch.from_columns(0, 0x100, [[7]]), 10_000_000, 50))
            answer = FrameBatch.from_columns(0, 0x7E8, [[8]])
            jobs.arm(Job(2, answer, 10_000_000, trigger=Trigger("id == 0x7E0")))
            times = [received.timestamp for received in peer_frames(peer, 0x100, 50)]
            peer.send(message(0x7E0))
            assert bytes(peer_frames(peer, 0x7E8, 1)[0].data) == b"\x08"
        own = processes.captures[0].recv_batch(timeout=5)
        assert own.has(Flag.TX)[own.arbitration_id == 0x100].all()
    finally:
        processes.shutdown()
    assert abs(float(np.median(np.diff(times))) - 0.010) < 0.002


def peer_frames(peer: can.BusABC, number: int, count: int) -> list[can.Message]:
    """The next frames with an id."""
    found: list[can.Message] = []
    while len(found) < count:
        received = peer.recv(10)
        assert received is not None, f"{len(found)} of {count} frames"
        if received.arbitration_id == number:
            found.append(received)
    return found


def test_a_bridge_joins_socketcan_and_multicast(tmp_path: Path) -> None:
    """Both ways, with can-utils on one side and stock python-can on the other."""
    report = tmp_path / "report.json"
    command = [sys.executable, "-m", "canmcast_gui.cli", "bridge", "--report", str(report)]
    command += ["--bus", "multicast:239.74.163.2,hop_limit=0", "--bus", "socketcan:vcan1,fd=true"]
    bridge = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        assert bridge.stderr is not None
        line = bridge.stderr.readline()
        assert "forwarding" in line, line
        with (
            can.Bus("239.74.163.2", interface="udp_multicast", hop_limit=0) as network,
            can.Bus("vcan1", interface="socketcan", fd=True) as peer,
        ):
            cansend("123#0102", "456##1" + "AB" * 16, interface="vcan1")
            assert bytes(peer_frames(network, 0x123, 1)[0].data) == b"\x01\x02"
            assert bytes(peer_frames(network, 0x456, 1)[0].data) == b"\xab" * 16
            network.send(message(0x321, "03"))
            assert bytes(peer_frames(peer, 0x321, 1)[0].data) == b"\x03"
        bridge.send_signal(signal.SIGINT)
        assert bridge.wait(20) == 0
    finally:
        bridge.kill()
        bridge.communicate()
    assert json.loads(report.read_text())["forwarded"] == {"1>2": 1, "2>1": 2}


def test_an_interface_that_goes_down_is_reported_once_and_works_again() -> None:
    """The process ends with the reason, waits longer and longer, and receives again."""
    with open_channel("socketcan:vcan1") as channel:
        cansend("001#", interface="vcan1")
        channel.receive(1)
        set_interface("vcan1", "down")
        channel.until(lambda: channel.sentences)
        assert channel.sentences == [
            "socketcan:vcan1 does not receive: Network is down. "
            "The driver of the channel socketcan:vcan1 is being restarted."
        ]
        with pytest.raises(BusError, match="socketcan:vcan1 cannot send: its device is not open"):
            channel.send(message(1))
        channel.until(lambda: channel.capture.pid is None, 20)  # it was started again, which failed
        set_interface("vcan1", "up")
        channel.until(lambda: len(channel.sentences) > 1, 30)
        assert channel.sentences[1:] == ["The driver of the channel socketcan:vcan1 is running again."]
        cansend("002#", interface="vcan1")
        assert channel.receive(2).arbitration_id.tolist() == [1, 2]
        channel.send(message(3))
        assert channel.receive(3).arbitration_id.tolist() == [1, 2, 3]
        assert channel.capture.statistics().received == 3


def test_an_interface_that_is_missing_is_named() -> None:
    """At once, and nothing remains."""
    with pytest.raises(BusError) as caught, open_channel("socketcan:vcan9"):
        pass
    assert str(caught.value) == "socketcan:vcan9 cannot be opened: No such device"


def test_the_kernel_filters() -> None:
    """Filters of the option reach the socket: what does not match is never read."""
    settings = parse_channel("socketcan:vcan0,can_filters=100:7F0;18FF0000:1FFF0000")
    with open_bus(settings) as bus, can.Bus("vcan0", interface="socketcan") as peer:
        for number in (0x0FF, 0x10A, 0x110, 0x18FF1234, 0x18FE1234, 0x101):
            peer.send(message(number))
        sock = bus.socket  # type: ignore[attr-defined]
        ids = [struct.unpack("=I", sock.recv(16)[:4])[0] & 0x1FFFFFFF for _ in range(3)]
        assert ids == [0x10A, 0x18FF1234, 0x101]
        with pytest.raises(BlockingIOError):
            sock.recv(16, 0x40)  # MSG_DONTWAIT
