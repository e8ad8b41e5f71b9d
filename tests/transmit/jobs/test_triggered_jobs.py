"""Jobs that wait for frames, with a clock that the test moves."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import compile_filter
from canmcast_gui.transmit import TransmitError, Trigger
from canmcast_gui.transmit.jobs.job import ArmedJob
from canmcast_gui.transmit.jobs.schedule import MAX_PENDING, TriggeredJobs

MS = 1_000_000


def job(number: int = 1, count: int | None = None) -> ArmedJob:
    return ArmedJob(number, lambda _due_ns: b"", 0, count, 0)


def armed(
    count: int | None = None, delay_ms: int = 0, text: str = "id == 0x100"
) -> tuple[TriggeredJobs, ArmedJob]:
    triggers, one = TriggeredJobs(), job(count=count)
    triggers.arm(one, compile_filter(text), delay_ms * MS, 0)
    return triggers, one


def receive(triggers: TriggeredJobs, *frames: tuple[int, int]) -> list[ArmedJob]:
    """Frames as (ms, id)."""
    batch = FrameBatch.from_columns(0, [number for _, number in frames], np.zeros((len(frames), 1)))
    return triggers.on_frames(batch, np.array([ms * MS for ms, _ in frames], dtype=np.int64))


def times(due: list[tuple[int, ArmedJob]]) -> list[int]:
    return [due_ns // MS for due_ns, _ in due]


def test_each_matching_frame_triggers_a_send_after_the_delay():
    triggers, _ = armed(delay_ms=20)
    receive(triggers, (1, 0x100), (2, 0x101), (5, 0x100))
    assert triggers.next_due() == 21 * MS
    assert triggers.take_due(20 * MS) == []
    assert times(triggers.take_due(23 * MS)) == [21]
    assert times(triggers.take_due(99 * MS)) == [25]
    assert triggers.next_due() is None


def test_a_count_is_never_exceeded_and_ends_the_job():
    triggers, one = armed(count=2, delay_ms=5)
    receive(triggers, *[(ms, 0x100) for ms in range(4)])
    assert times(triggers.take_due(100 * MS)) == [5, 6]
    assert (one.finished, one.late, len(triggers)) == (True, 0, 0)
    receive(triggers, (200, 0x100))
    assert triggers.next_due() is None


def test_frames_from_before_it_was_armed_do_not_trigger():
    triggers = TriggeredJobs()
    triggers.arm(job(), compile_filter("id == 0x100"), 0, 10 * MS)
    receive(triggers, (9, 0x100), (10, 0x100))
    assert times(triggers.take_due(99 * MS)) == [10]


def test_a_burst_is_limited_and_the_rest_counts_as_late():
    triggers, one = armed(delay_ms=1000)
    assert receive(triggers, *[(0, 0x100)] * (MAX_PENDING - 1)) == []
    assert receive(triggers, *[(1, 0x100)] * 4) == [one]
    assert one.late == one.left_out == 3
    assert len(triggers.take_due(2000 * MS, MAX_PENDING * 2)) == MAX_PENDING


def test_a_change_keeps_pending_sends():
    triggers, one = armed(delay_ms=50)
    receive(triggers, (0, 0x100), (1, 0x100))
    triggers.arm(one, compile_filter("id == 0x200"), 5 * MS, 2 * MS)
    receive(triggers, (10, 0x100), (11, 0x200))
    assert times(triggers.take_due(99 * MS)) == [16, 50, 51]


def test_disarmed_jobs_drop_pending_sends():
    triggers, one = armed(delay_ms=50)
    other = job(2)
    triggers.arm(other, compile_filter("id == 0x100"), 10 * MS, 0)
    receive(triggers, (0, 0x100))
    assert triggers.disarm(1) is one
    assert triggers.disarm(1) is None
    assert [found for _, found in triggers.take_due(99 * MS)] == [other]
    receive(triggers, (100, 0x100))
    assert triggers.clear() == [other]
    assert (triggers.next_due(), len(triggers)) == (None, 0)


def test_impossible_delays_are_refused():
    with pytest.raises(TransmitError, match="24 hours"):
        Trigger("id == 1", -1).validated()
    assert Trigger("id == 1", 5).validated() == Trigger("id == 1", 5)


arrivals = st.lists(st.tuples(st.integers(0, 30), st.sampled_from([0x100, 0x200, 0x300])), max_size=40)


@given(arrivals, st.integers(1, 60), st.integers(0, 20), st.lists(st.integers(0, 60), max_size=12))
def test_every_match_is_sent_once_in_order_and_never_early(frames, count, delay_ms, looks):
    triggers, one = armed(count=count, delay_ms=delay_ms, text="id == 0x100 or id == 0x300")
    frames = sorted(frames)
    sent = []
    for now in [*sorted({*looks, *(ms for ms, _ in frames)}), 1000]:
        receive(triggers, *[one for one in frames if one[0] == now])
        due = triggers.take_due(now * MS)
        assert all(due_ns <= now * MS for due_ns, _ in due)
        sent += times(due)
    wanted = [ms + delay_ms for ms, number in frames if number != 0x200]
    assert sent == wanted[:count]
    assert one.remaining == count - len(sent)
