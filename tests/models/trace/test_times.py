"""Times as text, and the search for the previous frame of the same id."""

from datetime import datetime

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from canmcast_gui.models.columns import seconds_texts
from canmcast_gui.models.trace.times import SameIdTimes, clock_texts, delta_texts
from canmcast_gui.recording import Recording
from tests.support.frames import START_NS, traffic


@given(st.integers(-(10**18), 10**18))
def test_seconds_are_rounded_to_microseconds(nanoseconds):
    text = seconds_texts(np.array([nanoseconds]))[0]
    whole, part = text.removeprefix("-").split(".")
    value = (int(whole) * 1_000_000 + int(part)) * (-1 if text.startswith("-") else 1)
    assert len(part) == 6
    assert abs(value * 1000 - nanoseconds) <= 500


def test_the_time_of_day_is_local_with_microseconds():
    moment = datetime(2024, 5, 6, 7, 8, 9)
    stamps = np.array([round(moment.timestamp()) * 10**9 + 123_456_789, 2**62 * 2 - 1000])
    assert clock_texts(stamps)[0] == "07:08:09.123457"


@pytest.mark.parametrize(("distance", "found"), [(5, True), (5_000, True), (100_000, True), (300_000, False)])
def test_the_previous_frame_is_searched_within_limits(tmp_path, distance, found):
    batch = traffic(distance + 1, ids=1)
    batch.records["arbitration_id"][[0, -1]] = 0x7FF
    with Recording.create(tmp_path / "recording") as recording:
        recording.append(batch)
        rows = np.array([distance - 1, distance])
        deltas = SameIdTimes(recording).deltas_ns(rows, recording.take(rows))
    assert deltas == [1_000_000, distance * 1_000_000 if found else None]


def test_found_frames_are_cached(tmp_path):
    with Recording.create(tmp_path / "recording") as recording:
        recording.append(traffic(20))
        times = SameIdTimes(recording)
        rows = np.arange(20)
        once = times.deltas_ns(rows, recording.rows(0, 20))
        assert times.deltas_ns(rows, recording.rows(0, 20)) == once
        assert once[:5] == [None, None, None, None, 4_000_000]


def test_kinds_of_frames_are_distinguished(tmp_path):
    with Recording.create(tmp_path / "recording") as recording:
        batch = traffic(4, ids=1)
        batch.records["flags"] = [0, 1, 2, 0]
        recording.append(batch)
        deltas = SameIdTimes(recording).deltas_ns(np.arange(4), batch)
    assert deltas == [None, None, None, 3_000_000]


def test_texts_of_differences():
    assert delta_texts([None, 1_500, None, -2_000_000_000]) == ["", "0.000002", "", "-2.000000"]
    assert clock_texts(np.array([START_NS]))[0].endswith(":20.000000")
