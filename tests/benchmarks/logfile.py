"""Text log files: reading and writing a million frames in each format, compared with python-can."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import can

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import read_batches
from tests.benchmarks.figure import Figure, rate
from tests.benchmarks.logfile_measure import by_the_byte, long_memory, traffic, write

FRAMES = 1_000_000
FD_FRAMES = 100_000
PEER_FRAMES = 100_000
REPEATS = 3


class Rival(NamedTuple):
    """A format: its suffix, python-can's reader and writer, and the ratios to reach."""

    suffix: str
    reader: Callable[[Path], Any]
    writer: Callable[[Path], Any]
    read_bar: float
    write_bar: float


RIVALS = {
    "ASC": Rival(".asc", can.ASCReader, can.ASCWriter, 10, 8),
    "candump": Rival(".log", can.CanutilsLogReader, can.CanutilsLogWriter, 12, 4),
    "TRC": Rival(".trc", can.TRCReader, can.TRCWriter, 6, 6),
    "CSV": Rival(".csv", can.CSVReader, can.CSVWriter, 5, 3),
}

# Formats that hold CAN FD, which python-can's CSV does not.
FD_SUFFIXES = {"ASC": ".asc", "candump": ".log", "TRC": ".trc", "plain CSV": ".plain.csv"}


def run() -> list[Figure]:
    """Reading and writing of each format, with 8 bytes and with 64; and the memory that reading takes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = [long_memory(folder / f"long{suffix}") for suffix in (".asc", ".plain.csv")]
        batch = traffic(FRAMES, 8)
        for title, rival in RIVALS.items():
            figures += _against_peer(title, rival, batch, folder)
        long = traffic(FD_FRAMES, 64)
        for title, suffix in FD_SUFFIXES.items():
            figures += _fd(title, folder / f"ours{suffix}", batch[: 2 * FD_FRAMES], long)
        return figures


def _against_peer(name: str, rival: Rival, batch: FrameBatch, folder: Path) -> list[Figure]:
    path, other = folder / f"ours{rival.suffix}", folder / f"peer{rival.suffix}"
    messages = batch[:PEER_FRAMES].to_messages()
    written = min(_seconds(lambda: write(path, batch)) for _ in range(REPEATS)) / len(batch)
    peer_written = min(_seconds(lambda: _peer_write(rival, other, messages)) for _ in range(2))
    read = _read(path) / len(batch)
    peer_read = _seconds(lambda: sum(1 for _ in rival.reader(path))) / len(batch)
    return [
        _figure(f"read {name}", rival.read_bar, read, peer_read),
        _figure(f"write {name}", rival.write_bar, written, peer_written / len(messages)),
    ]


def _figure(name: str, bar: float, ours: float, theirs: float) -> Figure:
    return Figure(name, theirs / ours, bar, rate(1, ours), rate(1, theirs))


def _fd(title: str, path: Path, short: FrameBatch, long: FrameBatch) -> list[Figure]:
    reading, writing = [], []
    for batch in (short, long):
        seconds = min(_seconds(lambda batch=batch: write(path, batch)) for _ in range(REPEATS))  # type: ignore[misc]
        writing.append((batch, seconds))
        reading.append((batch, _read(path)))
    return [by_the_byte(f"read {title}", *reading), by_the_byte(f"write {title}", *writing)]


def _read(path: Path) -> float:
    return min(_seconds(lambda: sum(map(len, read_batches(path)))) for _ in range(REPEATS))


def _peer_write(rival: Rival, path: Path, messages: list[can.Message]) -> None:
    writer = rival.writer(path)
    for message in messages:
        writer(message)
    writer.stop()


def _seconds(work: Callable[[], object]) -> float:
    # Both sides are one thread: processor time leaves out what else the computer has to do.
    start = time.process_time()
    work()
    return time.process_time() - start
