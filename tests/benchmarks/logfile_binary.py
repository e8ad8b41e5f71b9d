"""Binary log files: reading and writing a million frames, compared with python-can's readers and writers.

Rounds alternate, and the best of each counts. python-can gets fewer frames if it would take minutes; rates
are compared.
"""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

import can
import numpy as np

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import read_batches, save
from tests.benchmarks.figure import Figure, rate
from tests.benchmarks.logfile_measure import by_the_byte, long_memory, memory

FRAMES = 1_000_000
STOCK_WRITTEN = {".blf": 200_000, ".mf4": 2_000}
REPEATS = 3

STOCK = {".blf": (can.BLFReader, can.BLFWriter), ".mf4": (can.MF4Reader, can.MF4Writer)}


def run() -> list[Figure]:
    """Measure reading and writing of each format, and the memory of reading."""
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        for name, width in (("", 8), (", CAN FD of 64 bytes", 64)):
            batch = _traffic(width)
            for suffix, read_bar, write_bar in ((".blf", 12, 8), (".mf4", 8, 50)):
                path = Path(folder) / f"bench{width}{suffix}"
                title = f"{suffix[1:].upper()}{name}"
                # By the byte, a CAN FD frame may take as long as eight classic ones.
                share = 1 if width == 8 else 0.25
                figures.append(_writing(title, path, batch, write_bar * share))
                figures.append(_reading(title, path, read_bar * share))
        figures += [memory(Path(folder) / f"bench64{suffix}") for suffix in STOCK]
        figures += [long_memory(Path(folder) / f"long{suffix}") for suffix in (".blf", ".mf4", ".parquet")]
        figures += _parquet(Path(folder))
    return figures


def _traffic(width: int) -> FrameBatch:
    random = np.random.default_rng(1)
    steps = random.integers(50_000, 150_000, FRAMES)
    counters = np.cumsum(random.integers(0, 2, (FRAMES, width)), axis=0) % 256
    return FrameBatch.from_columns(
        1_762_345_678_000_000_000 + np.cumsum(steps),
        0x100 + random.integers(0, 82, FRAMES),
        counters.astype(np.uint8),
        flags=Flag.FD | Flag.BRS if width > 8 else 0,
        channel=1,
    )


def _writing(title: str, path: Path, batch: FrameBatch, bar: float) -> Figure:
    count = STOCK_WRITTEN[path.suffix]
    messages = batch[:count].to_messages()
    stock = path.with_name(f"stock{path.suffix}")

    def write_stock() -> None:
        with STOCK[path.suffix][1](stock) as writer:
            for message in messages:
                writer(message)

    ours, theirs = _alternating(lambda: save(path, [batch]), write_stock)
    return _figure(f"{title}, writing", bar, (FRAMES, ours), (count, theirs))


def _reading(title: str, path: Path, bar: float) -> Figure:
    def read_stock() -> None:
        with STOCK[path.suffix][0](path) as reader:
            for _ in reader:
                pass

    def read() -> None:
        assert sum(map(len, read_batches(path))) == FRAMES

    ours, theirs = _alternating(read, read_stock)
    return _figure(f"{title}, reading", bar, (FRAMES, ours), (FRAMES, theirs))


def _figure(name: str, bar: float, ours: tuple[int, float], theirs: tuple[int, float]) -> Figure:
    ratio = ours[0] / ours[1] / (theirs[0] / theirs[1])
    return Figure(name, ratio, bar, rate(*ours), rate(*theirs))


def _alternating(ours: Callable[[], object], theirs: Callable[[], object]) -> tuple[float, float]:
    """The best time of each; the slower one runs once."""
    own = [_seconds(ours)]
    other = _seconds(theirs)
    own += [_seconds(ours) for _ in range(REPEATS - 1)]
    return min(own), other


def _seconds(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _parquet(folder: Path) -> list[Figure]:
    """Parquet, for which python-can has no peer: frames per second, and CAN FD by the byte."""
    short, long = (_timed(folder / f"bench{width}.parquet", _traffic(width)) for width in (8, 64))
    told = f"{rate(FRAMES, short.read)} read, {rate(FRAMES, short.write)} written"
    return [
        Figure("Parquet, frames read", FRAMES / short.read / 1e6, 1.0, told, unit="M frames/s"),
        by_the_byte("read Parquet", (short.batch, short.read), (long.batch, long.read)),
        by_the_byte("write Parquet", (short.batch, short.write), (long.batch, long.write)),
    ]


class _Timed(NamedTuple):
    """Frames, and the best times to write and to read them."""

    batch: FrameBatch
    write: float
    read: float


def _timed(path: Path, batch: FrameBatch) -> _Timed:
    written = min(_seconds(lambda: save(path, [batch])) for _ in range(REPEATS))
    read = min(_seconds(lambda: sum(map(len, read_batches(path)))) for _ in range(REPEATS))
    return _Timed(batch, written, read)
