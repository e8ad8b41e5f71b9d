"""Searching ten million frames, compared with a loop over can.Message objects: part of ``recording``."""

from __future__ import annotations

import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import numpy as np

from canmcast_gui.app.document.databases import compile_for
from canmcast_gui.database import DatabaseSet, load_database
from canmcast_gui.frames import FrameBatch
from canmcast_gui.recording import FilteredRows, Recording, find_next, find_previous
from tests.benchmarks.figure import Figure, rate

PEER_FRAMES = 100_000
SCREEN = 50  # rows that a large window shows
SEARCH = "id == 0x123"
ROUNDS = 25

# What people ask for, each looked for in all frames.
USUAL = (
    "id == 0x123 and length > 4",
    "id in 0x100..0x1FF and dir == rx and data[2] & 0x80",
    "data[2] & 0x80",
    "source == 10.0.0.7",
    'name ~ "Engine*"',
    "Engine5.Speed > 3000",
    "engine1",
    "DE AD",
)


def figures(recording: Recording, traffic: FrameBatch) -> list[Figure]:
    """All searches in ``recording``, which contains ``traffic`` repeatedly."""
    databases = _databases()
    return [
        *_first_screen(recording, traffic),
        _complete(recording, [recording.filter(SEARCH)], "filter by id over 10 M, complete"),
        _complete(
            recording,
            [compile_for(text, recording, databases) for text in USUAL],
            f"the slowest of {len(USUAL)} usual filters over 10 M, complete",
        ),
        _nearest(recording),
    ]


def _databases() -> DatabaseSet:
    lines = ["BU_: X"]
    for number in range(60):
        name = f"Engine{number}" if number < 40 else f"Brake{number}"
        lines += [f"BO_ {0x100 + number} {name}: 8 X", ' SG_ Speed : 0|16@1+ (0.25,0) [0|16383] "rpm" X', ""]
    databases = DatabaseSet()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "bench.dbc"
        path.write_text("\n".join(lines))
        databases.add(load_database(path))
    return databases


def _first_screen(recording: Recording, traffic: FrameBatch) -> list[Figure]:
    """A screenful of ten million filtered frames, and all, compared with a loop over a hundred thousand."""
    repeated = FrameBatch.concatenate([traffic] * (PEER_FRAMES // len(traffic) + 1))
    messages = repeated[:PEER_FRAMES].to_messages()
    ours, peer = [], []
    for _ in range(ROUNDS):
        peer.append(_timed(lambda: [n for n, m in enumerate(messages) if m.arbitration_id == 0x123]))
        ours.append(_timed(lambda: _screenful(recording)))
    found = _timed(lambda: recording.find(SEARCH))
    screen, loop = float(np.median(ours)), float(np.median(peer))
    return [
        Figure(
            "filter by id over 10 M, first screen against a loop over 100 k",
            screen / loop,
            0.1,
            f"{screen * 1e3:.2f} ms",
            f"{loop * 1e3:.1f} ms (loop over can.Message)",
            at_most=True,
        ),
        Figure(
            "find an id in 10 M frames",
            (loop / PEER_FRAMES) / (found / len(recording)),
            5,
            rate(len(recording), found),
            rate(PEER_FRAMES, loop) + " (loop over can.Message)",
        ),
    ]


def _screenful(recording: Recording) -> None:
    rows = FilteredRows(recording, recording.filter(SEARCH))
    while len(rows) < SCREEN:
        rows.update(budget_rows=1 << 13)
    recording.take(rows[:SCREEN])


def _complete(recording: Recording, conditions: list, name: str) -> Figure:
    seconds = []
    for condition in conditions:
        rows = FilteredRows(recording, condition)
        start = time.perf_counter()
        while not rows.complete:
            rows.update()
        seconds.append(time.perf_counter() - start)
    slowest = int(np.argmax(seconds))
    words = f"{rate(len(recording), seconds[slowest])}: {conditions[slowest].text}"
    return Figure(name, seconds[slowest], 1, words, at_most=True, unit="s")


def _nearest(recording: Recording) -> Figure:
    """From the middle to the next and the previous frame of an id, a hundred frames away on average."""
    condition = recording.filter(SEARCH)
    middle = len(recording) // 2
    times = [
        _timed(lambda n=n, find=find: find(recording, condition, middle + n))
        for find in (find_next, find_previous)
        for n in range(0, 1000, 20)
    ]
    return Figure(
        "find next or previous from the middle",
        float(np.median(times)) * 1e3,
        1,
        f"{max(times) * 1e3:.2f} ms the longest of {len(times)}",
        at_most=True,
        unit="ms",
    )


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
