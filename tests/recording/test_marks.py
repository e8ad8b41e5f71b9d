"""Marks: in the order of their rows, stored with the recording, removed with their rows, safe from damage."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from canmcast_gui.frames.marks import Mark
from canmcast_gui.recording import Limits, Recording, RecordingError, RowsGoneError, marks
from canmcast_gui.recording.marks import Marks
from tests.recording.batches import numbered

LIMITS = Limits(most_frames=80)  # chunks of 10 frames


@pytest.fixture
def recording(tmp_path: Path) -> Iterator[Recording]:
    """Sixty frames, whose times are a thousand times their numbers, plus 1."""
    with Recording.create(tmp_path / "trace", limits=LIMITS) as made:
        made.append(numbered(0, 60))
        yield made


def texts(recording: Recording) -> dict[int, str]:
    return {note.row: note.text for note in recording.marks}


def test_marks_have_the_order_of_their_rows(recording: Recording):
    before = recording.marks.generation
    assert recording.marks.add(30, "brake") == Mark(30, 30_001, "brake")
    recording.marks.add(10, "start")
    recording.marks.add(59)
    assert texts(recording) == {10: "start", 30: "brake", 59: ""}
    assert [mark.row for mark in recording.marks] == [10, 30, 59]
    assert [mark.row for mark in recording.marks.between(10, 59)] == [10, 30]
    assert 30 in recording.marks
    assert 31 not in recording.marks
    assert recording.marks.generation == before + 3


def test_from_mark_to_mark(recording: Recording):
    for row in (10, 30, 50):
        recording.marks.add(row)
    after = [recording.marks.after(row) for row in (0, 10, 30, 50)]
    assert [mark and mark.row for mark in after] == [10, 30, 50, None]
    before = [recording.marks.before(row) for row in (10, 11, 50, 59)]
    assert [mark and mark.row for mark in before] == [None, 10, 30, 50]


def test_a_row_has_one_mark(recording: Recording):
    recording.marks.add(5, "one")
    recording.marks.add(5, "other")
    assert texts(recording) == {5: "other"}
    recording.marks.remove(6)
    recording.marks.remove(5)
    assert len(recording.marks) == 0


@pytest.mark.parametrize("row", [-1, 60, 1 << 40])
def test_only_existing_rows_are_marked(recording: Recording, row: int):
    with pytest.raises(RowsGoneError):
        recording.marks.add(row, "nowhere")
    assert len(recording.marks) == 0


def test_marks_are_read_after_a_crash(recording: Recording, tmp_path: Path):
    recording.marks.add(10, "Zündung an")
    recording.marks.add(20, "gone again")
    recording.marks.remove(20)
    # without closing: what a killed process leaves
    copy = tmp_path / "copy"
    copy.mkdir()
    for path in recording.folder.iterdir():
        (copy / path.name).write_bytes(path.read_bytes())
    with Recording.open(copy, limits=LIMITS) as again:
        assert texts(again) == {10: "Zündung an"}
        assert again.marks.at(10) == Mark(10, 10_001, "Zündung an")
        assert again.marks.problem == ""
        again.marks.add(40, "more")
    with Recording.open(copy, limits=LIMITS) as again:
        assert texts(again) == {10: "Zündung an", 40: "more"}


def test_marks_are_removed_with_their_rows(recording: Recording):
    for row in (5, 9, 10, 55):
        recording.marks.add(row, str(row))
    recording.append(numbered(60, 30))
    assert recording.first_row == 10
    assert texts(recording) == {10: "10", 55: "55"}
    assert recording.marks.evicted == 2
    recording.close()
    with Recording.open(recording.folder, limits=LIMITS) as again:
        assert texts(again) == {10: "10", 55: "55"}
        assert again.marks.evicted == 2
        assert again.marks.problem == ""


def test_marks_of_a_log_file_are_added(recording: Recording):
    recording.marks.add(30, "mine")
    wanted = [Mark(40, 7, "later"), Mark(30, 7, "theirs"), Mark(2, 7, "x" * 5000), Mark(60, 7, "at the end")]
    assert recording.marks.extend(wanted) == 3
    assert recording.marks.extend(wanted) == 0
    assert texts(recording) == {2: "x" * marks.MOST_CHARACTERS, 30: "mine", 40: "later", 60: "at the end"}
    recording.close()
    with Recording.open(recording.folder, limits=LIMITS) as again:
        assert texts(again)[40] == "later"
        assert len(again.marks) == 4


def test_the_number_of_marks_is_limited(recording: Recording, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setattr(marks, "MOST_MARKS", 3)
    assert recording.marks.extend(Mark(row, 0, "") for row in range(10)) == 3
    with pytest.raises(RecordingError, match="up to 3 marks"):
        recording.marks.add(20)
    recording.marks.add(1, "changed")
    assert list(texts(recording)) == [0, 1, 2]


def test_marks_that_cannot_be_saved_are_not_changed(recording: Recording):
    recording.marks.add(1, "there")
    (recording.folder / "marks.jsonl.new").mkdir()
    with pytest.raises(RecordingError, match="could not be saved"):
        recording.marks.add(2, "lost")
    with pytest.raises(RecordingError, match="could not be saved"):
        recording.marks.remove(1)
    assert texts(recording) == {1: "there"}


NO_LINE = st.binary(max_size=30).filter(lambda junk: b"[" not in junk)


@given(junk=st.lists(NO_LINE | st.sampled_from([b"[1, 2]", b'[3, 4, "x"]', b'[-1, 4, "x"]', b"null"])))
@settings(max_examples=60, deadline=None)
def test_only_damaged_lines_are_lost(tmp_path_factory: pytest.TempPathFactory, junk: list[bytes]):
    folder = tmp_path_factory.mktemp("trace")
    good = json.dumps([7, 7001, "good"]).encode()
    (folder / "marks.jsonl").write_bytes(b"\n".join([*junk, good]) + b"\n")
    found = Marks(folder, lambda row: row * 1000)
    found.load(0, 60)
    assert found.at(7) == Mark(7, 7001, "good")
    whole = b"\n".join(junk).split(b"\n") if junk else []
    assert bool(found.problem) == any(line != b'[3, 4, "x"]' for line in whole)
    found.add(9, "on it goes")
    again = Marks(folder, lambda row: row * 1000)
    again.load(0, 60)
    assert list(again) == list(found)
    assert again.problem == ""


def test_a_file_that_cannot_be_read_does_not_affect_frames(recording: Recording):
    recording.close()
    (recording.folder / "marks.jsonl").mkdir()
    with Recording.open(recording.folder) as again:
        assert len(again) == 60
        assert "could not be read" in again.marks.problem
