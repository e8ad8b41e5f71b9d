"""Options of a recording: sizes and times as text, numbered files."""

import pytest

from canmcast_gui.logfile import FileError
from canmcast_gui.logfile.record.options import (
    RecordOptions,
    first_free_number,
    numbered,
    parse_seconds,
    parse_size,
)


@pytest.mark.parametrize(
    ("text", "size"), [("500", 500), ("500k", 500_000), ("100M", 100_000_000), ("1.5 GB", 1_500_000_000)]
)
def test_sizes(text, size):
    assert parse_size(text) == size


@pytest.mark.parametrize(("text", "seconds"), [("90", 90), ("90s", 90), ("10m", 600), ("1.5h", 5400)])
def test_times(text, seconds):
    assert parse_seconds(text) == seconds


@pytest.mark.parametrize("text", ["", "0", "-1", "10x", "nan", "1e9"])
def test_invalid_sizes_and_times(text):
    with pytest.raises(ValueError, match="write for example"):
        parse_size(text)
    with pytest.raises(ValueError, match="write for example"):
        parse_seconds(text)


def test_numbers_continue_after_the_highest(tmp_path):
    path = tmp_path / "trace.blf"
    assert numbered(path, 7).name == "trace-007.blf"
    assert first_free_number(path) == 1
    for name in ("trace-002.blf", "trace-0100.blf", "trace-9.blf", "other-500.blf", "trace-300.asc"):
        (tmp_path / name).touch()
    assert first_free_number(path) == 101
    assert first_free_number(tmp_path / "absent" / "trace.blf") == 1


def test_only_options_with_several_files_are_numbered():
    assert not RecordOptions(trigger="id == 1", pre_seconds=5).is_numbered
    assert RecordOptions(trigger="id == 1", post_seconds=5).is_numbered
    assert RecordOptions(split_frames=5).is_numbered


@pytest.mark.parametrize(
    "options",
    [
        {"split_bytes": 0},
        {"split_seconds": -1},
        {"split_frames": 0},
        {"pre_seconds": -1},
        {"post_seconds": 1},
        {"post_seconds": 0, "trigger": "id == 1"},
    ],
)
def test_invalid_options_are_refused(options):
    with pytest.raises(FileError):
        RecordOptions(**options).checked()
