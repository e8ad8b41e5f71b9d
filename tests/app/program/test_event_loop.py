"""The display clock, the measurement of stalls, and the collection of garbage in the GUI thread only."""

import gc
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


def test_a_long_turn_is_the_longest_stall(qtbot):
    meter = StallMeter()
    qtbot.waitUntil(lambda: meter.samples > 3)
    meter.reset()
    QTimer.singleShot(10, lambda: time.sleep(0.08))
    qtbot.waitUntil(lambda: meter.longest_ms >= 80)
    assert 0 < meter.p99_ms <= meter.longest_ms


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
