"""When frames are due: against plain arithmetic, with a clock that the test moves."""

import gc
from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, rule

from canmcast_gui.transmit.jobs.job import ArmedJob
from canmcast_gui.transmit.jobs.schedule import HICCUP_NS, LATTICE_NS, LATTICE_SHARE, Schedule

MS = 1_000_000


def frame(_due_ns: int) -> bytes:
    return b"one frame"


def other_frame(_due_ns: int) -> bytes:
    return b"another"


periods = st.integers(100_000, 2_000 * MS)
starts = st.integers(0, 10_000 * MS)


def run_until(schedule: Schedule, end_ns: int) -> list[tuple[int, int]]:
    """Follow the schedule exactly until a time; (time, job id) of each frame."""
    sent = []
    while (due_ns := schedule.next_due()) is not None and due_ns <= end_ns:
        sent += [(due_ns, job.job_id) for job in schedule.take_due(due_ns)]
    return sent


@given(st.lists(st.tuples(starts, st.integers(5 * MS, 2_000 * MS)), min_size=1, max_size=5))
def test_kept_exactly_every_frame_is_on_its_grid(jobs):
    schedule = Schedule()
    jobs = sorted(jobs)
    begins = [
        schedule.arm(number, frame, period, None, start).grid_ns
        for number, (start, period) in enumerate(jobs)
    ]
    end = max(start for start, _ in jobs) + 1_000 * MS
    expected = [
        (time, number)
        for number, (begin, (_, period)) in enumerate(zip(begins, jobs, strict=True))
        for time in range(begin, end + 1, period)
    ]
    assert sorted(run_until(schedule, end)) == sorted(expected)


@given(st.lists(st.tuples(starts, periods), min_size=1, max_size=30))
def test_jobs_begin_at_once_or_very_soon_and_at_few_points(jobs):
    schedule = Schedule()
    for number, (start, period) in enumerate(sorted(jobs)):
        begin = schedule.arm(number, frame, period, None, start).grid_ns
        assert start <= begin <= start + (min(period // LATTICE_SHARE, LATTICE_NS) + 1 if number else 0)


@given(st.lists(st.integers(0, 200 * MS), min_size=1, max_size=50), periods)
def test_jobs_of_one_period_are_due_together(starts, period):
    schedule = Schedule()
    places = {
        schedule.arm(number, frame, period, None, start).grid_ns % period
        for number, start in enumerate(sorted(starts))
    }
    assert len(places) <= max(LATTICE_SHARE, -(-period // LATTICE_NS))


@given(periods, st.lists(st.integers(0, 3_000 * MS), min_size=1, max_size=60))
def test_frames_are_never_bunched_after_a_late_call(period, gaps):
    schedule = Schedule()
    schedule.arm(1, frame, period, None, 0)
    now, times = 0, []
    for gap in gaps:
        now += gap
        times += [now for _ in schedule.take_due(now)]
    assert all(later - earlier >= period // 2 for earlier, later in pairwise(times))


@given(periods, st.lists(st.integers(0, HICCUP_NS // 10), max_size=10))
def test_frames_that_a_short_stop_delayed_are_sent_by_a_schedule_that_catches_up(period, gaps):
    schedule = Schedule(catch_up=True)
    schedule.arm(1, frame, period, None, 0)
    now = sent = 0
    for gap in gaps:
        now += gap
        sent += len(schedule.take_due(now))
    end = now + 3 * HICCUP_NS + 2 * period
    sent += len(run_until(schedule, end))
    assert sent == end // period + 1
    assert schedule.next_due() == (end // period + 1) * period


@given(periods, st.integers(1, 50))
def test_after_a_long_stop_a_job_continues_from_now_on_its_grid(period, seconds):
    schedule = Schedule(catch_up=True)
    schedule.arm(1, frame, period, None, 0)
    schedule.take_due(0)
    now = 2 * period + HICCUP_NS + seconds * 1_000 * MS
    (job,) = schedule.take_due(now)
    assert job.late == job.left_out == now // period - 1
    assert job.due_ns == now // period * period
    assert schedule.next_due() == max((now // period + 1) * period, now + period // 2)


@given(periods, st.integers(1, 100), st.floats(0, 1, exclude_max=True))
def test_frames_that_are_late_by_more_than_a_period_are_left_out(period, periods_late, rest):
    schedule = Schedule()
    schedule.arm(1, frame, period, None, 0)
    schedule.take_due(0)
    now = (periods_late + 1) * period + int(rest * period)
    (job,) = schedule.take_due(now)
    assert (job.late, job.left_out) == (periods_late, periods_late)
    assert job.due_ns == now // period * period
    assert schedule.next_due() == max(job.due_ns + period, now + period // 2)


@given(st.booleans(), periods, st.lists(st.integers(0, 3 * HICCUP_NS), min_size=1, max_size=30))
def test_each_due_time_is_sent_or_left_out(catch_up, period, gaps):
    schedule = Schedule(catch_up)
    job = schedule.arm(1, frame, period, None, 0)
    now = sent = 0
    for gap in gaps:
        now += gap
        sent += len(schedule.take_due(now))
        assert sent + job.left_out == job.grid_ns // period
        assert schedule.next_due() > now
        assert catch_up or job.grid_ns > now - period // 2
        assert catch_up or job.late == job.left_out
        assert job.left_out <= job.late


def test_armed_jobs_follow_a_change_of_the_setting():
    schedule = Schedule(catch_up=True)
    job = schedule.arm(1, frame, 10 * MS, None, 0)
    schedule.take_due(30 * MS)
    assert (job.late, job.left_out, schedule.next_due()) == (1, 0, 35 * MS)
    schedule.catch_up = False
    schedule.take_due(35 * MS)
    assert (job.late, job.left_out, schedule.next_due()) == (3, 2, 40 * MS)


def test_jobs_that_are_due_together_are_returned_together():
    schedule = Schedule()
    for number in range(100):
        schedule.arm(number, frame, 10 * MS, None, 0)
    for turn in range(5):
        assert [job.job_id for job in schedule.take_due(turn * 10 * MS)] == list(range(100))
        assert schedule.take_due(turn * 10 * MS) == []


@given(st.integers(1, 30), periods)
def test_a_count_is_sent_exactly_and_then_the_job_is_disarmed(count, period):
    schedule = Schedule()
    schedule.arm(1, frame, period, count, 0)
    assert len(run_until(schedule, 100 * period)) == count
    assert (len(schedule), schedule.next_due()) == (0, None)


@given(st.integers(0, 10 * MS - 1), periods)
def test_a_change_takes_effect_at_the_next_due_time(when, period):
    schedule = Schedule()
    schedule.arm(1, frame, 10 * MS, None, 0)
    schedule.take_due(0)
    schedule.arm(1, other_frame, period, None, when)
    assert schedule.next_due() == 10 * MS
    (job,) = schedule.take_due(10 * MS)
    assert job.make is other_frame
    assert schedule.next_due() == 10 * MS + period


def test_a_disarmed_job_sends_nothing_and_starts_again():
    schedule = Schedule()
    schedule.arm(1, frame, 10 * MS, None, 0)
    schedule.arm(2, frame, 10 * MS, None, 0)
    assert schedule.disarm(1).job_id == 1
    assert schedule.disarm(1) is None
    assert Counter(number for _, number in run_until(schedule, 50 * MS)) == {2: 6}
    schedule.arm(1, frame, 10 * MS, None, 53 * MS)
    assert run_until(schedule, 65 * MS) == [(55 * MS, 1), (60 * MS, 2), (65 * MS, 1)]
    assert {job.job_id for job in schedule.clear()} == {1, 2}
    assert schedule.next_due() is None
    assert schedule.take_due(10**15) == []


@pytest.mark.parametrize("other_jobs", [0, 10])
def test_arming_and_disarming_many_times_takes_no_memory(other_jobs):
    schedule = Schedule()
    for number in range(other_jobs):
        schedule.arm(100 + number, frame, 86_400_000 * MS, None, 0)
    for turn in range(2000):
        schedule.arm(1, frame, 86_400_000 * MS, None, turn)
        schedule.disarm(1)
    assert sum(isinstance(kept, ArmedJob) for kept in gc.get_objects()) < 200
    assert len(schedule) == other_jobs


class Changing(RuleBasedStateMachine):
    """One job through changes of frame, period and count, pauses, clocks that jump and late calls.

    What was sent is compared with what a plain reading of the rules would have sent.
    """

    def __init__(self) -> None:
        super().__init__()
        self.schedule = Schedule()
        self.now = 0
        self.armed = False
        self.value = 0
        self.next_due = 0
        self.period = MS
        self.grid = 0

    def frame(self):
        value = self.value = self.value + 1
        return lambda _due_ns: value.to_bytes(4, "big")

    def look(self) -> None:
        """Take what is due, and check it: never before its time, once, with the newest frame."""
        jobs = self.schedule.take_due(self.now)
        if not self.armed or self.now < self.next_due:
            assert jobs == []
            return
        (job,) = jobs
        assert job.make(0) == self.value.to_bytes(4, "big")
        grid = self.grid + self.period
        if self.now - grid > (HICCUP_NS if self.schedule.catch_up else -1):
            grid += ((self.now - grid) // self.period + 1) * self.period
        elif grid > self.now:
            assert job.due_ns == self.grid
        assert job.grid_ns == grid
        self.grid = grid
        self.next_due = max(grid, self.now + self.period // 2)
        assert self.schedule.next_due() == self.next_due

    @rule(period=st.integers(100_000, 50 * MS))
    def arm_or_change(self, period: int) -> None:
        self.schedule.arm(1, self.frame(), period, None, self.now)
        if not self.armed:
            self.next_due = self.grid = self.now
        self.armed, self.period = True, period
        assert self.schedule.next_due() == self.next_due

    @rule(catch_up=st.booleans())
    def change_the_setting(self, catch_up: bool) -> None:
        self.schedule.catch_up = catch_up

    @rule()
    def disarm(self) -> None:
        self.schedule.disarm(1)
        self.armed = False

    @rule()
    def exactly_on_time(self) -> None:
        if self.armed:
            self.now = max(self.now, self.next_due)
        self.look()

    @rule(ahead=st.integers(0, 5 * MS))
    def a_little_later(self, ahead: int) -> None:
        self.now += ahead
        self.look()

    @rule(ahead=st.integers(HICCUP_NS // 2, 10_000 * MS))
    def the_clock_jumps(self, ahead: int) -> None:
        self.now += ahead
        self.look()


TestChanging = Changing.TestCase
TestChanging.settings = settings(max_examples=60, stateful_step_count=40, deadline=None)
