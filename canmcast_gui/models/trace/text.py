"""Rows of a trace as text: as they are shown, as CSV, or as candump lines."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.models.columns import DATA, NAME, Column
from canmcast_gui.models.trace.lines import Screen

FORMATS = ("text", "csv", "candump")
BLOCK = 4096

Screens = Sequence[Callable[[], Screen]]


def rows_text(
    screens: Screens,
    columns: Sequence[Column],
    form: str,
    report: Callable[[float], bool] = lambda _done: True,
    titles: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The lines of all screens; ``form`` is one of FORMATS. ``report`` answers False to stop early.

    ``titles`` are those of columns, by their keys, that are called otherwise for now.
    """
    names = [titles.get(column.key, column.title) for column in columns]
    head = {"text": lambda: "\t".join(names) + "\n", "csv": lambda: _csv([names])}
    parts = [head[form]()] if form in head else []
    for number, screen in enumerate(screens):
        parts.append(_screen_text(screen(), columns, form))
        if not report((number + 1) / len(screens)):
            break
    return "".join(parts)


def _screen_text(screen: Screen, columns: Sequence[Column], form: str) -> str:
    if form == "candump":
        frames = [frame for frame in screen.frames if frame is not None]
        return candump_lines(screen.batch[np.array(frames, dtype=np.intp)])
    lines = _cells(screen, columns)
    return _csv(lines) if form == "csv" else "".join("\t".join(line) + "\n" for line in lines)


def candump_lines(batch: FrameBatch) -> str:
    """Lines as ``candump -L`` writes them."""
    from canmcast_gui.logfile.candump.sink import CandumpSink  # its tables take a while to make

    file = io.BytesIO()
    CandumpSink(file, Path()).write(batch)
    return file.getvalue().decode()


def _csv(lines: list[list[str]]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(lines)
    return file.getvalue()


def _cells(screen: Screen, columns: Sequence[Column]) -> list[list[str]]:
    """The cells of each line; what is no frame has its words in the columns of name and data."""
    frames = list(zip(*(screen.texts(column) for column in columns), strict=True))
    lines = []
    for line, frame in enumerate(screen.frames):
        if frame is not None:
            lines.append(list(frames[frame]))
        elif line in screen.signals:
            signal = screen.signals[line]
            lines.append(_placed(columns, {NAME.key: signal.name, DATA.key: signal.text}))
        elif line in screen.gaps:
            lines.append(_placed(columns, {DATA.key: screen.gaps[line]}))
    return lines


def _placed(columns: Sequence[Column], cells: dict[str, str]) -> list[str]:
    return [cells.get(column.key, "") for column in columns]
