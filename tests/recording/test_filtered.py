"""The rows that pass a filter: found in steps, the same as found at once, whatever was evicted meanwhile."""

from pathlib import Path

import numpy as np
import pytest

from canmcast_gui.recording import FilteredRows, Limits, Recording
from tests.recording.numbered import numbered

STILL = lambda: 0  # noqa: E731  a clock by which no step takes too long


@pytest.fixture
def recording(tmp_path: Path):
    """An empty recording in chunks of a hundred."""
    with Recording.create(tmp_path / "trace", limits=Limits(most_frames=800)) as made:
        yield made


def test_each_step_looks_at_so_many_rows(recording: Recording):
    recording.append(numbered(0, 500))
    rows = FilteredRows(recording, recording.filter("id in 0x100..0x109"), STILL)
    found = []
    while not rows.complete:
        found.append(rows.update(budget_rows=90))
    assert found == [20, 10, 10, 10, 10, 10]
    assert rows.next_row == 500
    assert rows[:].tolist() == recording.find("id in 0x100..0x109").tolist()
    recording.append(numbered(500, 100))
    assert not rows.complete
    assert rows.update() == 10
    assert rows.complete


def test_places_and_slices_are_those_of_a_list(recording: Recording):
    recording.append(numbered(0, 700))
    rows = FilteredRows(recording, recording.filter("id < 0x120"), STILL)
    rows.update()
    expected = recording.find("id < 0x120").tolist()
    assert [rows[place] for place in range(len(rows))] == expected
    assert rows[-1] == expected[-1]
    for part in (slice(3, 50), slice(None), slice(5, 2), slice(None, None, -7), slice(-9, None)):
        assert rows[part].tolist() == expected[part]
        assert rows[part].dtype == np.int64
    for place in (len(rows), -len(rows) - 1):
        with pytest.raises(IndexError):
            rows[place]
    assert [rows.position(row) for row in (0, 31, 32, 80, 5000)] == [0, 31, 32, 32, len(rows)]


@pytest.mark.parametrize("budget", [37, 400])
def test_evicted_rows_leave_from_the_start(recording: Recording, budget: int):
    rows = FilteredRows(recording, recording.filter("id == 0x107"), STILL)
    for start in range(0, 5000, 50):
        recording.append(numbered(start, 50))
        rows.update(budget)
        assert rows[:].tolist() == recording.find("id == 0x107", stop=rows.next_row).tolist()
    while not rows.complete:
        rows.update(budget)
    assert rows[:].tolist() == recording.find("id == 0x107").tolist()


def test_a_step_ends_when_its_time_is_up(tmp_path: Path):
    with Recording.create(tmp_path / "trace") as recording:
        recording.append(numbered(0, 100_000))
        clock = iter(range(0, 10_000, 10))
        rows = FilteredRows(recording, recording.filter("rx"), clock_ns=lambda: next(clock))
        assert rows.update(budget_ns=10) == rows.next_row == 8192
        assert rows.update(budget_ns=0) == 8192
        assert rows.update(budget_ns=30) == 3 * 8192
        assert not rows.complete
        assert rows.update(budget_ns=1000) == 100_000 - 5 * 8192
        assert rows.complete


def test_a_closed_recording_leaves_no_rows(recording: Recording):
    recording.append(numbered(0, 100))
    rows = FilteredRows(recording, recording.filter("not tx"), STILL)
    rows.update()
    recording.close()
    rows.update()
    assert len(rows) == 0
    assert rows.complete
