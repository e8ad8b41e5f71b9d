"""Where recordings stand on each system."""

import os
import shutil
import sys
from pathlib import Path

import numpy as np
import pytest

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.recording import Recording, leftovers, remove
from canmcast_gui.recording.location import is_temporary, make_new_folder, recordings_folder


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
def test_without_a_data_folder_recordings_stand_among_temporary_files(own_home, monkeypatch, wrong):
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
def test_what_a_crash_leaves_among_temporary_files_is_found_and_closed_to_others(own_home, monkeypatch):
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
