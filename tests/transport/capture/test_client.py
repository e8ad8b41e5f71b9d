"""Receiving in a separate process: frames, counters, restarts and the end of the process."""

import json
import os
import signal
import subprocess
import sys
import time
from contextlib import closing
from pathlib import Path

import numpy as np
import psutil
import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.processes.channel import wait_for
from canmcast_gui.transport.capture.client import Capture
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.sender import FrameSender
from canmcast_gui.transport.settings import BusSettings

pytestmark = pytest.mark.network
TIMEOUT_SECONDS = 20.0
REPOSITORY = Path(__file__).parents[3]


@pytest.fixture
def settings(network) -> BusSettings:
    return BusSettings.this_computer(port=network.free_port())


@pytest.fixture
def capture(settings):
    with Capture(settings) as capture:
        yield capture


@pytest.fixture
def sender(settings):
    with closing(FrameSender(settings)) as sender:
        yield sender


@pytest.fixture
def other_sender(settings):
    with closing(FrameSender(settings)) as sender:
        yield sender


def numbered(count: int, width: int = 8, first: int = 0) -> FrameBatch:
    """Frames whose payload starts with their number."""
    numbers = np.arange(first, first + count, dtype=">u8")
    data = np.zeros((count, width), dtype=np.uint8)
    data[:, :8] = numbers.view(np.uint8).reshape(count, 8)
    return FrameBatch.from_columns(
        0, 0x100 + numbers.astype(int) % 7, data, flags=int(Flag.FD) if width > 8 else 0
    )


def numbers_of(batch: FrameBatch) -> list[int]:
    return batch.data.copy().view(">u8").ravel().tolist()


def receive(capture: Capture, count: int) -> FrameBatch:
    """Take frames until there are ``count`` of them."""
    batches, end = [], time.monotonic() + TIMEOUT_SECONDS
    while sum(map(len, batches)) < count and time.monotonic() < end:
        batches.append(capture.recv_batch(timeout=1.0))
    return FrameBatch.concatenate(batches)


def wait_until(condition, what: str) -> None:
    end = time.monotonic() + TIMEOUT_SECONDS
    while not condition():
        assert time.monotonic() < end, what
        time.sleep(0.01)


def restart(capture: Capture) -> list[str]:
    """Supervise a capture whose process has died until it is running again; the sentences."""
    sentences: list[str] = []

    def again() -> bool:
        if sentence := capture.supervise():
            sentences.append(sentence)
        return bool(sentences) and "is running again" in sentences[-1]

    wait_until(again, "the capture process was not restarted")
    return sentences


def kill(capture: Capture) -> None:
    os.kill(capture.pid, signal.SIGKILL)
    os.waitid(os.P_PID, capture.pid, os.WEXITED | os.WNOWAIT)


@pytest.mark.parametrize("fd", [False, True], ids=["classic", "fd"])
def test_it_receives_what_a_stock_peer_sends(group, network, stock_peer, fd):
    port = network.free_port()
    with Capture(BusSettings(group=group, port=port, hop_limit=0)) as capture:
        arguments = ["--fd"] if fd else []
        peer = stock_peer(
            "send", "--group", group, "--port", port, "--count", 500, "--rate", 5000, *arguments
        )
        batch = receive(capture, 500)
        assert peer.result()["sent"] == 500
        assert numbers_of(batch) == list(range(500))
        assert set(batch.length) == {64 if fd else 8}
        assert batch.payload(499) == (499).to_bytes(8, "big") + bytes(56 if fd else 0)
        assert len(set(batch.source)) == 1
        source = capture.sources[int(batch.source[0])]
        assert source.port == port
        assert not batch.has(Flag.TX).any()
        wait_until(lambda: source in capture.statistics().by_source, "no counts of the source")
        assert capture.statistics().received == 500


def test_the_descriptor_is_readable_while_frames_wait(capture, sender):
    assert not wait_for(capture.fileno(), 0.0)
    sender.send_batch(numbered(10))
    assert wait_for(capture.fileno(), TIMEOUT_SECONDS)
    wait_until(lambda: capture.statistics().received == 10, "not all came")
    assert len(capture.recv_batch(max_frames=4)) == 4
    assert wait_for(capture.fileno(), 0.0)
    assert numbers_of(capture.recv_batch()) == list(range(4, 10))
    assert len(capture.recv_batch()) == 0
    assert not wait_for(capture.fileno(), 0.0)


def test_waiting_ends_at_its_timeout(capture):
    assert len(capture.recv_batch(timeout=0.01)) == 0


def test_own_frames_are_marked(capture, sender, other_sender):
    other = other_sender
    capture.mark_own(sender.address)
    for one in (other, sender, other):
        one.send_batch(numbered(2))
    batch = receive(capture, 6)
    assert batch.has(Flag.TX).tolist() == [False, False, True, True, False, False]
    capture.mark_own(other.address)
    other.send_batch(numbered(1))
    assert receive(capture, 1).has(Flag.TX).all()


def test_frames_wait_while_a_reader_is_blocked_for_ten_seconds_of_a_busy_bus(settings, sender):
    with Capture(settings) as capture:
        for first in range(0, 50_000, 500):
            sender.send_batch(numbered(500, width=64, first=first))
            wait_until(lambda: capture.statistics().received >= first, "the capture process does not receive")  # noqa: B023
        batch = receive(capture, 50_000)
        assert numbers_of(batch) == list(range(50_000))
        assert capture.statistics().dropped_ring == 0


def test_a_full_ring_keeps_its_frames_and_counts_those_that_it_refuses(settings, sender):
    with Capture(settings, records=50) as capture:
        sender.send_batch(numbered(45))
        wait_until(lambda: capture.statistics().received == 45, "the frames were not received")
        sender.send_batch(numbered(12, first=1000))
        wait_until(lambda: capture.statistics().dropped_ring == 7, "the overrun was not counted")
        assert capture.statistics().received == 57
        assert numbers_of(capture.recv_batch()) == [*range(45), *range(1000, 1005)]


def received_from(capture: Capture, sender: FrameSender) -> int:
    counts = capture.statistics().by_source.get(sender.address)
    return counts.received if counts else 0


def test_a_killed_process_is_restarted_and_keeps_all_counts(capture, sender):
    sender.send_batch(numbered(10))
    wait_until(lambda: received_from(capture, sender) == 10, "the counts were not posted")
    fileno, pid = capture.fileno(), capture.pid
    kill(capture)
    sentences = restart(capture)
    assert sentences[0].startswith("The capture process was ended by SIGKILL")
    assert (capture.fileno(), capture.pid != pid) == (fileno, True)
    sender.send_batch(numbered(10, first=10))
    assert numbers_of(receive(capture, 20)) == list(range(20))
    assert len(capture.sources) == 2
    wait_until(lambda: received_from(capture, sender) == 20, "the counts were lost")
    assert capture.statistics().received == 20


def test_a_stopped_process_is_not_restarted_and_can_be_continued(capture, sender):
    pid = capture.pid
    os.kill(pid, signal.SIGSTOP)
    wait_until(lambda: psutil.Process(pid).status() == psutil.STATUS_STOPPED, "it does not stop")
    sender.send_batch(numbered(20))
    assert capture.supervise() is None
    assert len(capture.recv_batch()) == 0
    os.kill(pid, signal.SIGCONT)
    assert numbers_of(receive(capture, 20)) == list(range(20))
    assert capture.pid == pid


def test_ctrl_c_does_not_end_the_capture_process(capture, sender):
    os.kill(capture.pid, signal.SIGINT)
    sender.send_batch(numbered(1))
    assert len(receive(capture, 1)) == 1
    assert capture.supervise() is None


def test_malformed_and_foreign_datagrams_are_counted(capture, sender):
    sender.send_datagram(b"garbage")
    sender.send_batch(numbered(1))
    receive(capture, 1)
    wait_until(lambda: capture.statistics().malformed == 1, "not counted")
    statistics = capture.statistics()
    assert sum(statistics.malformed_by_kind.values()) == 1
    assert statistics.recent_malformed[0].data == b"garbage"
    assert statistics.by_source[sender.address].malformed == 1


def test_stopping_reads_the_socket_a_last_time(capture, sender):
    sender.send_batch(numbered(50))
    capture.stop()
    assert capture.pid is None
    assert numbers_of(capture.recv_batch()) == list(range(50))
    assert capture.statistics().received == 50
    assert capture.supervise() is None


def test_after_shutdown_the_last_counters_can_be_read(settings, sender):
    capture = Capture(settings)
    sender.send_batch(numbered(3))
    receive(capture, 3)
    capture.shutdown()
    capture.shutdown()
    assert len(capture.recv_batch(timeout=1.0)) == 0
    assert capture.statistics().received == 3
    assert capture.supervise() is None
    assert capture.fileno() == -1


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"group": "10.0.0.1"}, "10.0.0.1"),
        ({"port": 0}, "port"),
        ({"interface": "nosuch0"}, "nosuch0"),
    ],
)
def test_a_bus_that_cannot_be_opened_raises_with_the_reason(network, wrong, words):
    values = {"group": "239.74.163.2", "port": network.free_port(), "hop_limit": 0, **wrong}
    with pytest.raises(BusError, match=words):
        Capture(BusSettings(**values))


# -- what is left when the whole program is killed ---------------------------------------------------------

PARENT = """
import json, sys, time
from canmcast_gui.transport.capture.client import Capture
from canmcast_gui.transport.settings import BusSettings
capture = Capture(BusSettings.from_dict(json.loads(sys.argv[1])))
print(capture.pid, flush=True)
time.sleep(100)
"""


def test_a_killed_program_leaves_neither_process_nor_memory(settings, own_home):
    shared = Path("/dev/shm")
    before = set(shared.iterdir()) if shared.exists() else set()
    with subprocess.Popen(
        [sys.executable, "-c", PARENT, json.dumps(settings.to_dict())],
        stdout=subprocess.PIPE,
        text=True,
        cwd=REPOSITORY,
    ) as parent:
        child = psutil.Process(int(parent.stdout.readline()))
        parent.kill()
    child.wait(TIMEOUT_SECONDS)
    assert (set(shared.iterdir()) if shared.exists() else set()) <= before
    assert list((own_home / "tmp").iterdir()) == []


def test_the_process_loads_only_what_it_needs():
    modules = subprocess.run(
        [sys.executable, "-c", "import canmcast_gui.transport.capture.process, sys; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
        cwd=REPOSITORY,
    ).stdout.split()
    assert not {"can", "psutil", "PySide6", "cantools", "asyncio"} & set(modules)
