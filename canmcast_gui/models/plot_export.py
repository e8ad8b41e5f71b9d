"""Samples of a plot as a CSV file: one line for each time, one column for each signal."""

from __future__ import annotations

import csv
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from canmcast_gui.models.plot_samples import Curve

NS_PER_S = 1_000_000_000
REPORT_LINES = 10_000


class ExportError(Exception):
    """A file could not be written; the text says why."""


@dataclass(frozen=True)
class Column:
    """A signal's title, with its unit, and its samples."""

    title: str
    curve: Curve


def write_csv(path: Path, columns: Sequence[Column], start_ns: int, report: Callable[[float], bool]) -> int:
    """Write samples, times in seconds since ``start_ns``; a signal without a sample at a time is left empty.

    Returns how many lines; 0 and no file where ``report`` (a fraction) answers False. Raises ExportError.
    """
    temporary = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        with temporary.open("w", newline="", encoding="utf-8") as file:
            lines = _write_lines(csv.writer(file), columns, start_ns, report)
        if lines:
            temporary.replace(path)
        return lines
    except OSError as error:
        raise ExportError(f"{path} could not be written: {error.strerror or error}.") from error
    finally:
        temporary.unlink(missing_ok=True)


def _write_lines(writer, columns: Sequence[Column], start_ns: int, report: Callable[[float], bool]) -> int:
    times = np.unique(np.concatenate([column.curve.times for column in columns]))
    places = [0] * len(columns)
    writer.writerow(["time [s]", *(column.title for column in columns)])
    for number, time_ns in enumerate(times.tolist()):
        if number % REPORT_LINES == 0 and not report(number / len(times)):
            return 0
        # A signal that came twice at one time gives a line for each.
        while True:
            cells, more = _cells_at(columns, places, time_ns)
            writer.writerow([_seconds_text(time_ns - start_ns), *cells])
            if not more:
                break
    return len(times)


def _cells_at(columns: Sequence[Column], places: list[int], time_ns: int) -> tuple[list[str], bool]:
    """The cells of one line; advances ``places``. Also whether more samples have the same time."""
    cells, more = [], False
    for number, column in enumerate(columns):
        times, place = column.curve.times, places[number]
        if place < len(times) and times[place] == time_ns:
            cells.append(repr(float(column.curve.values[place])).removesuffix(".0"))
            places[number] = place + 1
            more = more or (place + 1 < len(times) and times[place + 1] == time_ns)
        else:
            cells.append("")
    return cells, more


def _seconds_text(nanoseconds: int) -> str:
    whole, part = divmod(abs(nanoseconds), NS_PER_S)
    return f"{'-' if nanoseconds < 0 else ''}{whole}.{part:09d}"
