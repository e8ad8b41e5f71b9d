"""Frames over time: bins that grow, times in any order, eviction, loads by channel."""

from dataclasses import replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.app.document.timeline import BINS, Contents, Kinds, Timeline
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.wire_bits import wire_bits
from tests.support.frames import START_NS, mixed, traffic

SECOND = 1_000_000_000

PARTS = st.lists(st.lists(st.integers(-(10**6), 10**13), max_size=20), max_size=6)


@given(PARTS)
def test_every_frame_is_in_the_bin_of_its_time(parts):
    timeline = Timeline()
    for part in parts:
        timeline.add(np.array(part, dtype=np.int64))
    times = np.array([time for part in parts for time in part], dtype=np.int64)
    spread = timeline.spread()
    assert spread.before + spread.counts.sum() + spread.after == len(times)
    if len(times):
        assert (spread.first_ns, spread.last_ns) == (times.min(), times.max())
        assert 1 <= len(spread.counts) <= BINS
        edges = spread.origin_ns + spread.width_ns * np.arange(len(spread.counts) + 1)
        assert np.array_equal(spread.counts, np.histogram(times, np.append(edges[:-1], edges[-1] - 0.5))[0])
        assert spread.main_ns <= spread.width_ns * BINS
        assert spread.before == (times < spread.start_ns).sum()
        assert spread.after == (times > spread.end_ns).sum()


def test_a_long_recording_uses_at_least_half_of_the_bins():
    timeline = Timeline()
    for start in range(0, 600, 100):
        timeline.add(START_NS + np.arange(start, start + 100, dtype=np.int64) * SECOND)
    spread = timeline.spread()
    assert len(spread.counts) > BINS // 2
    assert spread.counts.sum() == 600


def test_rates_are_frames_per_second_also_at_both_ends():
    timeline = Timeline()
    timeline.add(START_NS + np.arange(100_000, dtype=np.int64) * 1_000_000)  # 1,000 a second, 100 s
    rates = timeline.spread().rates(700)
    assert len(rates) == 700
    assert rates == pytest.approx(np.full(700, 1000), rel=0.1)
    middle = START_NS + 50 * SECOND
    assert timeline.spread().rate_at(middle) == pytest.approx(1000, rel=0.05)
    assert timeline.spread().rate_at(START_NS - SECOND) == 0


def test_a_pause_is_seen():
    timeline = Timeline()
    timeline.add(START_NS + np.arange(10_000, dtype=np.int64) * 1_000_000)
    timeline.add(START_NS + 20 * SECOND + np.arange(10_000, dtype=np.int64) * 1_000_000)
    rates = timeline.spread().rates(300)
    assert (rates[110:190] == 0).all()
    assert (rates[:95] > 900).all()


def test_periodic_frames_of_a_short_recording_have_an_even_rate():
    # three messages every 10 ms, 5 ms and 20 ms, each group within a fraction of a millisecond
    times = [START_NS + n * period for period in (10_000_000, 5_000_000, 20_000_000) for n in range(300)]
    timeline = Timeline()
    timeline.add(np.array([time for time in times if time < START_NS + SECOND], dtype=np.int64))
    rates = timeline.spread().rates(800)
    assert rates.mean() == pytest.approx(350, rel=0.1)
    assert rates.max() < 1.4 * rates.min()


@pytest.mark.parametrize("far", [[-SECOND * 10**9], [SECOND * 10**8], [-SECOND * 10**9, SECOND * 10**9]])
def test_a_frame_years_away_is_outside_of_the_main_part(far):
    timeline, main = Timeline(), START_NS + np.arange(10_000, dtype=np.int64) * 1_000_000
    timeline.add(START_NS + np.array(far[:1], dtype=np.int64))
    timeline.add(main)
    timeline.add(START_NS + np.array(far[1:], dtype=np.int64))
    spread = timeline.spread()
    assert (spread.before, spread.after) == (sum(time < 0 for time in far), sum(time > 0 for time in far))
    assert spread.counts.sum() == len(main)
    assert spread.start_ns <= main[0] < main[-1] <= spread.end_ns
    assert spread.main_ns == pytest.approx(10 * SECOND, rel=0.01)
    assert spread.rates(500)[5:-5] == pytest.approx(np.full(490, 1000), rel=0.1)
    assert spread.first_ns == min(START_NS, *(START_NS + time for time in far))
    assert spread.last_ns == max(int(main[-1]), *(START_NS + time for time in far))


def test_a_recording_with_a_long_pause_is_shown_as_a_whole():
    timeline = Timeline()
    for start in (0, 100_000):
        timeline.add(START_NS + start * SECOND + np.arange(1000, dtype=np.int64) * 1_000_000)
    spread = timeline.spread()
    assert (spread.before, spread.after, spread.main_ns) == (0, 0, spread.span_ns)


def test_evicted_frames_are_forgotten():
    timeline = Timeline()
    times = START_NS + np.arange(1000, dtype=np.int64) * SECOND
    timeline.add(times)
    timeline.drop_before(int(times[400]))
    spread = timeline.spread()
    assert spread.first_ns == times[400]
    assert 600 <= spread.counts.sum() <= 601
    timeline.add(times[-1:] + SECOND)
    assert timeline.spread().last_ns == times[-1] + SECOND


def test_frames_are_counted_by_channel_and_kind():
    contents, batches = Contents(), [mixed(), traffic(100)]
    for batch in batches:
        contents.add(batch)
    assert contents.channels[0] == Kinds(6, 1, 1, 1, 1, 1, *(int(bits.sum()) for bits in wire_bits(mixed())))
    assert contents.channels[1].frames == 100
    total = Kinds.total(contents.channels.values())
    whole = FrameBatch.concatenate(batches)
    assert (total.frames, total.fd) == (106, int(whole.has(Flag.FD).sum()))
    slow, fast = wire_bits(whole)
    load = total.load(2.0, 500_000, 2_000_000)
    assert load == pytest.approx((slow.sum() / 500_000 + fast.sum() / 2_000_000) / 2)


def test_the_load_of_a_long_file_follows_from_a_share_of_its_frames():
    whole, some = Contents(), Contents()
    batch = FrameBatch.concatenate([traffic(5000), mixed()])
    whole.add(batch)
    some.add(batch, share=20)
    for channel, exact in whole.channels.items():
        estimate = some.channels[channel]
        assert estimate.slow_bits == pytest.approx(exact.slow_bits, rel=0.03 if exact.frames > 100 else 1)
        assert replace(estimate, slow_bits=0, fast_bits=0) == replace(exact, slow_bits=0, fast_bits=0)
