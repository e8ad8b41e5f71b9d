"""The schedule of the demonstration's frames."""

from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.demo.vehicle_bus import SECOND_PHASE, Schedule


def test_each_name_is_due_at_its_period():
    table = Schedule({"fast": 0.01, "slow": 0.1}, start=5.0)
    assert table.take_due(4.9) == []
    assert table.next_time == 5.0
    assert table.take_due(5.0 + SECOND_PHASE) == ["fast", "slow"]
    times = [5.01 + n / 100 for n in range(20)]
    found = [(round(time, 2), name) for time in times for name in table.take_due(time + 0.005)]
    assert [time for time, name in found if name == "fast"] == [round(time, 2) for time in times]
    assert [time for time, name in found if name == "slow"] == [5.1, 5.2]


def test_after_a_pause_each_name_is_due_once():
    table = Schedule({"fast": 0.01}, start=0.0)
    table.take_due(0.0)
    assert table.take_due(1.005) == ["fast"]
    assert abs(table.next_time - 1.01) < 1e-9


@given(st.lists(st.floats(0, 0.5), max_size=50))
def test_deadlines_are_multiples_of_the_period(steps):
    table, now = Schedule({"one": 0.02}, start=0.0), 0.0
    for step in steps:
        now += step
        table.take_due(now)
        assert table.next_time > now
        assert abs(table.next_time / 0.02 - round(table.next_time / 0.02)) < 1e-6
