"""When the frames of a file are due in play."""

import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.cli.play import STEP_SECONDS, Timeline
from canmcast_gui.frames import FrameBatch


def batch_at(times: list[int]) -> FrameBatch:
    return FrameBatch.from_columns(
        timestamp_ns=times, arbitration_id=range(len(times)), data=[[0]] * len(times)
    )


def due_times(batches: list[list[int]], speed: float) -> list[float]:
    timeline = Timeline(100.0, speed)
    return [
        due for times in batches for part, due in timeline.parts(batch_at(times)) for _ in range(len(part))
    ]


@pytest.mark.parametrize("speed", [1.0, 4.0])
def test_gaps_are_those_of_the_file_over_all_batches(speed):
    second = 1_000_000_000
    found = due_times([[7 * second, 8 * second], [10 * second]], speed)
    assert found == pytest.approx([100.0, 100.0 + 1 / speed, 100.0 + 3 / speed])


@given(st.lists(st.lists(st.integers(0, 10**12), min_size=1, max_size=20), max_size=5))
def test_every_frame_is_due_once_and_never_backwards(batches):
    found = due_times(batches, 1.0)
    assert len(found) == sum(map(len, batches))
    assert found == sorted(found)
    times = [time for batch in batches for time in batch]
    for due, latest in zip(found, itertools.accumulate(times, max), strict=True):
        assert 0 <= 100.0 + (latest - times[0]) / 1e9 - due <= STEP_SECONDS * 1.001
