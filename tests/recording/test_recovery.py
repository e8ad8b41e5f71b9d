"""What a crash left behind is found, brought back or deleted; what somebody owns is left alone."""

import os
import threading
from pathlib import Path

import pytest

from canmcast_gui.recording import Recording, RecordingError, leftovers, remove, remove_empty
from canmcast_gui.recording.location import recordings_folder
from tests.recording.numbered import numbered, numbers


def left_behind(frames: int, is_copy: bool = False, marked: bool = False) -> Path:
    """A recording in the user's data folder that nobody owns any more."""
    recording = Recording.create(is_copy=is_copy)
    recording.append(numbered(0, frames))
    if marked:
        recording.marks.add(3, "here")
    recording.close()
    return recording.folder


def test_only_what_nobody_owns_is_left_over():
    assert leftovers() == []
    one, other = left_behind(10), left_behind(2000)
    empty = left_behind(0)
    owned = Recording.create()
    owned.append(numbered(0, 5))
    found = leftovers()
    assert [(leftover.folder, leftover.frames) for leftover in found] == [(other, 2000), (one, 10)]
    assert found[0].first_time == 1
    assert 2000 * 32 <= found[0].bytes <= 2000 * 34 + 4096
    assert empty.exists()
    owned.discard()


def test_a_leftover_is_opened_and_is_none_then():
    left_behind(10)
    (leftover,) = leftovers()
    with Recording.open(leftover.folder) as recording:
        assert numbers(recording.rows()) == list(range(10))
        assert leftovers() == []
        with pytest.raises(RecordingError, match="in use"):
            remove(leftover)
        assert leftover.folder.exists()


def test_a_leftover_is_deleted():
    folder = left_behind(10)
    (leftover,) = leftovers()
    remove(leftover)
    remove(leftover)
    assert not folder.exists()
    assert leftovers() == []


def test_empty_recordings_go_unless_they_are_new_or_owned():
    old, new = left_behind(0), left_behind(0)
    full = left_behind(1)
    owned = Recording.create()
    for folder in (old, full, owned.folder):
        os.utime(folder / "recording.lock", (0, 0))
    remove_empty()
    assert [folder.exists() for folder in (old, new, full, owned.folder)] == [False, True, True, True]
    owned.discard()


def test_the_copy_of_a_file_is_nothing_to_recover_unless_it_has_marks():
    mere, new, used = (left_behind(10, is_copy=True) for _ in range(3))
    marked = left_behind(10, is_copy=True, marked=True)
    Recording.open(used).close()  # from then on there may be more in it than in the file
    for folder in (mere, marked, used):
        os.utime(folder / "recording.lock", (0, 0))
    assert {leftover.folder for leftover in leftovers()} == {marked, used}
    remove_empty()
    assert [folder.exists() for folder in (mere, marked, used, new)] == [False, True, True, True]


def test_who_looks_for_leftovers_disturbs_nobody():
    """Another window looks while recordings begin, end and are opened again."""
    old = left_behind(5)
    ended = threading.Event()

    def look() -> None:
        while not ended.is_set():
            leftovers()

    threads = [threading.Thread(target=look) for _ in range(2)]
    for thread in threads:
        thread.start()
    try:
        for _ in range(100):
            made = Recording.create()
            made.append(numbered(0, 3))
            Recording.open(old).close()
            made.discard()
    finally:
        ended.set()
        for thread in threads:
            thread.join()
    assert [leftover.folder for leftover in leftovers()] == [old]


def test_other_folders_are_left_alone():
    parent = recordings_folder()
    (parent / "something").mkdir(parents=True)
    (parent / "something" / "notes.txt").write_text("mine")
    (parent / "garbage").mkdir()
    (parent / "garbage" / "recording.lock").write_text("")
    (parent / "garbage" / "x.records").write_text("nothing")
    assert leftovers() == []
    remove_empty()
    assert (parent / "something" / "notes.txt").read_text() == "mine"
