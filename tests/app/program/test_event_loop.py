"""The display clock, the measurement of stalls, and the collection of garbage in the GUI thread only."""

import gc
import os
import signal
import subprocess
import sys
import threading
import time
import weakref
from typing import ClassVar

import pytest
from PySide6.QtCore import QObject, QTimer

from canmcast_gui.app.program import event_loop
from canmcast_gui.app.program.event_loop import (
    DisplayClock,
    GarbageCollection,
    InterruptWatch,
    StallMeter,
    collect_due,
)

WAIT_MS = 10_000


def test_it_ticks_until_it_is_stopped(qtbot):
    clock = DisplayClock()
    ticks = []
    clock.tick.connect(lambda: ticks.append(1))
    qtbot.waitUntil(lambda: len(ticks) >= 3)
    clock.stop()
    count = len(ticks)
    other, other_ticks = DisplayClock(), []
    other.tick.connect(lambda: other_ticks.append(1))
    qtbot.waitUntil(lambda: len(other_ticks) >= 3)
    other.stop()
    assert len(ticks) == count


def test_it_ticks_less_often_until_it_is_woken(qtbot):
    clock = DisplayClock()
    assert not clock.is_idle
    qtbot.waitUntil(lambda: clock.is_idle)
    with qtbot.waitSignal(clock.tick):
        pass
    clock.wake()
    assert not clock.is_idle
    qtbot.waitUntil(lambda: clock.is_idle)
    clock.stop()


def block(seconds: float) -> None:
    """Keep the event loop from its next turn."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        pass


def test_a_long_turn_is_the_longest_stall(qtbot):
    meter = StallMeter()
    qtbot.waitUntil(lambda: meter.samples > 3)
    meter.reset()
    QTimer.singleShot(10, lambda: block(0.08))
    qtbot.waitUntil(lambda: meter.longest_ms >= 80)
    assert 0 < meter.p99_ms <= meter.longest_ms


def test_an_idle_loop_is_sampled_less_often_until_something_happens(qtbot):
    frames = [0]
    meter = StallMeter(activity=lambda: frames[0])
    qtbot.waitUntil(lambda: meter.is_idle)
    meter.reset()
    qtbot.waitUntil(lambda: meter.samples > 2)
    assert meter.longest_ms < event_loop.IDLE_SAMPLE_MS, "waiting is not a stall"
    QTimer.singleShot(0, lambda: block(0.12))
    qtbot.waitUntil(lambda: meter.longest_ms >= 120)
    assert not meter.is_idle
    qtbot.waitUntil(lambda: meter.is_idle)
    frames[0] = 7
    qtbot.waitUntil(lambda: not meter.is_idle)


def test_memory_is_bounded(qapp, monkeypatch):
    monkeypatch.setattr(event_loop, "MAX_SAMPLES", 64)
    meter = StallMeter()
    for milliseconds in range(1000):
        meter.add(milliseconds)
    assert 0 < meter.samples <= 64
    assert meter.longest_ms == 999
    assert meter.p99_ms > 900
    meter.reset()
    assert (meter.longest_ms, meter.p99_ms) == (0, 0)


class Node(QObject):
    """Part of a reference cycle; notes the thread in which it is deleted."""

    deleted_in: ClassVar[list[int]] = []

    def __init__(self) -> None:
        super().__init__()
        self.circle = self

    def __del__(self) -> None:
        Node.deleted_in.append(threading.get_ident())


def make_many_objects(kept: list[list[int]]) -> None:
    """Enough for some fifty collections."""
    kept.extend([number] for number in range(50_000))


@pytest.fixture
def garbage(qtbot):
    collection = GarbageCollection()
    Node.deleted_in.clear()
    yield collection
    collection.end()


def test_a_reference_cycle_is_deleted_in_the_gui_thread(qtbot, garbage):
    circle = weakref.ref(Node())
    kept: list[list[int]] = []
    worker = threading.Thread(target=make_many_objects, args=(kept,))
    worker.start()
    worker.join()
    assert circle() is not None
    qtbot.waitUntil(lambda: circle() is None, timeout=WAIT_MS)
    assert Node.deleted_in == [threading.get_ident()]


def test_old_generations_are_collected_too(garbage):
    old = Node()
    for _ in range(3):
        gc.collect(1)  # it is in the oldest generation now
    circle = weakref.ref(old)
    del old
    for _ in range(1000):
        kept = [[] for _ in range(2 * gc.get_threshold()[0])]
        collect_due()
        if circle() is None:
            break
        del kept
    assert circle() is None


def test_the_end_collects_everything_and_leaves_automatic_collection_off(garbage):
    old = Node()
    gc.freeze()
    circle = weakref.ref(old)
    del old
    garbage.end()
    assert circle() is None  # frozen objects are looked at again
    assert not gc.isenabled()


unix = pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limit")

SECONDS = 60


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_an_interrupt_arrives_on_the_event_loop(qtbot, number):
    before = signal.getsignal(number)
    watch = InterruptWatch()
    with qtbot.waitSignal(watch.interrupted):
        os.kill(os.getpid(), number)
    watch.close()
    assert signal.getsignal(number) is before


def with_limit(soft: int, hard: int, *command: str) -> subprocess.CompletedProcess[str]:
    """Run Python with these limits of open files."""
    shell = f'ulimit -Sn {soft}; ulimit -Hn {hard}; exec "$@"'
    return subprocess.run(
        ["sh", "-c", shell, "sh", sys.executable, *command], capture_output=True, text=True, timeout=SECONDS
    )


@unix
@pytest.mark.window
@pytest.mark.parametrize("limit", [16, 24])
def test_too_few_open_files_are_a_message_and_an_exit_code(limit):
    done = with_limit(limit, limit, "-P", "-m", "canmcast_gui", "--quit-after", "1")
    sentence = f"the system allows only {limit} open files, and at least 64 are needed: see ulimit -n"
    assert (done.returncode, done.stderr) == (1, f"canmcast-gui: {sentence}\n")


RAISE = """
import resource
from canmcast_gui.app.program.event_loop import allow_open_files
print(allow_open_files(), resource.getrlimit(resource.RLIMIT_NOFILE))
"""


@unix
@pytest.mark.parametrize(
    ("soft", "hard", "after"),
    [(32, 100, "(100, 100)"), (32, 4096, "(1024, 4096)"), (2000, 4096, "(2000, 4096)")],
)
def test_the_limit_of_open_files_is_raised(soft, hard, after):
    assert with_limit(soft, hard, "-c", RAISE).stdout == f"None {after}\n"
