"""Sentences about files: with the folder, and file names unchanged."""

from pathlib import Path

import pytest

from canmcast_gui.app.program.messages import whole_sentence, with_folder


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        ("notalog.blf is in no format", "notalog.blf is in no format."),
        ("empty.asc in ~/logs is empty", "empty.asc in ~/logs is empty."),
        ("drive.blf: Vector BLF", "drive.blf: Vector BLF."),
        ("cannot read drive.blf: byte 0", "Cannot read drive.blf: byte 0."),
        ("my log.blf cannot be written: the disk is full", "my log.blf cannot be written: the disk is full."),
        ("drive.blf: some is not in it", "drive.blf: some is not in it."),
        ("nothing of my.blf can be read: byte 0", "Nothing of my.blf can be read: byte 0."),
        ("the marks in a.idx could not be read", "The marks in a.idx could not be read."),
        ("a number is missing", "A number is missing."),
        ("Saved.", "Saved."),
    ],
)
def test_file_names_keep_their_case(text, sentence):
    assert whole_sentence(text) == sentence


def test_the_folder_is_named_once():
    path = Path("/data/drives/log.blf")
    assert with_folder("log.blf is empty", path) == "log.blf in /data/drives is empty"
    assert with_folder("nothing of log.blf can be read", path) == (
        "nothing of log.blf in /data/drives can be read"
    )
    said = "log.blf cannot be written: /data/drives does not allow it"
    assert with_folder(said, path) == said
    assert with_folder("the disk is full", path) == "the disk is full"


def test_home_and_long_folders_are_shortened(monkeypatch):
    monkeypatch.setattr(Path, "home", lambda: Path("/home/me"))
    assert with_folder("a.asc is empty", Path("/home/me/logs/a.asc")) == "a.asc in ~/logs is empty"
    long = Path("/data") / "/".join(f"folder {number}" for number in range(20)) / "a.asc"
    said = with_folder("a.asc is empty", long)
    assert said.startswith("a.asc in /data/folder")
    assert said.endswith("folder 19 is empty")
    assert len(said) < 80
