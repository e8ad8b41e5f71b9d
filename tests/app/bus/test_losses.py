"""Counters that rise become losses, each reported once, after the frames that arrived before it."""

from canmcast_gui.app.bus.losses import REASONS, RESTARTED, Loss, LossWatch
from canmcast_gui.transport.statistics import BusStatistics

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
