"""Rows of a table of signal values: at the times of the frames, or at even distances."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from canmcast_gui.database.errors import TableError
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import Column, Places, Times
from canmcast_gui.frames.units import NS_PER_SECOND

# Gives the rows of a batch that carry a signal, ascending, and its values there.
Decode = Callable[[FrameBatch, str], tuple[Column, Column]]

# Of one portion of frames: a distance that asks for more is a slip, and would fill the disk.
MOST_EVEN_ROWS = 50_000_000


@dataclass(frozen=True)
class Rows:
    """Rows of a table: times in ns (n,), and of each column the rows that have a value, and the values.

    ``start_ns`` is what times are counted from.
    """

    times_ns: Times
    columns: Sequence[tuple[Places, Column]]
    start_ns: int

    @property
    def seconds(self) -> npt.NDArray[np.float64]:
        """The times as they are counted, in seconds."""
        return (self.times_ns - self.start_ns) / NS_PER_SECOND


def rows_of(batch: FrameBatch, decode: Decode, signals: Sequence[str], start_ns: int) -> Rows:
    """A row for each frame that carries one of the signals."""
    columns = [decode(batch, name) for name in signals]
    frames = np.unique(np.concatenate([rows for rows, _ in columns]))
    placed = [(np.searchsorted(frames, rows), values) for rows, values in columns]
    return Rows(batch.timestamp_ns[frames], placed, start_ns)


def between(rows: Rows, first_ns: int, last_ns: int) -> Rows:
    """Those rows from one time to another, both included."""
    keep = (rows.times_ns >= first_ns) & (rows.times_ns <= last_ns)
    if keep.all():
        return rows
    places = np.cumsum(keep) - 1
    columns = [(places[at[keep[at]]], values[keep[at]]) for at, values in rows.columns]
    return Rows(rows.times_ns[keep], columns, rows.start_ns)


def evenly(portions: Iterable[Rows], every_ns: int) -> Iterator[Rows]:
    """Rows at even distances, from the first time on; each value holds until the next one.

    A signal is absent before its first value. Raises TableError where that would be beyond all measure.
    """
    held: list[Column] = []
    due_ns: int | None = None
    for rows in portions:
        if not len(rows.times_ns):
            continue
        held = held or [values[:0] for _, values in rows.columns]
        due_ns = int(rows.times_ns.min()) if due_ns is None else due_ns
        last_ns = int(rows.times_ns.max())
        count = max((last_ns - due_ns) // every_ns + 1, 0)
        if count > MOST_EVEN_ROWS:
            raise TableError(f"{count:,} rows would be needed; choose a longer distance between rows")
        grid = due_ns + np.arange(count, dtype=np.int64) * every_ns
        columns = []
        for number, (places, values) in enumerate(rows.columns):
            columns.append(_held(grid, rows.times_ns[places], values, held[number]))
            if len(values):
                held[number] = values[np.argsort(rows.times_ns[places], kind="stable")[-1:]]
        due_ns += count * every_ns
        yield Rows(grid, columns, rows.start_ns)


def _held(grid: Times, times: Times, values: Column, before: Column) -> tuple[Places, Column]:
    """The places of the grid at which a signal has a value, and what it is there."""
    order = np.argsort(times, kind="stable")
    known = np.concatenate([before, values[order]])
    newest = np.searchsorted(times[order], grid, side="right") + len(before) - 1
    places = np.flatnonzero(newest >= 0)
    return places, known[newest[places]]
