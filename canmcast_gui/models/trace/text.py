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
from canmcast_gui.models.trace.lines import LineBlock

FORMATS = ("text", "csv", "candump")
BLOCK = 4096

BlockReaders = Sequence[Callable[[], LineBlock]]


def rows_text(
    readers: BlockReaders,
    columns: Sequence[Column],
    form: str,
    report: Callable[[float], bool] = lambda _done: True,
    titles: Mapping[str, str] = MappingProxyType({}),
) -> str:
    """The lines of all blocks; ``form`` is one of FORMATS. ``report`` returns False to cancel.

    ``titles`` are titles of columns by their keys, where they differ from the columns' own.
    """
    names = [titles.get(column.key, column.title) for column in columns]
    head = {"text": lambda: "\t".join(names) + "\n", "csv": lambda: _csv([names])}
    parts = [head[form]()] if form in head else []
    for number, read in enumerate(readers):
        parts.append(_block_text(read(), columns, form))
        if not report((number + 1) / len(readers)):
            break
    return "".join(parts)


def _block_text(block: LineBlock, columns: Sequence[Column], form: str) -> str:
    if form == "candump":
        frames = [frame for frame in block.frames if frame is not None]
        return candump_lines(block.batch[np.array(frames, dtype=np.intp)])
    lines = _cells(block, columns)
    return _csv(lines) if form == "csv" else "".join("\t".join(line) + "\n" for line in lines)


def candump_lines(batch: FrameBatch) -> str:
    """Lines as ``candump -L`` writes them."""
    from canmcast_gui.logfile.candump.sink import CandumpSink  # its tables take time to make

    file = io.BytesIO()
    CandumpSink(file, Path()).write(batch)
    return file.getvalue().decode()


def _csv(lines: list[list[str]]) -> str:
    file = io.StringIO()
    csv.writer(file, lineterminator="\n").writerows(lines)
    return file.getvalue()


def _cells(block: LineBlock, columns: Sequence[Column]) -> list[list[str]]:
    """The cells of each line; signals and gaps are in the columns of name and data."""
    frames = list(zip(*(block.texts(column) for column in columns), strict=True))
    lines = []
    for line, frame in enumerate(block.frames):
        if frame is not None:
            lines.append(list(frames[frame]))
        elif line in block.signals:
            signal = block.signals[line]
            lines.append(_placed(columns, {NAME.key: signal.name, DATA.key: signal.text}))
        elif line in block.gaps:
            lines.append(_placed(columns, {DATA.key: block.gaps[line]}))
    return lines


def _placed(columns: Sequence[Column], cells: dict[str, str]) -> list[str]:
    return [cells.get(column.key, "") for column in columns]
