"""The pump takes everything that waits, with pauses, until it is stopped."""

import os

import pytest
from PySide6.QtCore import QElapsedTimer

from canmcast_gui.app.bus.pump import READ_INTERVAL_MS, Pump
from canmcast_gui.channels.losses import REASONS, RESTARTED, Loss, LossWatch
from canmcast_gui.transport.statistics import BusStatistics


@pytest.fixture
def pipe():
    reader, writer = os.pipe()
    yield reader, writer
    os.close(reader)
    os.close(writer)


def test_the_pump_takes_everything_that_waits(qtbot, pipe):
    reader, writer = pipe
    taken = []

    def take() -> bool:
        taken.append(os.read(reader, 1))
        return True

    pump = Pump(reader, take)
    os.write(writer, b"abc")
    qtbot.waitUntil(lambda: len(taken) == 3)
    assert taken == [b"a", b"b", b"c"]
    pump.stop()


def test_draining_ends_when_nothing_waits(qtbot, pipe):
    reader, _writer = pipe
    waiting = [1, 2, 3]

    def take() -> bool:
        return bool(waiting) and waiting.pop() > 0

    pump = Pump(reader, take)
    pump.drain()
    assert waiting == []
    pump.stop()


def test_a_stopped_pump_takes_nothing(qtbot, pipe):
    reader, writer = pipe
    calls = []

    def take() -> bool:
        calls.append(os.read(reader, 8))
        return False

    pump = Pump(reader, take)
    os.write(writer, b"x")
    qtbot.waitUntil(lambda: len(calls) == 1)
    pump.stop()
    os.write(writer, b"y")
    elapsed = QElapsedTimer()
    elapsed.start()
    qtbot.waitUntil(lambda: elapsed.hasExpired(4 * READ_INTERVAL_MS))
    assert calls == [b"x"]


KERNEL, RING = REASONS["dropped_kernel"], REASONS["dropped_ring"]


def test_without_a_loss_nothing_is_reported():
    watch = LossWatch()
    watch.update(BusStatistics(received=100))
    assert watch.take(100) == []


def test_a_loss_is_reported_once_with_its_count():
    watch = LossWatch()
    watch.update(BusStatistics(dropped_kernel=5))
    assert watch.take(0) == [Loss(5, KERNEL)]
    watch.update(BusStatistics(dropped_kernel=5))
    assert watch.take(0) == []
    watch.update(BusStatistics(dropped_kernel=7))
    assert watch.take(0) == [Loss(2, KERNEL)]


def test_a_loss_is_reported_after_the_frames_before_it():
    watch = LossWatch()
    watch.update(BusStatistics(received=1000, dropped_ring=300))
    assert watch.take(400) == []
    watch.update(BusStatistics(received=1100, dropped_ring=300))
    assert watch.take(300) == []
    assert watch.take(100) == [Loss(300, RING)]


def test_two_kinds_of_losses_at_once():
    watch = LossWatch()
    watch.update(BusStatistics(received=10, dropped_ring=3, dropped_kernel=2))
    assert watch.take(7) == []
    assert watch.take(0) == [Loss(2, KERNEL), Loss(3, RING)]


def test_a_restart_is_reported_after_the_frames_before_it():
    watch = LossWatch()
    watch.update(BusStatistics(received=10))
    watch.restarted()
    assert watch.take(10) == []
    assert watch.take(5) == [Loss(0, RESTARTED)]


def test_an_interruption_is_a_loss_of_an_unknown_number():
    watch = LossWatch()
    watch.update(BusStatistics(received=10, interruptions=1, interruption="the interface is down"))
    assert watch.take(10) == []
    assert watch.take(0) == [Loss(0, "the interface is down")]
    watch.update(BusStatistics(received=10, interruptions=1, interruption="the interface is down"))
    assert watch.take(0) == []
