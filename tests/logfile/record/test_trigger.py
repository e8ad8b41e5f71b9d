"""The trigger of a recording: the frames it records before and after, and how many it keeps."""

from itertools import pairwise

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import FRAME_DTYPE, FrameBatch
from canmcast_gui.frames.filters import compile_filter
from canmcast_gui.logfile.record.trigger import Trigger

SECOND = 1_000_000_000


def frames(seconds: list[float], hits: set[float] = frozenset()) -> FrameBatch:
    """Frames at these seconds; those in ``hits`` have id 1, the others 2."""
    return FrameBatch.from_columns(
        timestamp_ns=[round(second * SECOND) for second in seconds],
        arbitration_id=[1 if second in hits else 2 for second in seconds],
        data=np.zeros((len(seconds), 8), dtype=np.uint8),
    )


def taken(trigger: Trigger, *batches: FrameBatch) -> list[list[float]]:
    """The seconds of what is recorded, a list for each recording."""
    recordings: list[list[float]] = []
    for batch in batches:
        for part, begins in trigger.take(batch):
            if begins:
                recordings.append([])
            recordings[-1] += (part.timestamp_ns / SECOND).tolist()
    return recordings


def trigger(pre: float, post: float | None, **more) -> Trigger:
    post_ns = None if post is None else round(post * SECOND)
    return Trigger(compile_filter("id == 1"), round(pre * SECOND), post_ns, **more)


def test_recording_starts_when_the_trigger_fires():
    one = trigger(0, None)
    assert taken(one, frames([1, 2, 3])) == []
    assert not one.is_open
    assert taken(one, frames([4, 5, 6], {5}), frames([7, 8])) == [[5, 6, 7, 8]]
    assert (one.is_open, one.fired, one.was_truncated) == (True, 1, False)


def test_frames_before_the_trigger_are_recorded_across_batches():
    one = trigger(2.5, None)
    assert taken(one, frames([1, 2]), frames([3]), frames([4, 5], {5})) == [[3, 4, 5]]


def test_it_ends_after_the_last_frame_that_fires_and_fires_again():
    one = trigger(1, 2)
    batches = frames([1, 2, 3, 4, 5, 6, 7, 8], {2, 3}), frames([9, 10, 11, 12, 13], {11})
    assert taken(one, *batches) == [[1, 2, 3, 4, 5], [10, 11, 12, 13]]
    assert one.fired == 2


def test_nothing_is_recorded_twice():
    one = trigger(10, 0.5)
    assert taken(one, frames([1, 2, 3, 4, 5], {2, 4})) == [[1, 2], [3, 4]]


def test_kept_frames_are_limited_by_time_and_by_memory():
    one = trigger(5, None)
    for start in range(0, 1000, 10):
        assert taken(one, frames([float(start + second) for second in range(10)])) == []
    assert one.kept_bytes <= 20 * FRAME_DTYPE.itemsize
    one = trigger(1000, None, limit_bytes=32 * 25)
    assert taken(one, frames(list(range(10))), frames(list(range(10, 20))), frames(list(range(20, 30)))) == []
    assert not one.was_truncated  # no trigger needed the frames
    assert taken(one, frames([30], {30})) == [list(range(10, 31))]
    assert one.was_truncated


@given(
    steps=st.lists(st.tuples(st.integers(0, 3), st.booleans()), max_size=40),
    cuts=st.lists(st.integers(0, 40), max_size=5),
    pre=st.integers(1, 4),
    post=st.integers(1, 4),
)
def test_batches_make_no_difference(steps, cuts, pre, post):
    moments = np.cumsum([step for step, _ in steps]).tolist()
    whole = FrameBatch.from_columns(
        timestamp_ns=[moment * SECOND for moment in moments],
        arbitration_id=[1 if hit else 2 for _, hit in steps],
        data=np.zeros((len(steps), 8), dtype=np.uint8),
    )
    edges = sorted({0, len(whole), *(min(cut, len(whole)) for cut in cuts)})
    parts = [whole[start:end] for start, end in pairwise(edges)]
    found = taken(trigger(pre, post), *parts)
    assert found == taken(trigger(pre, post), whole)
    hits = [moment for moment, (_, hit) in zip(moments, steps, strict=True) if hit]
    recorded = [second for one in found for second in one]
    assert recorded == [m for m in moments if any(hit - pre <= m <= hit + post for hit in hits)]
