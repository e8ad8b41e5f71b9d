"""Frames and bits over the last second, against counting one frame after the other."""

from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.wire_bits import wire_bits
from canmcast_gui.recording.rates import LONGEST_WAIT_NS, STEP_NS, RateMeter
from tests.recording.batches import numbered

SECOND = 1_000_000_000
UTC_NS = 1_800_000_000 * SECOND


@given(
    st.lists(st.tuples(st.integers(0, SECOND // 2), st.integers(0, 50)), max_size=30), st.integers(0, SECOND)
)
def test_it_counts_the_last_second(arrivals: list[tuple[int, int]], wait: int):
    meter = RateMeter()
    now = 5 * SECOND
    counted = []
    for step, frames in arrivals:
        now += step
        meter.update(numbered(0, frames), now)
        counted.append((now, frames))
    now += wait
    surely = sum(frames for time, frames in counted if time > now - SECOND + STEP_NS)
    at_most = sum(frames for time, frames in counted if time > now - SECOND - STEP_NS)
    assert surely <= meter.frames_per_second(now) <= at_most
    # 111 bits of a frame with eight bytes, and at most one put in for each four that may be stuffed
    rate = meter.frames_per_second(now)
    assert 111 * rate <= meter.bits_per_second(now) * 1.000001 <= 135.001 * rate


# Ages of frames around the borders of steps, of the last second and of the times that are believed.
AGES = st.one_of(
    st.builds(
        lambda steps, ns: steps * STEP_NS + ns,
        st.integers(-2, 24),
        st.sampled_from([-1, 0, 1, STEP_NS // 2]),
    ),
    st.sampled_from([LONGEST_WAIT_NS - 1, LONGEST_WAIT_NS, LONGEST_WAIT_NS + 1]),
)


@given(
    st.lists(
        st.tuples(st.integers(-STEP_NS, SECOND // 2), st.lists(AGES, min_size=1, max_size=8), st.booleans()),
        max_size=12,
    )
)
def test_batches_count_as_one_frame_after_the_other(batches: list[tuple[int, list[int], bool]]):
    meter, now, newest = RateMeter(), 5 * SECOND, 0
    bits = wire_bits(numbered(0, 1))[0][0]
    counts: Counter[int] = Counter()
    for passed, ages, dated in batches:
        now += passed
        newest = max(newest, now // STEP_NS)
        batch = numbered(0, len(ages))
        batch.records[:] = batch.records[0]
        batch.records["timestamp_ns"] = UTC_NS - np.array(ages)
        meter.update(batch, now, UTC_NS if dated else None)
        for age in ages:
            waited = age if 0 < age < LONGEST_WAIT_NS else 0
            counts[(now - waited) // STEP_NS if dated else newest] += 1
    now = (newest + 1) * STEP_NS  # where a step begins, all steps count as a whole
    expected = sum(count for step, count in counts.items() if newest - 19 <= step <= newest)
    assert meter.frames_per_second(now) == expected
    assert meter.bits_per_second(now) == expected * bits


def test_load_of_a_bus():
    meter, batch = RateMeter(), numbered(0, 40)
    for step in range(100):
        meter.update(batch, 9 * SECOND + step * 10_000_000)
    total = 100 * int(wire_bits(batch)[0].sum())
    assert meter.load(9 * SECOND + 990_000_001, 500_000) == pytest.approx(total / 500_000)
    assert meter.load(11 * SECOND, 500_000) == 0.0


def test_the_data_phase_has_a_rate_of_its_own():
    meter = RateMeter()
    data = np.full((1, 64), 0x55, dtype=np.uint8)  # which needs no stuffing
    meter.update(FrameBatch.from_columns([0], [0x555], data, flags=Flag.FD | Flag.BRS), SECOND)
    assert meter.load(SECOND, 500_000, 2_000_000) == pytest.approx(30 / 500_000 + 549 / 2_000_000)
    assert meter.load(SECOND, 500_000) == pytest.approx(579 / 500_000)


def test_a_clock_may_jump_back_or_far_ahead():
    meter = RateMeter()
    meter.update(numbered(0, 10), 5 * SECOND)
    meter.update(numbered(0, 10), 4 * SECOND)
    assert meter.frames_per_second(5 * SECOND) == 20
    assert meter.frames_per_second(1 << 60) == 0
    meter.update(numbered(0, 7), 1 << 60)
    assert meter.frames_per_second(1 << 60) == 7
    meter.clear()
    assert meter.frames_per_second(1 << 60) == 0


def test_frames_that_waited_count_at_their_own_times():
    """Ten seconds of traffic that are read at once are not ten times the load."""
    meter, utc, now = RateMeter(), 1_800_000_000 * SECOND, 5 * SECOND
    times = utc - np.arange(10_000)[::-1] * 1_000_000
    data = np.zeros((10_000, 8), dtype=np.uint8)
    for start in (0, 5000):
        batch = FrameBatch.from_columns(times[start : start + 5000], 0x100, data[:5000])
        meter.update(batch, now, utc)
    assert 1000 <= meter.frames_per_second(now) <= 1050
    assert meter.load(now, 500_000) == pytest.approx(meter.bits_per_second(now) / 500_000)
    assert meter.load(now, 500_000) < 0.3


@pytest.mark.parametrize("seconds", [-30, 10 * 365 * 24 * 3600])
def test_times_of_another_clock_are_ignored(seconds: int):
    meter, utc = RateMeter(), 1_800_000_000 * SECOND
    batch = FrameBatch.from_columns([utc - seconds * SECOND] * 7, 0x100, np.zeros((7, 8), dtype=np.uint8))
    meter.update(batch, 5 * SECOND, utc)
    assert meter.frames_per_second(5 * SECOND) == 7
