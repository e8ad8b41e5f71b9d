"""When frames are due: against plain arithmetic, with a clock that the test moves."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.transmit.schedule import HICCUP_NS, Schedule

MS = 1_000_000
FRAME, OTHER = b"one frame", b"another"

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
    for number, (start, period) in enumerate(jobs):
        schedule.arm(number, FRAME, period, None, start)
    end = max(start for start, _ in jobs) + 1_000 * MS
    expected = [
        (time, number)
        for number, (start, period) in enumerate(jobs)
        for time in range(start, end + 1, period)
    ]
    assert sorted(run_until(schedule, end)) == sorted(expected)


@given(periods, st.lists(st.integers(0, 3_000 * MS), min_size=1, max_size=60))
def test_however_late_it_is_asked_frames_are_never_bunched(period, gaps):
    schedule = Schedule()
    schedule.arm(1, FRAME, period, None, 0)
    now, times = 0, []
    for gap in gaps:
        now += gap
        times += [now for _ in schedule.take_due(now)]
    assert all(later - earlier >= period // 2 for earlier, later in pairwise(times))


@given(periods, st.lists(st.integers(0, HICCUP_NS // 10), max_size=10))
def test_what_a_hiccup_held_back_is_made_good(period, gaps):
    schedule = Schedule()
    schedule.arm(1, FRAME, period, None, 0)
    now = sent = 0
    for gap in gaps:
        now += gap
        sent += len(schedule.take_due(now))
    end = now + 3 * HICCUP_NS + 2 * period
    sent += len(run_until(schedule, end))
    assert sent == end // period + 1
    assert schedule.next_due() == (end // period + 1) * period


@given(periods, st.integers(1, 50))
def test_a_job_that_was_away_for_long_goes_on_from_now_on_its_grid(period, seconds):
    schedule = Schedule()
    schedule.arm(1, FRAME, period, None, 0)
    schedule.take_due(0)
    now = 2 * period + HICCUP_NS + seconds * 1_000 * MS
    (job,) = schedule.take_due(now)
    assert job.late == now // period - 1
    assert schedule.next_due() == max((now // period + 1) * period, now + period // 2)


def test_jobs_that_are_due_together_come_together():
    schedule = Schedule()
    for number in range(100):
        schedule.arm(number, FRAME, 10 * MS, None, 0)
    for turn in range(5):
        assert [job.job_id for job in schedule.take_due(turn * 10 * MS)] == list(range(100))
        assert schedule.take_due(turn * 10 * MS) == []


@given(st.integers(1, 30), periods)
def test_a_count_is_sent_exactly_and_then_the_job_is_gone(count, period):
    schedule = Schedule()
    schedule.arm(1, FRAME, period, count, 0)
    assert len(run_until(schedule, 100 * period)) == count
    assert (len(schedule), schedule.next_due()) == (0, None)


@given(st.integers(0, 10 * MS - 1), periods)
def test_a_change_takes_effect_at_the_next_due_time(when, period):
    schedule = Schedule()
    schedule.arm(1, FRAME, 10 * MS, None, 0)
    schedule.take_due(0)
    schedule.arm(1, OTHER, period, None, when)
    assert schedule.next_due() == 10 * MS
    (job,) = schedule.take_due(10 * MS)
    assert job.encoded is OTHER
    assert schedule.next_due() == 10 * MS + period


def test_a_disarmed_job_sends_nothing_and_starts_afresh():
    schedule = Schedule()
    schedule.arm(1, FRAME, 10 * MS, None, 0)
    schedule.arm(2, FRAME, 10 * MS, None, 0)
    assert schedule.disarm(1).job_id == 1
    assert schedule.disarm(1) is None
    assert Counter(number for _, number in run_until(schedule, 50 * MS)) == {2: 6}
    schedule.arm(1, FRAME, 10 * MS, None, 53 * MS)
    assert run_until(schedule, 63 * MS) == [(53 * MS, 1), (60 * MS, 2), (63 * MS, 1)]
    assert {job.job_id for job in schedule.clear()} == {1, 2}
    assert schedule.next_due() is None
    assert schedule.take_due(10**15) == []


@pytest.mark.parametrize("other_jobs", [0, 10])
def test_arming_and_disarming_a_million_times_takes_no_memory(other_jobs):
    schedule = Schedule()
    for number in range(other_jobs):
        schedule.arm(100 + number, FRAME, 86_400_000 * MS, None, 0)
    for turn in range(2000):
        schedule.arm(1, FRAME, 86_400_000 * MS, None, turn)
        schedule.disarm(1)
    assert len(schedule._heap) < 200
    assert len(schedule) == other_jobs
