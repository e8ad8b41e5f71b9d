"""Common functions of the benchmarks of log files: frames, writing, and the memory of reading."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import numpy as np

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import open_writer
from tests.benchmarks.figure import Figure, rate

# What a process that reads may need beyond what it keeps, however long the file is.
MOST_MEGABYTES = 200

LONG_FRAMES = 5_000_000
_LONG_PART = 500_000
_IDS = 82
_BATCH = 65536
_START_NS = 1_762_345_678_000_000_000

_READ = (
    "import sys, psutil; from canmcast_gui.logfile import read_batches\n"
    "used = lambda: psutil.Process().memory_info().rss\n"
    "before = used()\n"
    "print(max(used() for batch in read_batches(sys.argv[1])) - before)"
)


def traffic(count: int, width: int, start_ns: int = _START_NS) -> FrameBatch:
    """Frames of 82 ids on two channels, some extended, some sent; each id has one length."""
    random = np.random.default_rng(1)
    which = random.integers(0, _IDS, count)
    extended = which < 10
    lengths = random.integers(0, 8, _IDS)[which] if width == 8 else np.full(count, width)
    return FrameBatch.from_columns(
        start_ns + np.cumsum(random.integers(100, 400, count)) * 1000,
        np.where(extended, 0x18DA0000 + which, 0x100 + which * 16),
        random.integers(0, 256, (count, width), dtype=np.uint8),
        length=np.where(which % 3 > 0, width, lengths),
        flags=(Flag.EXTENDED * extended) | (Flag.TX * (which % 7 == 0)) | (Flag.FD if width > 8 else 0),
        channel=1 + which % 2,
    )


def write(path: Path, batch: FrameBatch) -> None:
    """Write a file in batches, as while frames arrive."""
    with open_writer(path) as writer:
        for start in range(0, len(batch), _BATCH):
            writer.write(batch[start : start + _BATCH])


def long_memory(path: Path) -> Figure:
    """The memory for reading five million frames, from a temporary file."""
    with open_writer(path) as writer:
        for part in _long_parts():
            writer.write(part)
    figure = memory(path)
    path.unlink()
    return figure


def _long_parts() -> Iterator[FrameBatch]:
    start_ns = _START_NS
    for _ in range(LONG_FRAMES // _LONG_PART):
        part = traffic(_LONG_PART, 8, start_ns)
        start_ns = int(part.timestamp_ns[-1])
        yield part


def memory(path: Path) -> Figure:
    """The additional memory of a process that reads a file and keeps no frames."""
    command = [sys.executable, "-c", _READ, str(path)]
    megabytes = int(subprocess.run(command, capture_output=True, text=True, check=True).stdout) / 1e6
    name = f"{path.suffix[1:].upper()}, memory to read {path.stat().st_size / 1e6:.0f} MB"
    return Figure(name, megabytes, MOST_MEGABYTES, f"{megabytes:.0f} MB", at_most=True, unit="MB")


def by_the_byte(title: str, short: tuple[FrameBatch, float], long: tuple[FrameBatch, float]) -> Figure:
    """The ratio of payload bytes per second in CAN FD frames to classic ones, from frames and seconds."""
    (few, few_seconds), (many, many_seconds) = short, long
    value = int(many.length.sum()) / many_seconds / (int(few.length.sum()) / few_seconds)
    name = f"{title}, CAN FD of 64 bytes, against classic by the byte"
    return Figure(name, value, 1, rate(len(many), many_seconds), rate(len(few), few_seconds))
