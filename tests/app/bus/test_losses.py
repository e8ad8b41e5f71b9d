"""Counters that rise become losses, each said once, behind the frames that were on their way by then."""

from canmcast_gui.app.bus.losses import REASONS, RESTARTED, Loss, LossWatch
from canmcast_gui.transport.statistics import BusStatistics

KERNEL, RING = REASONS["dropped_kernel"], REASONS["dropped_ring"]


def test_nothing_lost_is_nothing_said():
    watch = LossWatch()
    watch.look(BusStatistics(received=100))
    assert watch.take(100) == []


def test_a_loss_is_said_once_and_by_what_it_rose():
    watch = LossWatch()
    watch.look(BusStatistics(dropped_kernel=5))
    assert watch.take(0) == [Loss(5, KERNEL)]
    watch.look(BusStatistics(dropped_kernel=5))
    assert watch.take(0) == []
    watch.look(BusStatistics(dropped_kernel=7))
    assert watch.take(0) == [Loss(2, KERNEL)]


def test_a_loss_lies_behind_what_was_on_its_way():
    watch = LossWatch()
    watch.look(BusStatistics(received=1000, dropped_ring=300))
    assert watch.take(400) == []
    watch.look(BusStatistics(received=1100, dropped_ring=300))
    assert watch.take(300) == []
    assert watch.take(100) == [Loss(300, RING)]


def test_both_kinds_at_once():
    watch = LossWatch()
    watch.look(BusStatistics(received=10, dropped_ring=3, dropped_kernel=2))
    assert watch.take(7) == []
    assert watch.take(0) == [Loss(2, KERNEL), Loss(3, RING)]


def test_a_restart_lies_behind_what_was_handed_over_before_it():
    watch = LossWatch()
    watch.look(BusStatistics(received=10))
    watch.restarted()
    assert watch.take(10) == []
    assert watch.take(5) == [Loss(0, RESTARTED)]


def test_an_interruption_is_a_loss_of_an_unknown_number():
    watch = LossWatch()
    watch.look(BusStatistics(received=10, interruptions=1, interruption="the interface is down"))
    assert watch.take(10) == []
    assert watch.take(0) == [Loss(0, "the interface is down")]
    watch.look(BusStatistics(received=10, interruptions=1, interruption="the interface is down"))
    assert watch.take(0) == []
