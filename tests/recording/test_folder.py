"""Folders of recordings: their location, their lock, and recovery after a crash."""

import os
import shutil
import sys
import threading
from pathlib import Path

import numpy as np
import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.recording import Recording, RecordingError, leftovers, remove, remove_empty
from canmcast_gui.recording.folder import is_temporary, make_new_folder, recordings_folder
from tests.recording.batches import numbered, numbers


def long_payloads(count: int) -> FrameBatch:
    return FrameBatch.from_columns(
        timestamp_ns=np.arange(count),
        arbitration_id=np.arange(count),
        data=np.zeros((count, 12), dtype=np.uint8),
        flags=int(Flag.FD),
    )


@pytest.mark.parametrize(
    ("system", "variable", "folder"),
    [
        ("linux", "XDG_DATA_HOME", ".local/share"),
        ("freebsd14", "XDG_DATA_HOME", ".local/share"),
        ("win32", "LOCALAPPDATA", "AppData/Local"),
        ("darwin", "", "Library/Application Support"),
    ],
)
def test_the_users_data_folder(
    monkeypatch: pytest.MonkeyPatch, own_home: Path, system: str, variable: str, folder: str
):
    monkeypatch.setattr(sys, "platform", system)
    if variable:
        monkeypatch.setenv(variable, str(own_home / "elsewhere"))
        assert recordings_folder() == own_home / "elsewhere" / "canmcast" / "recordings"
        monkeypatch.delenv(variable)
    assert recordings_folder() == own_home / folder / "canmcast" / "recordings"


def test_new_folders_are_new():
    made = [make_new_folder() for _ in range(3)]
    assert len(set(made)) == 3
    assert all(folder.is_dir() and folder.parent == recordings_folder() for folder in made)


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights")
@pytest.mark.parametrize("umask", [0o000, 0o777])
def test_only_its_user_may_read_a_recording(own_home, umask):
    recordings_folder().mkdir(parents=True)
    before = os.umask(umask)
    try:
        with Recording.create() as recording:
            recording.append(long_payloads(3))
            recording.marks.add(1, "here")
            files = [path for path in recording.folder.iterdir() if path.is_file()]
            modes = {path.name: path.stat().st_mode & 0o777 for path in files}
            folders = [recording.folder, recording.folder.parent, recording.folder.parent.parent]
            assert [folder.stat().st_mode & 0o777 for folder in folders] == [0o700] * 3
    finally:
        os.umask(before)
    assert len(modes) >= 4
    assert set(modes.values()) == {0o600}, modes


@pytest.mark.parametrize("wrong", ["home is a file", "the data folder is a file"])
def test_without_a_data_folder_recordings_are_temporary_files(own_home, monkeypatch, wrong):
    file = own_home / "file"
    file.touch()
    if wrong == "home is a file":
        monkeypatch.delenv("XDG_DATA_HOME")
        monkeypatch.setenv("HOME", str(file))
    else:
        monkeypatch.setenv("XDG_DATA_HOME", str(file))
    recording = Recording.create()
    try:
        assert is_temporary(recording.folder)
        assert recording.folder.parent == own_home / "tmp"
        assert recording.folder.stat().st_mode & 0o777 == 0o700
        recording.append(long_payloads(3))
        assert len(recording) == 3
    finally:
        recording.discard()


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has other rights and links")
def test_leftovers_among_temporary_files_are_found_and_made_private(own_home, monkeypatch):
    (own_home / "file").touch()
    monkeypatch.setenv("XDG_DATA_HOME", str(own_home / "file"))
    with Recording.create() as recording:
        recording.append(long_payloads(3))
    recording.folder.chmod(0o755)
    planted = own_home / "elsewhere"
    shutil.copytree(recording.folder, planted)
    link = own_home / "tmp" / "canmcast-recording-planted"
    link.symlink_to(planted)
    (left,) = leftovers()
    assert (left.folder, left.frames) == (recording.folder, 3)
    with Recording.open(left.folder):
        assert left.folder.stat().st_mode & 0o777 == 0o700
    remove(left)
    assert leftovers() == []
    link.unlink()


def make_leftover(frames: int, is_copy: bool = False, marked: bool = False) -> Path:
    """A recording in the user's data folder without an owner."""
    recording = Recording.create(is_copy=is_copy)
    recording.append(numbered(0, frames))
    if marked:
        recording.marks.add(3, "here")
    recording.close()
    return recording.folder


def test_only_recordings_without_an_owner_are_leftovers():
    assert leftovers() == []
    one, other = make_leftover(10), make_leftover(2000)
    empty = make_leftover(0)
    owned = Recording.create()
    owned.append(numbered(0, 5))
    found = leftovers()
    assert [(leftover.folder, leftover.frames) for leftover in found] == [(other, 2000), (one, 10)]
    assert found[0].first_time == 1
    assert 2000 * 32 <= found[0].bytes <= 2000 * 34 + 4096
    assert empty.exists()
    owned.discard()


def test_an_opened_leftover_is_not_a_leftover():
    make_leftover(10)
    (leftover,) = leftovers()
    with Recording.open(leftover.folder) as recording:
        assert numbers(recording.rows()) == list(range(10))
        assert leftovers() == []
        with pytest.raises(RecordingError, match="in use"):
            remove(leftover)
        assert leftover.folder.exists()


def test_a_leftover_is_deleted():
    folder = make_leftover(10)
    (leftover,) = leftovers()
    remove(leftover)
    remove(leftover)
    assert not folder.exists()
    assert leftovers() == []


def test_empty_recordings_are_deleted_unless_they_are_new_or_owned():
    old, new = make_leftover(0), make_leftover(0)
    full = make_leftover(1)
    owned = Recording.create()
    for folder in (old, full, owned.folder):
        os.utime(folder / "recording.lock", (0, 0))
    remove_empty()
    assert [folder.exists() for folder in (old, new, full, owned.folder)] == [False, True, True, True]
    owned.discard()


def test_the_copy_of_a_file_is_recovered_only_if_it_has_marks():
    mere, new, used = (make_leftover(10, is_copy=True) for _ in range(3))
    marked = make_leftover(10, is_copy=True, marked=True)
    Recording.open(used).close()  # from then on there may be more in it than in the file
    for folder in (mere, marked, used):
        os.utime(folder / "recording.lock", (0, 0))
    assert {leftover.folder for leftover in leftovers()} == {marked, used}
    remove_empty()
    assert [folder.exists() for folder in (mere, marked, used, new)] == [False, True, True, True]


def test_a_search_for_leftovers_does_not_disturb_owners():
    """Another process searches while recordings are created, closed and opened again."""
    old = make_leftover(5)
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


def test_other_folders_are_not_changed():
    parent = recordings_folder()
    (parent / "something").mkdir(parents=True)
    (parent / "something" / "notes.txt").write_text("mine")
    (parent / "garbage").mkdir()
    (parent / "garbage" / "recording.lock").write_text("")
    (parent / "garbage" / "x.records").write_text("nothing")
    assert leftovers() == []
    remove_empty()
    assert (parent / "something" / "notes.txt").read_text() == "mine"
