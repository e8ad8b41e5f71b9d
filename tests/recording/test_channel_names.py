"""A recording keeps the names of its channels, also after a crash, and within bounds."""

import os
from pathlib import Path

import pytest

from canmcast_gui.recording import Recording, RecordingError
from canmcast_gui.recording.channel_names import FILE_NAME, MOST_CHARACTERS


def test_names_are_there_again_when_the_folder_is_opened(tmp_path: Path):
    with Recording.create(tmp_path / "trace") as recording:
        assert dict(recording.channels) == {}
        assert recording.channels.change({2: "powertrain", 1: "body", 3: ""})
        assert not recording.channels.change({1: "body"})
        assert recording.channels.change({2: "", 4: "Größe 5"})
        assert list(recording.channels.items()) == [(1, "body"), (4, "Größe 5")]
    with Recording.open(tmp_path / "trace") as recording:
        assert dict(recording.channels) == {1: "body", 4: "Größe 5"}


def test_names_are_on_disk_when_the_call_returns(tmp_path: Path):
    with Recording.create(tmp_path / "trace") as recording:
        recording.channels.change({1: "body"})
        assert (tmp_path / "trace" / FILE_NAME).read_bytes() == b'[1, "body"]\n'


def test_numbers_and_lengths_have_limits(tmp_path: Path):
    with Recording.create(tmp_path / "trace") as recording:
        recording.channels.change({-1: "x", 256: "x", 255: "y" * 10_000})
        assert dict(recording.channels) == {255: "y" * MOST_CHARACTERS}


def test_damaged_lines_are_left_out(tmp_path: Path):
    Recording.create(tmp_path / "trace").close()
    lines = b'[1, "body"]\n[true, "x"]\n{"a": 1}\n[2]\n\xff\n[999, "x"]\n[3, ""]\n[4, "chassis"]\n[5, "cut o'
    (tmp_path / "trace" / FILE_NAME).write_bytes(lines)
    with Recording.open(tmp_path / "trace") as recording:
        assert dict(recording.channels) == {1: "body", 4: "chassis"}


@pytest.mark.skipif(os.name == "nt", reason="replacing a folder fails in another way there")
def test_a_disk_that_does_not_take_them_is_reported_and_they_are_used(tmp_path: Path):
    with Recording.create(tmp_path / "trace") as recording:
        (tmp_path / "trace" / f"{FILE_NAME}.new").mkdir()
        with pytest.raises(RecordingError, match="names of channels could not be saved"):
            recording.channels.change({1: "body"})
        assert dict(recording.channels) == {1: "body"}
