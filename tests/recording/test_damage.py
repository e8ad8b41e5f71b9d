"""Damaged files: undamaged frames are readable, others are left out and counted, errors are sentences."""

import struct
from pathlib import Path

import pytest

from canmcast_gui.recording import Limits, Recording
from tests.recording.batches import numbered, numbers

HEADER = 4096
COUNTS = 64


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A closed recording of 45 frames with long payloads, in chunks of ten."""
    with Recording.create(tmp_path / "trace", limits=Limits(most_frames=80)) as recording:
        recording.append(numbered(0, 45, width=64))
    return tmp_path / "trace"


def overwrite(path: Path, offset: int, data: bytes) -> None:
    """Write into the middle of a file."""
    with path.open("r+b") as file:
        file.seek(offset)
        file.write(data)


def chunk(folder: Path, first_row: int, suffix: str = ".records") -> Path:
    """The file of the chunk that begins with a row."""
    return folder / f"{first_row:015d}{suffix}"


def kept(folder: Path) -> tuple[list[int], int]:
    """The frames that can be read, and how many were left out."""
    with Recording.open(folder) as recording:
        return numbers(recording.rows()), recording.damaged


def test_an_intact_folder_opens_completely(folder: Path):
    assert kept(folder) == (list(range(45)), 0)


def test_a_shortened_records_file(folder: Path):
    with chunk(folder, 20).open("r+b") as file:
        file.truncate(HEADER + 32 * 4 + 7)
    assert kept(folder) == (list(range(24)), 6)


def test_a_shortened_heap(folder: Path):
    with chunk(folder, 30, ".heap").open("r+b") as file:
        file.truncate(64 * 3 + 10)
    assert kept(folder) == (list(range(33)), 7)


def test_a_missing_heap(folder: Path):
    chunk(folder, 40, ".heap").unlink()
    assert kept(folder) == (list(range(40)), 5)


def test_an_impossible_record(folder: Path):
    overwrite(chunk(folder, 10), HEADER + 32 * 6 + 29, bytes([255, 255]))
    assert kept(folder) == (list(range(16)), 4)


def test_a_missing_chunk(folder: Path):
    chunk(folder, 20).unlink()
    rows, damaged = kept(folder)
    assert rows == list(range(20))
    assert damaged > 0


@pytest.mark.parametrize("start", [0, 40])
@pytest.mark.parametrize("garbage", [b"", b"CANMREC1", b"x" * 5000, bytes(4096)])
def test_an_invalid_header(folder: Path, start: int, garbage: bytes):
    chunk(folder, start).write_bytes(garbage)
    assert kept(folder)[0] == list(range(start))


@pytest.mark.parametrize("counts", [(-1, 0), (1 << 60, 1 << 60), (5, -3)])
def test_impossible_counts(folder: Path, counts: tuple[int, int]):
    overwrite(chunk(folder, 40), COUNTS, struct.pack("<qq", *counts))
    rows, _ = kept(folder)
    assert rows[:40] == list(range(40))


def test_appending_continues_after_damage(folder: Path):
    overwrite(chunk(folder, 10), HEADER + 32 * 6 + 29, bytes([255, 255]))
    with Recording.open(folder, limits=Limits(most_frames=80)) as recording:
        recording.append(numbered(16, 30, width=64))
        assert numbers(recording.rows()) == list(range(46))
    assert kept(folder)[0] == list(range(46))


@pytest.mark.parametrize("text", [b"", b"[1", b'["a", 1]\n["b"', b"5\n", b'["a", "b"]\n', b"\xff\n"])
def test_damaged_sources(folder: Path, text: bytes):
    (folder / "sources.jsonl").write_bytes(text)
    with Recording.open(folder) as recording:
        assert len(recording.sources) == (2 if b'["a", 1]\n' in text else 1)
        assert len(recording) == 45
