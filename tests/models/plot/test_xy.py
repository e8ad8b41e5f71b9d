"""Pairs of two signals: each sample of one with what the other was then."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.models.plot.samples import SampleStore
from canmcast_gui.models.plot.xy import pairs

SAMPLES = st.lists(st.tuples(st.integers(0, 100), st.integers(-9, 9)), max_size=40).map(sorted)


def store(samples: list[tuple[int, int]]) -> SampleStore:
    made = SampleStore()
    times, values = (
        np.array([t for t, _ in samples], dtype=np.int64),
        np.array([v for _, v in samples], float),
    )
    made.append(times, values)
    return made


@given(SAMPLES, SAMPLES, st.integers(-5, 105), st.integers(0, 110))
def test_each_sample_has_the_newest_value_of_the_other(x: list, y: list, first: int, length: int):
    xs, ys = pairs(store(x), store(y), first, first + length)
    expected = []
    for time, value in y:
        before = [other for when, other in x if when <= time]
        if first <= time <= first + length and before:
            expected.append((before[-1], value))
    assert list(zip(xs.tolist(), ys.tolist(), strict=True)) == expected
