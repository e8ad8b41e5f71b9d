"""Signal values as a table: CSV, Parquet and MDF 4. The latter two need libraries that may not be there."""

from __future__ import annotations

import csv
import importlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from canmcast_gui.cli.program import Failure

NANOSECONDS = 1_000_000_000


@dataclass(frozen=True)
class Heading:
    """A column: a signal's name and its unit."""

    name: str
    unit: str


@dataclass(frozen=True)
class Rows:
    """Rows of a table: times in ns (n,), and of each column the rows that have a value, and the values.

    ``start_ns`` is the file's own start, from which it counts its times.
    """

    times_ns: npt.NDArray[np.int64]
    columns: Sequence[tuple[npt.NDArray[np.int64], npt.NDArray[Any]]]
    start_ns: int

    @property
    def seconds(self) -> npt.NDArray[np.float64]:
        """The times as the file has them, in seconds."""
        return (self.times_ns - self.start_ns) / NANOSECONDS


class TableWriter(Protocol):
    """Writes rows to a file."""

    def write(self, rows: Rows) -> None:
        """Write some rows."""

    def close(self) -> None:
        """Complete the file."""


def open_table(kind: str, path: Path, headings: Sequence[Heading]) -> TableWriter:
    """A writer for ``kind``, a suffix out of TABLES. Raises OSError; Failure where a library is missing."""
    return TABLES[kind](path, headings)


class CsvTable:
    """A row of titles, then rows of numbers; empty where a frame does not carry the signal."""

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
        cells = [_texts(len(times), places, values) for places, values in rows.columns]
        self._csv.writerows(zip(times, *cells, strict=True))

    def close(self) -> None:
        """Complete the file."""
        self._file.close()


def _texts(count: int, places: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> list[str]:
    column = [""] * count
    for place, value in zip(places.tolist(), values.tolist(), strict=True):
        # fifteen digits hide that decimal scales are not exact in binary
        column[place] = f"{value:.15g}" if isinstance(value, float) else str(value)
    return column


class ParquetTable:
    """A column ``time_s`` and one for each signal, null where a frame does not carry it."""

    def __init__(self, path: Path, headings: Sequence[Heading]) -> None:
        self._arrow = _library("pyarrow", "Parquet")
        self._parquet = _library("pyarrow.parquet", "Parquet")
        self._path = path
        self._headings = headings
        self._writer: Any = None

    def write(self, rows: Rows) -> None:
        """Write some rows."""
        columns = [self._column(len(rows.times_ns), places, values) for places, values in rows.columns]
        fields = [self._arrow.field("time_s", self._arrow.float64())]
        for heading, column in zip(self._headings, columns, strict=True):
            fields.append(self._arrow.field(heading.name, column.type, metadata={"unit": heading.unit}))
        schema = self._arrow.schema(fields)
        if self._writer is None:
            self._writer = self._parquet.ParquetWriter(self._path, schema)
        self._writer.write_table(self._arrow.table([rows.seconds, *columns], schema=schema))

    def _column(self, count: int, places: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> Any:
        full, absent = np.zeros(count, dtype=values.dtype), np.ones(count, dtype=np.bool_)
        full[places], absent[places] = values, False
        return self._arrow.array(full, mask=absent)

    def close(self) -> None:
        """Complete the file."""
        if self._writer is not None:
            self._writer.close()


class MdfTable:
    """Each signal with times of its own, from the first frame on, whose time is the measurement's start."""

    def __init__(self, path: Path, headings: Sequence[Heading]) -> None:
        self._asammdf = _library("asammdf", "MDF")
        self._path = path
        self._headings = headings
        self._parts: list[list[tuple[Any, Any]]] = [[] for _ in headings]
        self._start_ns: int | None = None

    def write(self, rows: Rows) -> None:
        """Keep some rows: MDF wants each signal as a whole."""
        if self._start_ns is None and len(rows.times_ns):
            self._start_ns = int(rows.times_ns[0])
        for parts, (places, values) in zip(self._parts, rows.columns, strict=True):
            parts.append((rows.times_ns[places], values))

    def close(self) -> None:
        """Write the file, where there is anything to write."""
        if self._start_ns is None:
            return
        start_ns = self._start_ns
        with self._asammdf.MDF(version="4.10") as mdf:
            mdf.start_time = datetime.fromtimestamp(start_ns / NANOSECONDS, UTC)
            for heading, parts in zip(self._headings, self._parts, strict=True):
                times = np.concatenate([times for times, _ in parts])
                values = np.concatenate([values for _, values in parts])
                seconds = (times - start_ns) / NANOSECONDS
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
        raise Failure(f"{what} files need {package}: python -m pip install {package}") from None
