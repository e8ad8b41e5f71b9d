"""Limits of a recording and of its chunks."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from canmcast_gui.recording import Limits, Recording, RecordingError
from tests.recording.batches import numbered, numbers
from tests.support.small_disk import DISK_BYTES, fill

GIB = 1 << 30
Usage = namedtuple("Usage", "total used free")  # as shutil.disk_usage gives it


@pytest.mark.parametrize(
    ("limits", "frames"),
    [
        (Limits(), 1 << 18),
        (Limits(most_frames=800_000), 100_000),
        (Limits(most_bytes=2560), 10),
        (Limits(most_bytes=2560, most_frames=8), 1),
        (Limits(most_frames=1), 1),
    ],
)
def test_chunks_are_a_small_part_of_the_limit(limits: Limits, frames: int):
    assert limits.chunk_frames() == frames


@pytest.mark.parametrize(
    ("limits", "used", "coming", "free", "allowed"),
    [
        (Limits(), 10 * GIB, GIB, 200 * GIB, 64 * GIB),
        (Limits(most_bytes=5000), 10 * GIB, GIB, 200 * GIB, 5000),
        # half of the free space, the size of the recording included
        (Limits(), 0, GIB, 100 * GIB, 50 * GIB),
        (Limits(most_bytes=None), 40 * GIB, GIB, 160 * GIB, 100 * GIB),
        # other programs have filled the disk: the recording keeps its size
        (Limits(), 40 * GIB, GIB, 10 * GIB, 40 * GIB),
        # a full disk: stored frames stay, and appending fails
        (Limits(), 40 * GIB, GIB, GIB - 1, 41 * GIB),
    ],
)
def test_the_limit_and_half_of_the_disk(
    monkeypatch: pytest.MonkeyPatch, limits: Limits, used: int, coming: int, free: int, allowed: int
):
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(0, 0, free))
    assert limits.allowed_bytes(Path(), used, coming) == allowed


def test_frames_that_are_too_old_are_evicted(tmp_path: Path):
    """Frames are 1,000 ns apart."""
    with Recording.create(tmp_path / "trace", limits=Limits(most_age_ns=800_000)) as recording:
        for start in range(0, 5000, 40):
            recording.append(numbered(start, 40))
            oldest = max(start + 40 - 801, 0)
            assert recording.first_row <= oldest
            assert recording.first_row >= oldest - 160  # a chunk spans an eighth of the limit
        assert numbers(recording.rows()) == list(range(recording.first_row, 5000))
        assert recording.evicted > 4000


def test_a_recording_without_limit_of_age_keeps_old_frames(tmp_path: Path):
    with Recording.create(tmp_path / "trace") as recording:
        recording.append(numbered(0, 1))
        late = numbered(1, 1)
        late.records["timestamp_ns"] = 1 << 62
        recording.append(late)
        assert len(recording) == 2


def test_new_limits_apply_from_the_next_batch_on(tmp_path: Path):
    with Recording.create(tmp_path / "trace") as recording:
        recording.append(numbered(0, 3000))
        recording.limits = Limits(most_frames=800)
        assert recording.limits.most_frames == 800
        for start in range(3000, 4000, 50):
            recording.append(numbered(start, 50))
        assert len(recording) <= 800
        assert numbers(recording.rows()) == list(range(recording.first_row, 4000))
        recording.limits = Limits()
        for start in range(4000, 8000, 50):
            recording.append(numbered(start, 50))
        assert len(recording) > 4000


def test_a_full_disk_evicts_nothing(small_disk: Path):
    """The limit by disk space must not evict frames because other programs have filled the disk."""
    with Recording.create(small_disk / "trace", limits=Limits(most_bytes=DISK_BYTES)) as recording:
        for start in range(0, 20_000, 1000):
            recording.append(numbered(start, 1000))
        ballast = fill(small_disk, 0)
        with pytest.raises(RecordingError, match="the disk is full"):
            while True:
                recording.append(numbered(recording.end_row, 1000))
        assert recording.evicted == 0
        there = recording.end_row
        ballast.unlink()
        recording.append(numbered(there, 1000))
        assert numbers(recording.rows()) == list(range(there + 1000))
