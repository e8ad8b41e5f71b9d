"""Times of a driver in UTC."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.channels.adapter.clock import ChannelClock, TimeSource
from canmcast_gui.frames.units import NS_PER_MS, NS_PER_SECOND

NOW = 1_800_000_000 * NS_PER_SECOND
# Of a driver's clock, and from a frame until it is read.
_DRIFTS = st.integers(-200, 200)
_DELAYS = st.integers(0, 50 * NS_PER_MS)
_GAPS = st.integers(0, 3 * NS_PER_SECOND)


def convert(clock: ChannelClock, stamp_ns: int, read_ns: int) -> int:
    """The time of one frame."""
    return int(clock.to_utc(np.array([stamp_ns], dtype=np.int64), read_ns)[0])


@given(st.integers(0, 10**15), _DRIFTS, st.lists(st.tuples(_GAPS, _DELAYS), min_size=1, max_size=60))
def test_a_mapped_clock_follows_its_drift(start_ns: int, ppm: int, frames: list[tuple[int, int]]) -> None:
    """Times grow, are never later than the reading, and earlier than the truth by what drift explains."""
    clock = ChannelClock()
    true_ns, last, read_ns = NOW, 0, NOW
    for gap, delay in frames:
        true_ns += gap
        # Frames are read in order.
        read_ns = max(read_ns, true_ns + delay)
        elapsed = true_ns - NOW
        utc = convert(clock, start_ns + 1 + elapsed + elapsed * ppm // 1_000_000, read_ns)
        assert last <= utc <= read_ns
        assert utc - true_ns >= -(elapsed * 400 // 1_000_000) - 2
        last = utc


def test_drift_is_shown_after_ten_seconds() -> None:
    """As how much faster UTC runs."""
    clock = ChannelClock()
    for second in range(10):
        convert(clock, second * NS_PER_SECOND + 1, NOW + second * (NS_PER_SECOND + 100_000))
        assert clock.drift_ppm is None
    for second in range(10, 60):
        convert(clock, second * NS_PER_SECOND + 1, NOW + second * (NS_PER_SECOND + 100_000))
    assert clock.source is TimeSource.MAPPED
    assert clock.drift_ppm is not None
    assert abs(clock.drift_ppm - 100) < 1


def test_the_frame_that_waited_least_gives_the_offset() -> None:
    """The first ones waited while the channel was opened."""
    clock = ChannelClock()
    convert(clock, 1_000, NOW + 400 * NS_PER_MS)
    assert (
        convert(clock, 1_000 + NS_PER_SECOND, NOW + NS_PER_SECOND + NS_PER_MS)
        == NOW + NS_PER_SECOND + NS_PER_MS
    )
    later = convert(clock, 1_000 + 2 * NS_PER_SECOND, NOW + 2 * NS_PER_SECOND + 30 * NS_PER_MS)
    assert 0 <= later - (NOW + 2 * NS_PER_SECOND + NS_PER_MS) < NS_PER_MS


@given(st.lists(_DELAYS, min_size=1, max_size=20))
def test_absolute_times_are_kept(delays: list[int]) -> None:
    """To the nanosecond."""
    clock = ChannelClock()
    for number, delay in enumerate(delays):
        stamp = NOW + number * NS_PER_SECOND + 7
        assert convert(clock, stamp, stamp + delay) == stamp
    assert clock.source is TimeSource.ABSOLUTE


def test_frames_that_waited_long_keep_their_times() -> None:
    """While this program was stopped, for example, frames collected in the driver, with either clock."""
    for first in (NOW, 1_000):
        clock = ChannelClock()
        convert(clock, first, NOW)
        stamps = first + np.arange(5, dtype=np.int64) * NS_PER_SECOND
        times = clock.to_utc(stamps, NOW + 6 * NS_PER_SECOND)
        assert (abs(times - (NOW + np.arange(5) * NS_PER_SECOND)) <= 2 * NS_PER_MS).all()


def test_a_first_frame_that_waited_long_does_not_hide_absolute_times() -> None:
    """They are recognized with the next frames."""
    clock = ChannelClock()
    convert(clock, NOW, NOW + 2 * NS_PER_SECOND)
    assert convert(clock, NOW + 3 * NS_PER_SECOND, NOW + 3 * NS_PER_SECOND + 9) == NOW + 3 * NS_PER_SECOND
    assert clock.source is TimeSource.ABSOLUTE


def test_a_clock_that_starts_again_is_mapped_again() -> None:
    """And one that was set ahead."""
    clock = ChannelClock()
    convert(clock, 100 * NS_PER_SECOND, NOW)
    assert convert(clock, 5, NOW + NS_PER_SECOND) == NOW + NS_PER_SECOND
    assert convert(clock, 5 + NS_PER_SECOND, NOW + 2 * NS_PER_SECOND) == NOW + 2 * NS_PER_SECOND
    assert convert(clock, 900 * NS_PER_SECOND, NOW + 3 * NS_PER_SECOND) == NOW + 3 * NS_PER_SECOND
    assert clock.source is TimeSource.MAPPED


def test_a_clock_of_this_computer_that_was_set_ahead_is_followed_after_ten_seconds() -> None:
    """Before that it looks as if frames waited."""
    clock, step = ChannelClock(), 100 * NS_PER_SECOND
    convert(clock, 1, NOW)
    for second in range(1, 13):
        utc = convert(clock, 1 + second * NS_PER_SECOND, NOW + step + second * NS_PER_SECOND)
    assert utc == NOW + step + 12 * NS_PER_SECOND


def test_frames_without_a_time_get_that_of_reading() -> None:
    """All of them, or those between others."""
    clock = ChannelClock()
    assert clock.to_utc(np.zeros(3, dtype=np.int64), NOW).tolist() == [NOW] * 3
    assert clock.source is TimeSource.RECEPTION
    times = clock.to_utc(np.array([NOW, 0, NOW + 5], dtype=np.int64), NOW + 9)
    assert times.tolist() == [NOW, NOW + 9, NOW + 5]
    assert clock.source is TimeSource.ABSOLUTE
    assert clock.to_utc(np.zeros(0, dtype=np.int64), NOW).tolist() == []
