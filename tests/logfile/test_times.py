"""Times that start again at 0 are unwrapped."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.logfile.times import Unwrapping


@given(
    steps=st.lists(st.integers(-900, 50_000), min_size=1, max_size=40),
    start=st.integers(0, 59_999),
    cuts=st.lists(st.integers(0, 40), max_size=4),
)
def test_unwrapped_times_are_the_original_ones(steps, start, cuts):
    milliseconds = np.maximum.accumulate(start + np.cumsum([0, *np.abs(steps)]))
    late = np.array([0, *steps]) < 0  # a little older than the newest before it
    times = (milliseconds - np.where(late, 900, 0)).clip(start) * 1_000_000
    unwrapping = Unwrapping(60_000_000_000, 1_000_000_000)
    parts = np.split(times % 60_000_000_000, sorted(cuts))
    found = np.concatenate([unwrapping.take(part) for part in parts])
    assert (found - found[0]).tolist() == (times - times[0]).tolist()


@given(times=st.lists(st.integers(-(2**60), 2**60) | st.integers(0, 70_000_000_000), max_size=20))
def test_any_times_grow_by_whole_periods_only(times):
    period = 60_000_000_000
    found = Unwrapping(period, 1_000_000_000).take(np.array(times, dtype=np.int64))
    turns = [divmod(new - old, period) for new, old in zip(found.tolist(), times, strict=True)]
    assert all(count >= 0 and not rest for count, rest in turns)
