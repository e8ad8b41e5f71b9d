"""Rows that pass a filter, and row sets, against plain lists."""

import bisect
import tempfile
from itertools import accumulate
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule

from canmcast_gui.frames import FrameBatch
from canmcast_gui.recording import FilteredRows, Limits, Recording
from canmcast_gui.recording.filtered_rows import SEGMENT_ROWS, RowSet
from tests.recording.batches import numbered

STILL = lambda: 0  # noqa: E731  a clock by which no step takes too long


@pytest.fixture
def recording(tmp_path: Path):
    """An empty recording in chunks of a hundred."""
    with Recording.create(tmp_path / "trace", limits=Limits(most_frames=800)) as made:
        yield made


def test_each_update_reads_a_limited_number_of_rows(recording: Recording):
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


def test_positions_and_slices_are_those_of_a_list(recording: Recording):
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
def test_evicted_rows_are_removed_from_the_start(recording: Recording, budget: int):
    rows = FilteredRows(recording, recording.filter("id == 0x107"), STILL)
    for start in range(0, 5000, 50):
        recording.append(numbered(start, 50))
        rows.update(budget)
        assert rows[:].tolist() == recording.find("id == 0x107", stop=rows.next_row).tolist()
    while not rows.complete:
        rows.update(budget)
    assert rows[:].tolist() == recording.find("id == 0x107").tolist()


def test_an_update_ends_when_its_time_is_over(tmp_path: Path):
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


def test_a_closed_recording_has_no_rows(recording: Recording):
    recording.append(numbered(0, 100))
    rows = FilteredRows(recording, recording.filter("not tx"), STILL)
    rows.update()
    recording.close()
    rows.update()
    assert len(rows) == 0
    assert rows.complete


SMALL = Limits(most_frames=64)  # chunks of 8 frames

CONDITIONS = {
    "id == 1": lambda one: one == 1,
    "id in 0..1": lambda one: one <= 1,
    "not id == 2": lambda one: one != 2,
    "id == 7": lambda one: one == 7,
    "rx": lambda one: one >= 0,
}


class AgainstAList(RuleBasedStateMachine):
    """Ids in a list, and the rows of those that pass, without evicted ones and those not read yet."""

    def __init__(self) -> None:
        super().__init__()
        self.parent = tempfile.TemporaryDirectory()
        self.recording = Recording.create(Path(self.parent.name) / "trace", limits=SMALL)
        self.ids: list[int] = []
        self.expected: list[int] = []

    @initialize(ids=st.lists(st.integers(0, 2), max_size=40), text=st.sampled_from(sorted(CONDITIONS)))
    def begin(self, ids: list[int], text: str) -> None:
        self.append(ids)
        self.passes = CONDITIONS[text]
        self.rows = FilteredRows(self.recording, self.recording.filter(text))

    def teardown(self) -> None:
        self.recording.discard()
        self.parent.cleanup()

    @rule(ids=st.lists(st.integers(0, 2), max_size=100))
    def append(self, ids: list[int]) -> None:
        self.recording.append(FrameBatch.from_columns(0, ids, np.zeros((len(ids), 1), np.uint8)))
        self.ids += ids

    @rule(budget=st.integers(0, 150))
    def update(self, budget: int) -> None:
        before = [row for row in self.expected if row >= self.recording.first_row]
        start = max(self.rows.next_row, self.recording.first_row)
        found = self.rows.update(budget, budget_ns=1 << 62)
        assert self.rows.next_row == min(start + budget, len(self.ids))
        new = [row for row in range(start, self.rows.next_row) if self.passes(self.ids[row])]
        assert found == len(new)
        self.expected = before + new

    @invariant()
    def agrees(self) -> None:
        if not hasattr(self, "rows"):
            return
        assert len(self.rows) == len(self.expected)
        assert self.rows[:].tolist() == self.expected
        assert self.rows.complete == (self.rows.next_row >= len(self.ids))

    @rule(data=st.data())
    def read(self, data: st.DataObject) -> None:
        places = st.none() | st.integers(-70, 70)
        part = slice(data.draw(places), data.draw(places), data.draw(st.none() | st.sampled_from([1, 2, -1])))
        assert self.rows[part].tolist() == self.expected[part]
        row = data.draw(st.integers(0, len(self.ids) + 2))
        assert self.rows.position(row) == sum(one < row for one in self.expected)
        if self.expected:
            place = data.draw(st.integers(0, len(self.expected) - 1))
            assert self.rows[place] == self.expected[place]


TestAgainstAList = AgainstAList.TestCase
TestAgainstAList.settings = settings(max_examples=50, stateful_step_count=25, deadline=None)


# Steps between rows that stay in a segment, cross one border or several.
STEPS = st.sampled_from([1, 2, 50, SEGMENT_ROWS - 1, SEGMENT_ROWS, SEGMENT_ROWS + 1, 3 * SEGMENT_ROWS])


@given(st.lists(st.tuples(st.lists(STEPS, max_size=8), st.integers(0, 1 << 20)), max_size=8), st.data())
def test_it_is_a_list(rounds: list[tuple[list[int], int]], data: st.DataObject):
    rows = RowSet()
    expected: list[int] = []
    last = 0
    for steps, below in rounds:
        new = list(accumulate(steps, initial=last))[1:]
        last = new[-1] if new else last
        rows.append(np.array(new, dtype=np.int64))
        expected += new
        rows.drop_below(below)
        expected = [row for row in expected if row >= below]
        last = max(last, below)
        assert len(rows) == len(expected)
        assert rows.rows(0, len(rows)).tolist() == expected
        start = data.draw(st.integers(0, len(expected)))
        stop = data.draw(st.integers(start, len(expected)))
        assert rows.rows(start, stop).tolist() == expected[start:stop]
        row = data.draw(st.integers(0, last + 2))
        assert rows.position(row) == bisect.bisect_left(expected, row)


@pytest.mark.parametrize("step", [1, 3, 15, 17, 100])
def test_dense_and_sparse_rows_are_stored(step: int):
    expected = np.arange(5, 4 * SEGMENT_ROWS, step)
    rows = RowSet()
    for part in np.array_split(expected, 37):
        rows.append(part)
    assert np.array_equal(rows.rows(0, len(rows)), expected)
    assert all(rows.rows(index, index + 1)[0] == expected[index] for index in range(0, len(expected), 997))
    assert rows.position(int(expected[700])) == 700


@pytest.mark.parametrize("step", [1, 3, 15, 17, 1000])
def test_it_takes_one_bit_at_most_for_each_row_between(step: int):
    rows = RowSet()
    rows.append(np.arange(0, 64 * SEGMENT_ROWS, step))
    rows.append(np.array([64 * SEGMENT_ROWS]))
    assert rows.bytes_used <= 65 * (SEGMENT_ROWS // 8 + 2)
