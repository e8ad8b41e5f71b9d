"""Write signal values as a table: CSV, Parquet or MDF 4, at the times of the frames or at even intervals."""

from __future__ import annotations

import csv
import importlib
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from canmcast_gui.database.model import Message, signal_paths
from canmcast_gui.database.problems import TableError
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.arrays import Column, Offsets, Times
from canmcast_gui.frames.units import NS_PER_SECOND


@dataclass(frozen=True)
class Heading:
    """A column: a signal's name and its unit."""

    name: str
    unit: str


class TableWriter(Protocol):
    """Writes rows to a file."""

    def write(self, rows: Rows) -> None:
        """Write some rows."""

    def close(self) -> None:
        """Complete the file."""


class CsvTable:
    """A row of titles, then rows of numbers; a cell is empty where a frame does not have the signal."""

    def __init__(self, path: Path, headings: Sequence[Heading]) -> None:
        self._file = path.open("w", encoding="utf-8", newline="")
        self._csv = csv.writer(self._file)
        titles = [
            f"{heading.name} [{heading.unit}]" if heading.unit else heading.name for heading in headings
        ]
        self._csv.writerow(["time_s", *titles])

    def write(self, rows: Rows) -> None:
        """Write some rows."""
        times = [f"{seconds:.9f}" for seconds in rows.seconds.tolist()]
        cells = [_texts(len(times), indices, values) for indices, values in rows.columns]
        self._csv.writerows(zip(times, *cells, strict=True))

    def close(self) -> None:
        """Complete the file."""
        self._file.close()


def _texts(count: int, indices: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> list[str]:
    column = [""] * count
    for index, value in zip(indices.tolist(), values.tolist(), strict=True):
        # 15 digits hide that decimal scales are not exact in binary
        column[index] = f"{value:.15g}" if isinstance(value, float) else str(value)
    return column


class ParquetTable:
    """A column ``time_s`` and one for each signal, null where a frame does not have it."""

    def __init__(self, path: Path, headings: Sequence[Heading]) -> None:
        self._arrow = _library("pyarrow", "Parquet")
        self._parquet = _library("pyarrow.parquet", "Parquet")
        self._path = path
        self._headings = headings
        self._writer: Any = None

    def write(self, rows: Rows) -> None:
        """Write some rows."""
        columns = [self._column(len(rows.times_ns), indices, values) for indices, values in rows.columns]
        fields = [self._arrow.field("time_s", self._arrow.float64())]
        for heading, column in zip(self._headings, columns, strict=True):
            fields.append(self._arrow.field(heading.name, column.type, metadata={"unit": heading.unit}))
        schema = self._arrow.schema(fields)
        if self._writer is None:
            self._writer = self._parquet.ParquetWriter(self._path, schema)
        self._writer.write_table(self._arrow.table([rows.seconds, *columns], schema=schema))

    def _column(self, count: int, indices: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> Any:
        full, absent = np.zeros(count, dtype=values.dtype), np.ones(count, dtype=np.bool_)
        full[indices], absent[indices] = values, False
        return self._arrow.array(full, mask=absent)

    def close(self) -> None:
        """Complete the file."""
        if self._writer is not None:
            self._writer.close()


class MdfTable:
    """Each signal with its own times; the measurement starts with the first frame."""

    def __init__(self, path: Path, headings: Sequence[Heading]) -> None:
        self._asammdf = _library("asammdf", "MDF")
        self._path = path
        self._headings = headings
        self._parts: list[list[tuple[Any, Any]]] = [[] for _ in headings]
        self._start_ns: int | None = None

    def write(self, rows: Rows) -> None:
        """Keep some rows: MDF needs each signal as a whole."""
        if self._start_ns is None and len(rows.times_ns):
            self._start_ns = int(rows.times_ns[0])
        for parts, (indices, values) in zip(self._parts, rows.columns, strict=True):
            parts.append((rows.times_ns[indices], values))

    def close(self) -> None:
        """Write the file, if there are any rows."""
        if self._start_ns is None:
            return
        start_ns = self._start_ns
        with self._asammdf.MDF(version="4.10") as mdf:
            mdf.start_time = datetime.fromtimestamp(start_ns / NS_PER_SECOND, UTC)
            for heading, parts in zip(self._headings, self._parts, strict=True):
                times = np.concatenate([times for times, _ in parts])
                values = np.concatenate([values for _, values in parts])
                seconds = (times - start_ns) / NS_PER_SECOND
                mdf.append(
                    self._asammdf.Signal(values, seconds, name=heading.name, unit=heading.unit),
                    comment="canmcast export",
                )
            mdf.save(self._path, overwrite=True)


TABLES: dict[str, Callable[[Path, Sequence[Heading]], TableWriter]] = {
    ".csv": CsvTable,
    ".parquet": ParquetTable,
    ".mf4": MdfTable,
}


def _library(name: str, what: str) -> Any:
    try:
        return importlib.import_module(name)
    except ImportError:
        package = name.partition(".")[0]
        raise TableError(f"{what} files need {package}: python -m pip install {package}") from None


def save_table(
    path: Path, headings: Sequence[Heading], rows: Iterable[Rows], progress: Callable[[], bool] | None = None
) -> int:
    """Write rows to a file in the format of its suffix; returns the number of rows.

    A temporary file beside ``path`` replaces it when it is complete. Where there are no rows, or ``progress``
    (called after each portion) returns False, no file is written and the result is 0. Raises TableError.
    """
    kind = path.suffix.lower()
    if kind not in TABLES:
        raise TableError(
            f"{path.name} cannot be written: the name of a table must end in {', '.join(TABLES)}"
        )
    temporary = path.with_name(f".{path.stem}.part{kind}")
    try:
        table = TABLES[kind](temporary, headings)
        try:
            count = _write_all(table, rows, progress)
        finally:
            table.close()
        if count:
            temporary.replace(path)
    except OSError as error:
        raise TableError(f"{path} cannot be written: {error.strerror or error}") from error
    finally:
        temporary.unlink(missing_ok=True)
    return count


def _write_all(table: TableWriter, rows: Iterable[Rows], progress: Callable[[], bool] | None) -> int:
    count = 0
    for portion in rows:
        if len(portion.times_ns):
            table.write(portion)
            count += len(portion.times_ns)
        if progress is not None and progress() is False:
            return 0
    return count


# A function that returns the rows of a batch that have a signal, ascending, and its values.
Decode = Callable[[FrameBatch, str], tuple[Column, Column]]

# A function that returns the message of an arbitration id, which may be extended, or None.
MessageOf = Callable[[int, bool], Message | None]

# The limit for one portion of frames: an interval that needs more rows is a typing error, and would fill the
# disk.
MAX_EVEN_ROWS = 50_000_000


@dataclass(frozen=True)
class Rows:
    """Rows of a table: times in ns (n,), and columns of values, each with the indices of its rows.

    Times are relative to ``start_ns``.
    """

    times_ns: Times
    columns: Sequence[tuple[Offsets, Column]]
    start_ns: int

    @property
    def seconds(self) -> npt.NDArray[np.float64]:
        """The times relative to the start, in seconds."""
        return (self.times_ns - self.start_ns) / NS_PER_SECOND


def rows_of(batch: FrameBatch, decode: Decode, signals: Sequence[str], start_ns: int) -> Rows:
    """A row for each frame that has one of the signals."""
    columns = [decode(batch, name) for name in signals]
    frames = np.unique(np.concatenate([rows for rows, _ in columns]))
    placed = [(np.searchsorted(frames, rows), values) for rows, values in columns]
    return Rows(batch.timestamp_ns[frames], placed, start_ns)


def signals_in(batches: Iterable[FrameBatch], message_of: MessageOf) -> list[str]:
    """The names of all signals of the messages whose data frames are in some batches, by id."""
    found: set[tuple[int, bool]] = set()
    for batch in batches:
        data = batch[~(batch.has(Flag.ERROR) | batch.has(Flag.REMOTE))]
        keys = np.unique(data.arbitration_id.astype(np.int64) << 1 | data.has(Flag.EXTENDED))
        found |= {(key >> 1, bool(key & 1)) for key in keys.tolist()}
    messages = (message_of(number, extended) for number, extended in sorted(found))
    return list(dict.fromkeys(path.name for message in messages if message for path in signal_paths(message)))


def between(rows: Rows, first_ns: int, last_ns: int) -> Rows:
    """The rows from one time to another, both included."""
    keep = (rows.times_ns >= first_ns) & (rows.times_ns <= last_ns)
    if keep.all():
        return rows
    new = np.cumsum(keep) - 1
    columns = [(new[old[keep[old]]], values[keep[old]]) for old, values in rows.columns]
    return Rows(rows.times_ns[keep], columns, rows.start_ns)


def evenly(portions: Iterable[Rows], every_ns: int) -> Iterator[Rows]:
    """Rows at even intervals, from the first time on; each value is repeated until the next one.

    A signal has no value before its first one. Raises TableError where there would be too many rows.
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
        if count > MAX_EVEN_ROWS:
            raise TableError(f"{count:,} rows would be needed; choose a longer interval between rows")
        grid = due_ns + np.arange(count, dtype=np.int64) * every_ns
        columns = []
        for number, (indices, values) in enumerate(rows.columns):
            columns.append(_held(grid, rows.times_ns[indices], values, held[number]))
            if len(values):
                held[number] = values[np.argsort(rows.times_ns[indices], kind="stable")[-1:]]
        due_ns += count * every_ns
        yield Rows(grid, columns, rows.start_ns)


def _held(grid: Times, times: Times, values: Column, before: Column) -> tuple[Offsets, Column]:
    """The indices of the grid at which a signal has a value, and the values."""
    order = np.argsort(times, kind="stable")
    known = np.concatenate([before, values[order]])
    newest = np.searchsorted(times[order], grid, side="right") + len(before) - 1
    indices = np.flatnonzero(newest >= 0)
    return indices, known[newest[indices]]
