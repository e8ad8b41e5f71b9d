"""Recordings: appending, searching, live filters, and bytes per frame."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from canmcast_gui.frames import Flag, FrameBatch, Source
from canmcast_gui.recording import FilteredRows, NewestById, Recording
from tests.benchmarks import recording_memory, recording_search
from tests.benchmarks.figure import Figure, rate

BATCH_FRAMES = 4096
FEW, MANY = 25, 2442  # batches: 100 thousand and 10 million frames
ROUNDS = 20
LIVE_FRAMES = 1000  # what a tick of the display clock brings at 20,000 frames/s


def run() -> list[Figure]:
    """Measure on the disk of temporary files."""
    with tempfile.TemporaryDirectory() as folder:
        parent = Path(folder)
        _touch_memory(parent)
        recording = Recording.create(parent / "trace")
        batch = traffic(BATCH_FRAMES, 8)
        batch.records["source"] = [recording.sources.number(Source("10.0.0.7", n % 16)) for n in range(4096)]
        seconds = [_timed(lambda: recording.append(batch)) for _ in range(MANY)]
        figures = [
            *_appending(seconds),
            _append_late(recording, batch, parent),
            *recording_search.figures(recording, batch),
            _live(recording, parent),
            Figure(
                "10 M classic frames at rest",
                recording.bytes_used / len(recording),
                34,
                f"{recording.bytes_used / 1e6:,.0f} MB",
                at_most=True,
                unit="B/frame",
            ),
            recording_memory.figure(10_000, 10_000_000),
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
    return [
        Figure(
            f"append, batches of {BATCH_FRAMES:,}",
            MANY * BATCH_FRAMES / total / 1e6,
            5,
            rate(MANY * BATCH_FRAMES, total),
            unit="M frames/s",
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


def _append_late(large: Recording, batch: FrameBatch, parent: Path) -> Figure:
    """Append a hundred thousand frames after ten million and as the first ones, alternately."""
    late, early = [], []
    for number in range(ROUNDS):
        with Recording.create(parent / f"small{number}") as small:
            early += [_timed(lambda: small.append(batch)) for _ in range(FEW)]
        late += [_timed(lambda: large.append(batch)) for _ in range(FEW)]
    return _ratio("append at 10 M against at 100 k frames", BATCH_FRAMES, late, early)


def _live(large: Recording, parent: Path) -> Figure:
    """Filter the new frames of a display tick, after ten million and after ten thousand."""
    batch = traffic(LIVE_FRAMES, 8)
    with Recording.create(parent / "short") as small:
        small.append(traffic(10_000, 8))
        followed = [_followed(recording) for recording in (small, large)]
        early, late = [], []
        for _ in range(200):
            for rows, recording, times in zip(followed, (small, large), (early, late), strict=True):
                recording.append(batch)
                times.append(_timed(rows.update))
    return _ratio("live filter at 10 M against at 10 k frames", LIVE_FRAMES, late, early)


def _followed(recording: Recording) -> FilteredRows:
    rows = FilteredRows(recording, recording.filter("id in 0x100..0x11F"))
    while not rows.complete:
        rows.update()
    return rows


def _ratio(name: str, frames: int, late: list[float], early: list[float]) -> Figure:
    ours, before = float(np.median(late)), float(np.median(early))
    return Figure(name, ours / before, 1.2, rate(frames, ours), rate(frames, before), at_most=True)


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
    """Make the host of a virtual machine allocate memory for the page cache before the measurement."""
    ballast = folder / "ballast"
    with ballast.open("wb") as file:
        for _ in range(3 * MANY * BATCH_FRAMES * 32 // (2 << 20)):
            file.write(bytes(1 << 20))
    ballast.unlink()
