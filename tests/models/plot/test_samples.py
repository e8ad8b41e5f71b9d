"""Samples of a signal: curves keep every peak and stay small, memory is bounded."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.models.plot import samples as plot_samples
from canmcast_gui.models.plot.samples import SampleStore, thin

samples = st.lists(st.tuples(st.integers(0, 1000), st.floats(-1e6, 1e6)), min_size=1, max_size=400).map(
    sorted
)


@pytest.fixture
def small_blocks(monkeypatch):
    """Blocks so small that a test fills many of them."""
    monkeypatch.setattr(plot_samples, "BLOCK_SAMPLES", 256)
    monkeypatch.setattr(plot_samples, "FULL_BLOCKS", 4)
    monkeypatch.setattr(plot_samples, "COARSE_BLOCKS", 8)


def store_of(times, values, step=100) -> SampleStore:
    store = SampleStore()
    for start in range(0, len(times), step):
        store.append(
            np.asarray(times[start : start + step], dtype=np.int64),
            np.asarray(values[start : start + step], dtype=float),
        )
    return store


@given(samples, st.integers(-10, 1010), st.integers(0, 500))
def test_a_curve_that_is_not_thinned_has_the_samples_and_one_at_each_end(pairs, start, width):
    times, values = (np.array(column) for column in zip(*pairs, strict=True))
    curve = store_of(times, values).curve(start, start + width, 10_000)
    inside = (times >= start) & (times <= start + width)
    low = max(int(np.searchsorted(times, start)) - 1, 0)
    high = int(np.searchsorted(times, start + width, side="right")) + 1
    assert curve.times.tolist() == times[low:high].tolist()
    assert curve.values.tolist() == values[low:high].tolist()
    assert set(times[inside]) <= set(curve.times.tolist())
    assert not curve.thinned


@given(samples, st.integers(4, 50))
def test_a_thinned_curve_has_all_extremes_and_few_points(pairs, points):
    times, values = (np.array(column) for column in zip(*pairs, strict=True))
    curve = store_of(times, values).curve(0, 1000, points)
    assert len(curve.times) <= points + 2
    assert (curve.values.min(), curve.values.max()) == (values.min(), values.max())
    assert (np.diff(curve.times) >= 0).all()


@given(st.lists(st.floats(-1e9, 1e9), max_size=200), st.integers(0, 6))
def test_thinning_keeps_the_extremes_of_each_group(values, power):
    group, column = 1 << power, np.array(values)
    times, kept = thin(np.arange(len(values)), column, group)
    assert (np.diff(times) >= 0).all()
    for start in range(0, len(values), group):
        part = column[start : start + group]
        mine = kept[(times >= start) & (times < start + group)]
        assert (mine.min(), mine.max()) == (part.min(), part.max())


def test_a_peak_of_one_sample_is_seen_in_a_span_of_many_blocks(small_blocks):
    values = np.zeros(256 * 4)
    values[300] = 7
    values[301] = -5
    curve = store_of(np.arange(len(values)), values).curve(0, len(values), 20)
    assert len(curve.times) <= 40
    assert (curve.values.max(), curve.values.min()) == (7, -5)


def test_a_scrolled_curve_has_the_same_points(small_blocks):
    rng = np.random.default_rng(1)
    store = store_of(np.arange(1000), rng.normal(size=1000))
    first, second = store.curve(100, 700, 40), store.curve(103, 703, 40)
    shared = (first.times > 160) & (first.times < 640)
    assert set(first.times[shared]) <= set(second.times.tolist())


def test_old_samples_become_coarse_and_older_ones_are_deleted(small_blocks):
    count = 256 * 20
    values = np.zeros(count)
    values[256 * 9 + 5] = 3
    store = store_of(np.arange(count), values)
    assert store.first_ns == 256 * 8
    assert store.last_ns == count - 1
    curve = store.curve(0, count, 100_000)
    assert curve.thinned
    assert curve.values.max() == 3
    assert len(curve.times) == 4 * 256 + 8 * 8


def test_new_samples_are_not_thinned_with_old_ones(small_blocks):
    store = store_of(np.arange(256 * 10), np.zeros(256 * 10))
    assert not store.curve(256 * 10 - 50, 256 * 10, 1000).thinned


def test_a_value_holds_until_the_next(small_blocks):
    store = store_of(np.arange(0, 30_000, 10), np.arange(3000))
    assert store.value_at(-1) is None
    assert store.value_at(29_995) == 2999
    assert store.value_at(29_979) == 2997
    assert store.value_at(17) is not None


def test_samples_are_sorted_when_the_clock_is_set_back():
    store = store_of([5, 6, 7, 3, 4, 8], [1, 2, 3, 4, 5, 6], step=3)
    curve = store.curve(0, 10, 100)
    assert curve.times.tolist() == [3, 4, 5, 6, 7, 8]
    assert curve.values.tolist() == [4, 5, 1, 2, 3, 6]


def test_nan_and_infinity_are_left_out():
    store = store_of([1, 2, 3], [1.0, float("nan"), float("inf")])
    assert store.curve(0, 9, 10).values.tolist() == [1.0]


def test_an_empty_store_has_an_empty_curve():
    store = SampleStore()
    assert len(store.curve(0, 10, 100).times) == 0
    assert store.first_ns is store.last_ns is store.value_at(5) is None
