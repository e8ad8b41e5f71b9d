"""Frames at rest: appending, searching, following, and what a frame takes."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.recording import FilteredRows, NewestById, Recording
from tests.benchmarks.figure import Figure, rate

BATCH_FRAMES = 4096
FEW, MANY = 25, 2442  # batches: 100 thousand and 10 million frames
PEER_FRAMES = 500_000
SEARCH = "id == 0x123 and length > 4"


def run() -> list[Figure]:
    """Measure on the disk that holds temporary files."""
    with tempfile.TemporaryDirectory() as parent:
        _touch_memory(Path(parent))
        recording = Recording.create(Path(parent) / "trace")
        batch = traffic(BATCH_FRAMES, 8)
        seconds = [_timed(lambda: recording.append(batch)) for _ in range(MANY)]
        figures = [
            *_appending(seconds),
            *_searching(recording),
            Figure(
                "10 M classic frames at rest",
                recording.bytes_used / len(recording),
                34,
                f"{recording.bytes_used / 1e6:,.0f} MB",
                at_most=True,
                unit="B/frame",
            ),
            _newest("by id, 1,000 classic frames of 100 ids", 8),
            _newest("by id, 1,000 FD frames of 100 ids", 64),
        ]
        recording.discard()
    return figures


def traffic(frames: int, width: int) -> FrameBatch:
    """Random payloads on a hundred ids, 50 µs apart."""
    random = np.random.default_rng(1)
    return FrameBatch.from_columns(
        np.arange(frames) * 50_000,
        0x100 + random.integers(0, 100, frames),
        random.integers(0, 256, (frames, width)),
        flags=Flag.FD if width > 8 else 0,
    )


def _appending(seconds: list[float]) -> list[Figure]:
    total = sum(seconds)
    first, last = np.median(seconds[:FEW]), np.median(seconds[-FEW:])
    return [
        Figure(
            f"append, batches of {BATCH_FRAMES:,}",
            MANY * BATCH_FRAMES / total / 1e6,
            5,
            rate(MANY * BATCH_FRAMES, total),
            unit="M frames/s",
        ),
        Figure(
            "append at 10 M against at 100 k frames",
            float(first / last),
            0.67,
            rate(BATCH_FRAMES, float(last)),
            rate(BATCH_FRAMES, float(first)),
        ),
        Figure(
            "longest append of 99.9 %",
            float(np.quantile(seconds, 0.999)) * 1e3,
            10,
            f"{max(seconds) * 1e3:.1f} ms the longest of all",
            at_most=True,
            unit="ms",
        ),
    ]


def _searching(recording: Recording) -> list[Figure]:
    ours = _timed(lambda: recording.find(SEARCH))
    messages = traffic(PEER_FRAMES, 8).to_messages()
    peer = _timed(
        lambda: [n for n, m in enumerate(messages) if m.arbitration_id == 0x123 and len(m.data) > 4]
    )
    rows = FilteredRows(recording, recording.filter(SEARCH))
    step = _timed(rows.update)
    return [
        Figure(
            "find an id and a length in 10 M frames",
            (peer / len(messages)) / (ours / len(recording)),
            5,
            rate(len(recording), ours),
            rate(len(messages), peer) + " (loop over can.Message)",
        ),
        Figure(
            "filtered rows, one step of 262,144",
            step * 1e3,
            10,
            rate(rows.next_row, step),
            at_most=True,
            unit="ms",
        ),
    ]


def _newest(name: str, width: int) -> Figure:
    newest, batch = NewestById(), traffic(1000, width)
    newest.update(batch, 0)
    median = float(np.median([_timed(lambda: newest.update(batch, 0)) for _ in range(200)]))
    return Figure(name, median * 1e3, 1, rate(1000, median), at_most=True, unit="ms")


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start


def _touch_memory(folder: Path) -> None:
    """Let a virtual machine's host give the memory for the page cache now and not while it is measured."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        for _ in range(3 * MANY * BATCH_FRAMES * 32 // (2 << 20)):
            file.write(bytes(1 << 20))
    ballast.unlink()
