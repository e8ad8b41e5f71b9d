"""Where recordings stand on each system."""

import sys
from pathlib import Path

import pytest

from canmcast_gui.recording.location import make_new_folder, recordings_folder


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
