"""Frames of several channels in the order of their times, against a simple reference."""

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.channels.merge import DELAY_NS, ChannelMerger
from canmcast_gui.frames import FrameBatch


def frames(channel: int, times: list[int], first: int = 0) -> FrameBatch:
    """Frames of a channel at these times, whose ids count from ``first``."""
    count = len(times)
    return FrameBatch.from_columns(
        np.array(times, dtype=np.int64),
        first + np.arange(count),
        np.zeros((count, 0), dtype=np.uint8),
        channel=channel,
    )


def pairs(batch: FrameBatch) -> list[tuple[int, int]]:
    """Channel and id of each frame."""
    return list(zip(batch.channel.tolist(), batch.arbitration_id.tolist(), strict=True))


# Steps of the clock, the channel of a batch, and the ages of its frames when it arrives.
_STEPS = st.lists(
    st.tuples(
        st.integers(0, DELAY_NS),
        st.integers(1, 3),
        st.lists(st.integers(0, 3 * DELAY_NS), max_size=5),
    ),
    max_size=30,
)


@given(_STEPS)
def test_merging(steps: list[tuple[int, int, list[int]]]) -> None:
    """No frame is lost or waits for too long; each channel keeps its order; late ones are counted."""
    merger, now, total = ChannelMerger(), 10**12, 0
    added: dict[int, list[int]] = {1: [], 2: [], 3: []}
    arrived: dict[tuple[int, int], int] = {}
    taken: list[FrameBatch] = []
    late, passed = 0, 0
    for elapsed, channel, ages in steps:
        now += elapsed
        times = [now - age for age in ages]
        merger.add(frames(channel, times, total))
        added[channel] += range(total, total + len(times))
        arrived.update({(channel, total + row): times[row] for row in range(len(times))})
        total += len(times)
        taken.append(merger.take(now))
        # A frame waits with those before it on its channel, so as long as the newest of them.
        waiting = set(arrived) - {pair for batch in taken for pair in pairs(batch)}
        newest = {
            number: max((arrived[one] for one in waiting if one[0] == number), default=0) for number in added
        }
        assert all(newest[number] > now - DELAY_NS for number in added if newest[number])
        assert len(merger) == len(waiting)
    taken.append(merger.take_all())
    for part in taken:
        late += sum(each < passed for each in part.timestamp_ns.tolist())
        passed = max(passed, *part.timestamp_ns.tolist(), 0)
    result = [pair for batch in taken for pair in pairs(batch)]
    assert len(result) == total == len(set(result))
    for channel, ids in added.items():
        assert [number for one, number in result if one == channel] == ids
    assert merger.late == late
    assert len(merger) == 0


@given(st.lists(st.tuples(st.integers(1, 3), st.integers(0, DELAY_NS - 1)), max_size=60))
def test_frames_in_time_are_in_order(values: list[tuple[int, int]]) -> None:
    """As if all had been sorted at the end; equal times stay in the order of arrival."""
    merger, start = ChannelMerger(), 10**12
    last = {1: 0, 2: 0, 3: 0}
    expected = []
    for row, (channel, age) in enumerate(values):
        last[channel] = max(last[channel], start + row * 1000 - age)
        merger.add(frames(channel, [last[channel]], row))
        expected.append((last[channel], row))
    batch = merger.take_all()
    assert list(zip(batch.timestamp_ns.tolist(), batch.arbitration_id.tolist(), strict=True)) == sorted(
        expected
    )
    assert merger.late == 0


def test_a_frame_waits_for_others_and_not_longer() -> None:
    """To the nanosecond."""
    merger = ChannelMerger()
    merger.add(frames(1, [1000]))
    assert len(merger.take(1000 + DELAY_NS - 1)) == 0
    merger.add(frames(2, [999], 7))
    assert pairs(merger.take(1000 + DELAY_NS)) == [(2, 7), (1, 0)]
    merger.add(frames(2, [998], 8))
    assert pairs(merger.take(1000 + DELAY_NS)) == [(2, 8)]
    assert merger.late == 1
