"""Log files: a recording of a million frames read and written in each format, against python-can."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple

import can
import numpy as np

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.logfile import open_writer, read_batches
from tests.benchmarks.figure import Figure, rate

FRAMES = 1_000_000
FD_FRAMES = 100_000
PEER_FRAMES = 100_000
REPEATS = 3
_IDS = 82
_BATCH = 65536
_START_NS = 1_762_345_678_000_000_000


class Rival(NamedTuple):
    """A format: its suffix, python-can's reader and writer, and how many times as fast we must be."""

    suffix: str
    reader: Callable[[Path], Any]
    writer: Callable[[Path], Any]
    read_bar: float
    write_bar: float
    fd: bool


RIVALS = {
    "ASC": Rival(".asc", can.ASCReader, can.ASCWriter, 10, 8, fd=True),
    "candump": Rival(".log", can.CanutilsLogReader, can.CanutilsLogWriter, 12, 4, fd=True),
    "TRC": Rival(".trc", can.TRCReader, can.TRCWriter, 6, 6, fd=False),
    "CSV": Rival(".csv", can.CSVReader, can.CSVWriter, 5, 3, fd=False),
}


def run() -> list[Figure]:
    """Reading and writing of each format, with 8 bytes and with 64; and the memory that reading takes."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        figures = [_memory(folder)]
        for title, rival in RIVALS.items():
            short = _measure(rival, traffic(FRAMES, 8), folder)
            figures += _against_peer(title, rival, short)
            if rival.fd:
                figures += _by_the_byte(title, short, _measure(rival, traffic(FD_FRAMES, 64), folder))
        return figures


def _memory(folder: Path) -> Figure:
    """What reading a file takes beside its frames, which are let go as they come."""
    path = folder / "memory.asc"
    _write(path, traffic(FRAMES, 8))
    with Path("/proc/self/clear_refs").open("w") as peak:
        peak.write("5")
    before = _kilobytes("VmRSS")
    for _ in read_batches(path):
        pass
    grown = max(0, _kilobytes("VmHWM") - before) / 1024
    return Figure("memory to read ASC", grown, 200, f"{grown:.0f} MB", at_most=True, unit="MB")


def _kilobytes(name: str) -> int:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(name))


def traffic(count: int, width: int) -> FrameBatch:
    """Frames of 82 ids on two channels, some extended, some sent, with lengths as ids have them."""
    random = np.random.default_rng(1)
    which = random.integers(0, _IDS, count)
    extended = which < 10
    lengths = random.integers(0, 8, _IDS)[which] if width == 8 else np.full(count, width)
    return FrameBatch.from_columns(
        _START_NS + np.cumsum(random.integers(100, 400, count)) * 1000,
        np.where(extended, 0x18DA0000 + which, 0x100 + which * 16),
        random.integers(0, 256, (count, width), dtype=np.uint8),
        length=np.where(which % 3 > 0, width, lengths),
        flags=(Flag.EXTENDED * extended) | (Flag.TX * (which % 7 == 0)) | (Flag.FD if width > 8 else 0),
        channel=1 + which % 2,
    )


class Measured(NamedTuple):
    """Frames and payload bytes, and seconds a frame."""

    frames: int
    payload_bytes: int
    read: float
    write: float
    peer_read: float
    peer_write: float


def _measure(rival: Rival, batch: FrameBatch, folder: Path) -> Measured:
    path, other = folder / f"ours{rival.suffix}", folder / f"peer{rival.suffix}"
    count = len(batch)
    messages = batch[:PEER_FRAMES].to_messages()
    return Measured(
        count,
        int(batch.length.sum()),
        write=min(_seconds(lambda: _write(path, batch)) for _ in range(REPEATS)) / count,
        peer_write=min(_seconds(lambda: _peer_write(rival, other, messages)) for _ in range(2))
        / len(messages),
        read=min(_seconds(lambda: sum(map(len, read_batches(path)))) for _ in range(REPEATS)) / count,
        peer_read=_seconds(lambda: sum(1 for _ in rival.reader(path))) / count,
    )


def _against_peer(name: str, rival: Rival, one: Measured) -> list[Figure]:
    return [
        Figure(
            f"read {name}",
            one.peer_read / one.read,
            rival.read_bar,
            rate(1, one.read),
            rate(1, one.peer_read),
        ),
        Figure(
            f"write {name}",
            one.peer_write / one.write,
            rival.write_bar,
            rate(1, one.write),
            rate(1, one.peer_write),
        ),
    ]


def _by_the_byte(name: str, short: Measured, fd: Measured) -> list[Figure]:
    """Payload bytes a second in CAN FD frames of 64 bytes, against those in classic frames."""
    more = (fd.payload_bytes / fd.frames) / (short.payload_bytes / short.frames)
    title = f"{name}, CAN FD of 64 bytes, against classic by the byte"
    return [
        Figure(f"read {title}", more * short.read / fd.read, 1, rate(1, fd.read), rate(1, fd.peer_read)),
        Figure(f"write {title}", more * short.write / fd.write, 1, rate(1, fd.write), rate(1, fd.peer_write)),
    ]


def _write(path: Path, batch: FrameBatch) -> None:
    with open_writer(path) as writer:
        for start in range(0, len(batch), _BATCH):
            writer.write(batch[start : start + _BATCH])


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
