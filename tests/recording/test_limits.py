"""How large a recording and its chunks may become."""

import shutil
from collections import namedtuple
from pathlib import Path

import pytest

from canmcast_gui.recording import Limits

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
    ("limits", "used", "new", "frames", "exceeded"),
    [
        (Limits(), 10 * GIB, 1, 1, False),
        (Limits(), 64 * GIB - 1, 1, 1, False),
        (Limits(), 64 * GIB, 1, 1, True),
        (Limits(most_bytes=None), 100 * GIB, 0, 1, False),
        (Limits(most_bytes=None), 100 * GIB, 1, 1, True),
        (Limits(most_frames=1000), 0, 0, 1000, False),
        (Limits(most_frames=1000), 0, 0, 1001, True),
        (Limits(most_bytes=5000), 4000, 1000, 1, False),
        (Limits(most_bytes=5000), 4000, 1001, 1, True),
    ],
)
def test_the_limit_and_half_of_the_disk(
    monkeypatch: pytest.MonkeyPatch, limits: Limits, used: int, new: int, frames: int, exceeded: bool
):
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: Usage(0, 0, 100 * GIB))
    assert limits.exceeded(Path(), used, new, frames) == exceeded
