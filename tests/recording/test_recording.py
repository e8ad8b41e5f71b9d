"""A recording returns the appended frames in all ways of reading, also while frames are evicted."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from canmcast_gui.frames import Flag, FrameBatch, Source, SourceTable
from canmcast_gui.recording import Limits, Recording, RecordingError, RowsGoneError
from tests.recording.batches import batches, frames, numbered, numbers

SMALL = Limits(most_frames=64)  # chunks of 8 frames


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Recording]:
    """An empty recording in small chunks."""
    with Recording.create(tmp_path / "trace", limits=Limits(most_frames=800)) as made:
        yield made


class AgainstAList(RuleBasedStateMachine):
    """A recording and a list of the same frames, read in the same ways."""

    def __init__(self) -> None:
        super().__init__()
        self.parent = tempfile.TemporaryDirectory()
        self.recording = Recording.create(Path(self.parent.name) / "trace", limits=SMALL)
        self.frames: list[tuple] = []
        self.held: list[tuple[FrameBatch, list[tuple]]] = []

    def teardown(self) -> None:
        self.recording.discard()
        self.parent.cleanup()

    @rule(batch=batches(30))
    def append(self, batch: FrameBatch) -> None:
        self.recording.append(batch)
        self.frames += frames(batch)

    @rule(batch=batches(30), data=st.data())
    def append_a_selection(self, batch: FrameBatch, data: st.DataObject) -> None:
        rows = data.draw(st.lists(st.integers(0, max(len(batch) - 1, 0)), max_size=len(batch)))
        picked = batch[np.array(rows, dtype=np.int64)]
        self.recording.append(picked)
        self.frames += frames(picked)

    @rule(data=st.data())
    def read_rows(self, data: st.DataObject) -> None:
        start = data.draw(st.integers(self.recording.first_row, self.recording.end_row))
        stop = data.draw(st.integers(start, self.recording.end_row + 3))
        batch = self.recording.rows(start, stop)
        assert frames(batch) == self.frames[start:stop]
        self.held.append((batch, self.frames[start:stop]))

    @precondition(lambda self: len(self.recording))
    @rule(data=st.data())
    def take_rows(self, data: st.DataObject) -> None:
        there = st.integers(self.recording.first_row, self.recording.end_row - 1)
        rows = data.draw(st.lists(there, max_size=20))
        assert frames(self.recording.take(rows)) == [self.frames[row] for row in rows]

    @rule(data=st.data())
    def find_rows(self, data: st.DataObject) -> None:
        start = data.draw(st.none() | st.integers(0, self.recording.end_row))
        stop = data.draw(st.none() | st.integers(0, self.recording.end_row + 3))
        found = self.recording.find("length > 4 and not extended", start, stop)
        low = max(start or 0, self.recording.first_row)
        high = len(self.frames) if stop is None else min(stop, len(self.frames))
        expected = [
            row
            for row in range(low, high)
            if self.frames[row][6] > 4 and not self.frames[row][2] & Flag.EXTENDED
        ]
        assert found.dtype == np.int64
        assert found.tolist() == expected

    @rule()
    def reopen(self) -> None:
        folder = self.recording.folder
        self.recording.close()
        self.recording = Recording.open(folder, limits=SMALL)
        assert self.recording.damaged == 0

    @invariant()
    def agrees(self) -> None:
        assert self.recording.end_row == len(self.frames)
        assert len(self.recording) == len(self.frames) - self.recording.first_row
        assert self.recording.evicted == self.recording.first_row
        assert len(self.recording) <= 64
        assert self.recording.start_ns == (self.frames[0][0] if self.frames else 0)

    @invariant()
    def batches_stay_valid(self) -> None:
        for batch, expected in self.held[-5:]:
            assert frames(batch) == expected


TestAgainstAList = AgainstAList.TestCase
TestAgainstAList.settings = settings(max_examples=40, stateful_step_count=25, deadline=None)


def test_a_range_within_one_chunk_is_not_copied(recording: Recording):
    recording.append(numbered(0, 50, width=64))
    one, other = recording.rows(3, 40), recording.rows(3, 40)
    assert np.shares_memory(one.records, other.records)
    assert np.shares_memory(one.heap, other.heap)
    assert not one.records.flags.writeable


def test_blocks_cover_a_range_in_order(recording: Recording):
    recording.append(numbered(0, 730))
    found = [(row, numbers(block)) for row, block in recording.blocks(95, 405, frames=40)]
    assert [row for row, _ in found] == [95, 100, 140, 180, 200, 240, 280, 300, 340, 380, 400]
    assert [number for _, rows in found for number in rows] == list(range(95, 405))


def test_missing_rows_are_refused(recording: Recording):
    recording.append(numbered(0, 10))
    assert len(recording.rows(10, 20)) == len(recording.rows(5, 5)) == 0
    with pytest.raises(RowsGoneError, match="begins with row 0"):
        recording.rows(-1, 3)
    with pytest.raises(IndexError):
        recording.take([0, 10])


def test_frames_beyond_the_limit_are_evicted_in_whole_chunks(recording: Recording):
    for start in range(0, 2000, 50):
        recording.append(numbered(start, 50))
    assert recording.evicted == recording.first_row == 1200
    assert numbers(recording.rows()) == list(range(1200, 2000))
    assert len(list(recording.folder.glob("*.records"))) == 8
    with pytest.raises(RowsGoneError, match="begins with row 1200"):
        recording.rows(1199, 1205)


def test_batches_of_an_evicted_chunk_stay_valid(recording: Recording):
    recording.append(numbered(0, 100))
    held = recording.rows(0, 100)
    recording.append(numbered(100, 2000))
    assert recording.first_row > 100
    assert numbers(held) == list(range(100))


def test_a_classic_frame_takes_34_bytes_at_most(tmp_path: Path):
    with Recording.create(tmp_path / "trace") as recording:
        recording.append(numbered(0, 1 << 18))
        recording.append(numbered(0, 100_000))
        frames_there = len(recording)
        assert recording.bytes_used / frames_there < 34
    on_disk = sum(path.stat().st_blocks * 512 for path in (tmp_path / "trace").iterdir())
    assert on_disk / frames_there < 34


def test_a_long_payload_takes_its_own_bytes(recording: Recording):
    recording.append(numbered(0, 10))
    before = recording.bytes_used
    recording.append(numbered(10, 10, width=64)[:5])
    assert recording.bytes_used - before == 5 * (32 + 64)


def test_payloads_outside_their_heap_are_refused(recording: Recording):
    batch = numbered(0, 3, width=64)
    with pytest.raises(ValueError, match="outside the heap"):
        recording.append(FrameBatch(batch.records, batch.heap[:100]))
    records = numbered(0, 1).records
    records["length"] = 65
    with pytest.raises(ValueError, match="at most 64"):
        recording.append(FrameBatch(records))
    assert len(recording) == 0


def test_sources_are_read_again(tmp_path: Path):
    table = SourceTable()
    with Recording.create(tmp_path / "trace", table) as recording:
        for number in range(3):
            batch = numbered(number, 1)
            batch.records["source"] = table.number(Source("fe80::1%eth0", 43113 + number))
            recording.append(batch)
        assert recording.sources is table
    with Recording.open(tmp_path / "trace") as again:
        assert list(again.sources) == list(table)
        assert again.rows().source.tolist() == [1, 2, 3]
        assert again.find('source == "[fe80::1%eth0]:43114"').tolist() == [1]


def test_a_folder_has_one_owner(tmp_path: Path):
    with Recording.create(tmp_path / "trace"):
        with pytest.raises(RecordingError, match="in use"):
            Recording.open(tmp_path / "trace")
        with pytest.raises(RecordingError, match="not empty"):
            Recording.create(tmp_path / "trace")
    Recording.open(tmp_path / "trace").close()


def test_a_folder_without_a_recording_is_refused(tmp_path: Path):
    with pytest.raises(RecordingError, match="does not hold a recording"):
        Recording.open(tmp_path)
    with pytest.raises(RecordingError, match="does not hold a recording"):
        Recording.open(tmp_path / "nowhere")
    (tmp_path / "recording.lock").mkdir()
    with pytest.raises(RecordingError, match="cannot be opened"):
        Recording.open(tmp_path)


def test_a_folder_that_cannot_be_written_is_refused(tmp_path: Path):
    (tmp_path / "file").write_text("")
    with pytest.raises(RecordingError, match="a recording cannot be created"):
        Recording.create(tmp_path / "file" / "trace")


def test_a_closed_recording_is_empty_and_refuses_frames(recording: Recording):
    recording.append(numbered(0, 10))
    held = recording.rows()
    recording.close()
    recording.close()
    assert len(recording) == 0
    assert len(recording.rows()) == len(recording.find("")) == 0
    assert numbers(held) == list(range(10))
    with pytest.raises(RecordingError, match="closed"):
        recording.append(numbered(10, 1))
    with pytest.raises(RowsGoneError):
        recording.rows(0, 10)


def test_discarding_deletes_the_folder(own_home: Path):
    recording = Recording.create()
    recording.append(numbered(0, 10, width=64))
    held = recording.rows()
    assert recording.folder.is_relative_to(own_home)
    recording.discard()
    assert not recording.folder.exists()
    assert numbers(held) == list(range(10))


def test_recordings_of_one_second_have_folders_of_their_own():
    made = [Recording.create() for _ in range(3)]
    assert len({recording.folder for recording in made}) == 3
    for recording in made:
        recording.discard()


@given(st.integers(0, 40), st.integers(0, 40))
@settings(max_examples=20, deadline=None)
def test_time_in_a_filter_is_relative_to_the_first_frame(first: int, step: int):
    with tempfile.TemporaryDirectory() as parent:
        recording = Recording.create(Path(parent) / "trace")
        times = (first + np.arange(10) * step) * 100_000_000
        recording.append(FrameBatch.from_columns(times, 1, np.zeros((10, 1), np.uint8)))
        assert len(recording.find("time >= 1.5")) == sum(n * step >= 15 for n in range(10))
        recording.discard()
