"""Find next and previous: the result of a search through all rows, without reading more than needed."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import compile_filter
from canmcast_gui.recording import Found, Limits, MatchCount, Recording, find_around, find_next, find_previous
from canmcast_gui.recording.search import first_row_since
from tests.recording.batches import numbered
from tests.support.frames import START_NS, traffic


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Recording]:
    """Two thousand frames of which the oldest 1,200 were evicted, in chunks of a hundred."""
    with Recording.create(tmp_path / "trace", limits=Limits(most_frames=800)) as made:
        for start in range(0, 2000, 50):
            made.append(numbered(start, 50))
        yield made


@given(
    ids=st.lists(st.integers(0, 3), max_size=60),
    start=st.none() | st.integers(0, 70),
    wanted=st.integers(0, 3),
)
@settings(max_examples=60, deadline=None)
def test_it_agrees_with_a_list(ids: list[int], start: int | None, wanted: int):
    with (
        tempfile.TemporaryDirectory() as parent,
        Recording.create(Path(parent) / "trace", limits=Limits(most_frames=40)) as recording,
    ):
        for one in ids:
            recording.append(FrameBatch.from_columns(0, [one], np.zeros((1, 1), np.uint8)))
        condition = recording.filter(f"id == {wanted}")
        rows = [row for row in range(recording.first_row, len(ids)) if ids[row] == wanted]
        low, high = (0, len(ids)) if start is None else (start, start)
        assert find_next(recording, condition, start) == next((row for row in rows if row >= low), None)
        before = [row for row in rows if row < high]
        assert find_previous(recording, condition, start) == (before[-1] if before else None)


def test_evicted_rows_are_not_found(recording: Recording):
    condition = recording.filter("id == 0x100")
    assert find_next(recording, condition, 0) == 1200
    assert find_previous(recording, condition, 1200) is None
    assert find_next(recording, condition, 5000) is None


def test_no_block_after_the_first_hit_is_read(recording: Recording):
    looked = []
    condition = recording.filter("id == 0x107")

    def report(share: float) -> bool:
        looked.append(share)
        return True

    assert find_next(recording, condition, 1300, report) == 1367
    assert find_previous(recording, condition, 1900, report) == 1847
    assert looked == [0.0, 0.0]


def test_it_can_be_canceled(recording: Recording):
    condition = recording.filter("id == 0x7FF")
    for find in (find_next, find_previous):
        shares = []
        assert find(recording, condition, None, lambda share, seen=shares: seen.append(share) or True) is None
        assert shares == [n / 8 for n in range(8)]
        asked = []
        assert find(recording, condition, None, lambda share, seen=asked: seen.append(share)) is None
        assert asked == [0.0]


def test_two_conditions_as_one():
    batch = numbered(0, 20)
    one, other = compile_filter("id > 0x102"), compile_filter("id < 0x108 or fd")
    both = one & other
    assert np.flatnonzero(both.mask(batch)).tolist() == [3, 4, 5, 6, 7]
    assert both.text == "(id > 0x102) and (id < 0x108 or fd)"
    assert (compile_filter("") & other) is other
    assert (one & compile_filter(" ")) is one


@given(
    ids=st.lists(st.integers(0, 3), max_size=60),
    start=st.integers(0, 70),
    end=st.none() | st.integers(30, 60),
    backwards=st.booleans(),
    most=st.sampled_from((40, 1000)),
)
@settings(max_examples=60, deadline=None)
def test_a_search_wraps_around(ids, start, end, backwards, most):
    with (
        tempfile.TemporaryDirectory() as parent,
        Recording.create(Path(parent) / "trace", limits=Limits(most_frames=most)) as recording,
    ):
        for one in ids:
            recording.append(FrameBatch.from_columns(0, [one], np.zeros((1, 1), np.uint8)))
        condition = recording.filter("id == 2")
        stop = len(ids) if end is None else min(end, len(ids))
        rows = [row for row in range(recording.first_row, stop) if ids[row] == 2]
        ahead = [row for row in rows if (row < start if backwards else row >= start)]
        expected = None
        if rows:
            expected = Found((ahead or rows)[-1 if backwards else 0], not ahead)
        assert find_around(recording, condition, start, backwards, end) == expected


def test_a_search_that_wraps_around_can_be_canceled(recording: Recording):
    condition = recording.filter("id == 0x7FF")
    for backwards in (False, True):
        asked = []
        assert (
            find_around(
                recording, condition, 1500, backwards, None, lambda share, seen=asked: seen.append(share)
            )
            is None
        )
        assert asked == [0.0]
        shares = []
        find_around(
            recording, condition, 1500, backwards, None, lambda share, seen=shares: seen.append(share) or True
        )
        assert shares == sorted(shares) and shares[-1] < 1


def test_matches_are_counted_while_frames_are_appended_and_evicted(tmp_path: Path, monkeypatch):
    monkeypatch.setattr("canmcast_gui.recording.search.PART_ROWS", 64)
    with Recording.create(tmp_path / "grows", limits=Limits(most_frames=800)) as recording:
        matches = MatchCount(recording, recording.filter("id in 0x100..0x10F"))
        for start in range(0, 2000, 50):
            recording.append(numbered(start, 50))
            rows = recording.find(matches.condition)
            for row in (int(rows[0]), int(rows[-1])) if len(rows) else ():
                place = int(np.searchsorted(rows, row)) + 1
                assert matches.position(row) == (place, len(rows))
                assert matches.position(row, row + 1) == (place, place)
        assert matches.position(1500, report=lambda _share: False) is None


@pytest.mark.parametrize(("since", "row"), [(-5, 0), (0, 0), (1, 1), (41_000_000, 41), (10**12, 100)])
def test_the_first_row_since_a_time(tmp_path, since, row):
    with Recording.create(tmp_path / "recording") as recording:
        recording.append(traffic(100))
        assert first_row_since(recording, START_NS + since) == row


def test_the_first_row_of_an_empty_recording_is_0(tmp_path):
    with Recording.create(tmp_path / "recording") as recording:
        assert first_row_since(recording, 0) == 0
