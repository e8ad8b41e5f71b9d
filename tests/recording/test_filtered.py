"""The rows that pass a filter: found in steps, the same as found at once, whatever was evicted meanwhile."""

from pathlib import Path

import numpy as np
import pytest

from canmcast_gui.recording import FilteredRows, Limits, Recording
from canmcast_gui.recording.filtered import BLOCK_ROWS
from tests.recording.batches import numbered


@pytest.fixture
def recording(tmp_path: Path):
    """An empty recording in chunks of a hundred."""
    with Recording.create(tmp_path / "trace", limits=Limits(most_frames=800)) as made:
        yield made


def test_each_step_looks_at_so_many_rows(recording: Recording):
    recording.append(numbered(0, 500))
    rows = FilteredRows(recording, recording.filter("id in 0x100..0x109"))
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
    rows = FilteredRows(recording, recording.filter("id < 0x120"))
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
    rows = FilteredRows(recording, recording.filter("id == 0x107"))
    for start in range(0, 5000, 50):
        recording.append(numbered(start, 50))
        rows.update(budget)
        assert rows[:].tolist() == recording.find("id == 0x107", stop=rows.next_row).tolist()
    while not rows.complete:
        rows.update(budget)
    assert rows[:].tolist() == recording.find("id == 0x107").tolist()


def test_rows_beyond_one_block(tmp_path: Path):
    frames = 3 * BLOCK_ROWS + 500
    limits = Limits(most_frames=2 * BLOCK_ROWS)
    with Recording.create(tmp_path / "trace", limits=limits) as recording:
        rows = FilteredRows(recording, recording.filter("not tx"))
        for start in range(0, frames, 5000):
            recording.append(numbered(start, min(5000, frames - start)))
            rows.update()
        assert rows[:].tolist() == list(range(recording.first_row, frames))
        assert rows[0] == recording.first_row > BLOCK_ROWS


def test_a_closed_recording_leaves_no_rows(recording: Recording):
    recording.append(numbered(0, 100))
    rows = FilteredRows(recording, recording.filter("not tx"))
    rows.update()
    recording.close()
    rows.update()
    assert len(rows) == 0
    assert rows.complete
