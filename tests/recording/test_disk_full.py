"""A full disk: one sentence, recorded frames stay, and recording continues when space is free again."""

from pathlib import Path

import pytest

from canmcast_gui.frames import Source
from canmcast_gui.recording import Limits, Recording, RecordingError
from tests.recording.batches import numbered, numbers
from tests.support.small_disk import DISK_BYTES, fill


@pytest.mark.parametrize("width", [8, 64])
@pytest.mark.parametrize("leave", [0, 4096, 70_000])
def test_recorded_frames_stay_and_recording_continues(small_disk: Path, width: int, leave: int):
    with Recording.create(small_disk / "trace") as recording:
        recording.append(numbered(0, 1000, width))
        ballast = fill(small_disk, leave)
        with pytest.raises(RecordingError, match="the disk is full: 500 frames were not recorded"):
            while True:
                recording.append(numbered(recording.end_row, 500, width))
        there = recording.end_row
        assert numbers(recording.rows()) == list(range(there))
        with pytest.raises(RecordingError, match="the disk is full"):
            recording.append(numbered(there, 20_000, width))
        ballast.unlink()
        recording.append(numbered(there, 2000, width))
        assert numbers(recording.rows()) == list(range(there + 2000))
    with Recording.open(small_disk / "trace") as again:
        assert numbers(again.rows()) == list(range(there + 2000))


def test_no_first_chunk_on_a_full_disk(small_disk: Path):
    with Recording.create(small_disk / "trace") as recording:
        ballast = fill(small_disk, 0)
        recording.sources.number(Source("10.0.0.1", 1))
        for _ in range(3):
            with pytest.raises(RecordingError, match="the disk is full"):
                recording.append(numbered(0, 10))
        assert len(recording) == 0
        ballast.unlink()
        recording.append(numbered(0, 10))
        assert numbers(recording.rows()) == list(range(10))
    with Recording.open(small_disk / "trace") as again:
        assert [source.address for source in again.sources] == ["", "10.0.0.1"]


def test_never_more_than_half_of_the_disk(small_disk: Path):
    with Recording.create(small_disk / "trace", limits=Limits(most_bytes=DISK_BYTES)) as recording:
        for _ in range(100):
            recording.append(numbered(recording.end_row, 1000))
        assert DISK_BYTES * 0.25 < recording.bytes_used < DISK_BYTES * 0.55
        assert recording.evicted > 50_000
        assert numbers(recording.rows()) == list(range(recording.first_row, 100_000))
