"""Frames and bits over the last second, against counting one frame after the other."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.recording.statistics import BUCKET_NS, RateMeter, frame_bits
from tests.recording.numbered import numbered

SECOND = 1_000_000_000


def one_frame(length: int, flags: int = 0) -> FrameBatch:
    """A frame with that many zero bytes."""
    return FrameBatch.from_columns([0], [1], np.zeros((1, length), np.uint8), flags=flags)


@pytest.mark.parametrize(
    ("length", "flags", "slow", "fast"),
    [
        (8, 0, 111, 0),
        (8, Flag.EXTENDED, 131, 0),
        (0, Flag.REMOTE, 47, 0),
        (0, Flag.ERROR, 17, 0),
        (8, Flag.FD, 30 + 32 + 64, 0),
        (64, Flag.FD | Flag.BRS, 30, 37 + 512),
        (64, Flag.FD | Flag.BRS | Flag.EXTENDED, 49, 37 + 512),
    ],
)
def test_bits_of_a_frame(length, flags, slow, fast):
    assert [column.tolist() for column in frame_bits(one_frame(length, flags))] == [[slow], [fast]]


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
    surely = sum(frames for time, frames in counted if time > now - SECOND + BUCKET_NS)
    at_most = sum(frames for time, frames in counted if time > now - SECOND - BUCKET_NS)
    assert surely <= meter.frames_per_second(now) <= at_most
    assert meter.bits_per_second(now) == pytest.approx(meter.frames_per_second(now) * 111)


def test_load_of_a_bus():
    meter = RateMeter()
    for step in range(100):
        meter.update(numbered(0, 40), 9 * SECOND + step * 10_000_000)
    assert meter.load(9 * SECOND + 990_000_001, 500_000) == pytest.approx(4000 * 111 / 500_000)
    assert meter.load(11 * SECOND, 500_000) == 0.0


def test_the_data_phase_has_a_rate_of_its_own():
    meter = RateMeter()
    meter.update(one_frame(64, Flag.FD | Flag.BRS), SECOND)
    assert meter.load(SECOND, 500_000, 2_000_000) == pytest.approx(30 / 500_000 + 549 / 2_000_000)
    assert meter.load(SECOND, 500_000) == pytest.approx(579 / 500_000)


def test_a_clock_that_jumps_back_or_far_ahead_does_no_harm():
    meter = RateMeter()
    meter.update(numbered(0, 10), 5 * SECOND)
    meter.update(numbered(0, 10), 4 * SECOND)
    assert meter.frames_per_second(5 * SECOND) == 20
    assert meter.frames_per_second(1 << 60) == 0
    meter.update(numbered(0, 7), 1 << 60)
    assert meter.frames_per_second(1 << 60) == 7
    meter.clear()
    assert meter.frames_per_second(1 << 60) == 0
