"""Reads tables of frames: CSV of all dialects, and other text with one frame per line and fixed columns.

A block of lines is split into cells, and each column is converted to numbers at once. The meaning of the
columns is a TableLayout, from the header (``guess.py``) or from the user.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import Offsets
from canmcast_gui.frames.units import NS_PER_MINUTE, NS_PER_SECOND
from canmcast_gui.logfile.interfaces import Marks
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.problems import Problems, UnknownColumnsError
from canmcast_gui.logfile.table.cells import Cells, Lines
from canmcast_gui.logfile.table.columns import Channels, frames_of_cells
from canmcast_gui.logfile.table.guess import guess_layout
from canmcast_gui.logfile.table.layout import HEAD_BYTES, RUN_OF_BLANKS, UNIT_APART, TableLayout
from canmcast_gui.logfile.table.names import to_english
from canmcast_gui.logfile.times import Unwrapping

# Small enough for the first rows to appear soon, and for columns to fit in the processor's cache.
_BLOCK_BYTES = 1 << 19

# The tolerance of the duration in the head of a file.
_TOLERANCE_NS = 5 * NS_PER_SECOND

_SHOWN = 60
_INDENTATION = re.compile(rb"^[ \t]+", re.MULTILINE)
_SPACES = re.compile(rb"[ \t]+")
_RUNS = re.compile(rb"(?:\t|  )[ \t]*")
_UNIT_APART = re.compile(UNIT_APART.encode(), re.IGNORECASE)


class TableReader:
    """Reads one table. Raises UnknownColumnsError where no ``layout`` is given and none can be guessed."""

    def __init__(self, path: Path, problems: Problems, layout: TableLayout | None = None) -> None:
        self._path = path
        self._problems = problems
        self._channels = Channels()
        self._unwrapping: Unwrapping | None = None
        self._is_chinese: bool | None = None
        self._last_ns = self._oldest_ns = self._newest_ns = 0
        self._count = 0
        self.layout = layout if layout is not None else _layout_of(path)
        self.position = 0
        self.marks = Marks()

    @property
    def start_ns(self) -> int:
        """What was added to the times in the file."""
        return self.layout.start_ns

    def batches(self, batch_frames: int) -> Iterator[FrameBatch]:
        """All frames that can be read. Raises OSError."""
        self._channels, self._last_ns, self._count = Channels(), 0, 0
        self._oldest_ns = self._newest_ns = 0
        self._unwrapping = _unwrapping(self.layout)
        self._is_chinese = None
        self.marks = Marks()
        with open_log(self._path, self._problems) as file:
            first = 1
            for block in self._blocks(file):
                lines = self._lines(block, first)
                first += len(lines.feeds)
                batch = self._frames(lines)
                for start in range(0, len(batch), batch_frames):
                    yield batch[start : start + batch_frames]
        self._compare_duration()

    def _blocks(self, file: BinaryIO) -> Iterator[bytes]:
        """Whole lines with LF as line end."""
        rest = b""
        while block := file.read(_BLOCK_BYTES):
            if block.endswith(b"\r"):
                block += file.read(1)  # the LF of CR LF
            self.position = file.tell()
            lines = rest + block
            if b"\r" in lines:
                lines = lines.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
            end = lines.rfind(b"\n") + 1
            if not end and len(lines) < 2 * _BLOCK_BYTES:
                rest = lines
                continue
            whole, rest = (lines[:end], lines[end:]) if end else (lines + b"\n", b"")
            yield self._in_english(whole)
        if rest:
            yield self._in_english(rest + b"\n")

    def _compare_duration(self) -> None:
        """Report where wrapping times give another duration than the head of the file."""
        expected, period = self.layout.duration_ns, self.layout.period_ns
        duration = self._newest_ns - self._oldest_ns
        if not expected or not period or abs(expected - duration) <= period - _TOLERANCE_NS:
            return
        short = "pauses of more than a minute are missing"
        reason = short if expected > duration else "a damaged time may count as one of the next minute"
        seconds = f"{duration / NS_PER_SECOND:,.0f} s, but its head says {expected / NS_PER_SECOND:,.0f} s"
        self._problems.find("duration", f"the times in the file span {seconds}: {reason}")

    def _in_english(self, lines: bytes) -> bytes:
        """Lines with English words, if the first lines are those of a Chinese tool."""
        if self._is_chinese is None:
            head = lines[:HEAD_BYTES]
            self._is_chinese = to_english(head) != head
        return to_english(lines) if self._is_chinese else lines

    def _lines(self, block: bytes, first: int) -> Lines:
        if b'"' in block and self.layout.delimiter != RUN_OF_BLANKS:
            block = b"\n".join(map(self._unquoted, block.split(b"\n")))
        if self.layout.delimiter == " ":
            block = _UNIT_APART.sub(b"", _SPACES.sub(b" ", _INDENTATION.sub(b"", block)))
        elif self.layout.delimiter == RUN_OF_BLANKS:
            block = _RUNS.sub(b"\t", _INDENTATION.sub(b"", block))
        lines = Lines.of(block, self.layout.separator, first)
        skip = max(0, self.layout.skip_lines - (first - 1))
        return lines[skip:] if skip else lines

    def _unquoted(self, line: bytes) -> bytes:
        """A line with spaces instead of delimiters in quoted cells."""
        if b'"' not in line:
            return line
        delimiter = self.layout.delimiter
        cells = next(csv.reader([line.decode("latin-1")], delimiter=delimiter), [])
        plain = (cell.replace(delimiter, " " if delimiter != " " else "") for cell in cells)
        return delimiter.join(plain).encode("latin-1").replace(b"\n", b" ")

    def _frames(self, lines: Lines) -> FrameBatch:
        lines, comments = _without_comments(lines)
        if not len(lines):
            self._add_marks(comments, np.zeros(len(comments), dtype=np.int64), FrameBatch.empty())
            return FrameBatch.empty()
        batch, good = frames_of_cells(Cells(lines, self.layout.separator), self.layout, self._channels)
        if not good.all():
            for row in np.flatnonzero(~good):
                self._problem(lines, int(row))
            batch = batch[good].compact()
        if self._unwrapping is not None:
            batch.records["timestamp_ns"] = self._unwrapping.take(batch.timestamp_ns)
        if len(batch) and not self._count:
            self._oldest_ns = int(batch.timestamp_ns[0])
        if len(batch):
            self._newest_ns = int(batch.timestamp_ns[-1])
        if self.layout.relative and len(batch):
            batch.records["timestamp_ns"] = self._last_ns + np.cumsum(batch.timestamp_ns)
            self._last_ns = int(batch.timestamp_ns[-1])
        batch.records["timestamp_ns"] += self.layout.start_ns
        if len(comments):
            valid = np.concatenate(([0], np.cumsum(good)))
            self._add_marks(comments, valid[np.searchsorted(lines.starts, comments.starts)], batch)
        self._count += len(batch)
        return batch

    def _add_marks(self, comments: Lines, rows: Offsets, batch: FrameBatch) -> None:
        """Add comments as marks; ``rows`` are the rows of this batch that they precede."""
        for number, row in enumerate(rows.tolist()):
            text = comments.text(number).lstrip("# ")
            time = int(batch.timestamp_ns[min(row, len(batch) - 1)]) if len(batch) else self._last_ns
            self.marks.add(self._count + row, time, text)

    def _problem(self, lines: Lines, row: int) -> None:
        text = lines.text(row)
        shown = text if len(text) <= _SHOWN else text[:_SHOWN] + "…"
        self._problems.add(f"line {lines.number(row)}", f"not a frame: {shown!r}")


def _unwrapping(layout: TableLayout) -> Unwrapping | None:
    """Unwraps the times of a table, if they start again at 0 after a period.

    Seconds of a minute wrap often and by small steps. Longer periods end rarely, and times may fall by less
    for other reasons.
    """
    period = layout.period_ns
    if not period or layout.relative or layout.time is None:
        return None
    if period == NS_PER_MINUTE:
        return Unwrapping(period, NS_PER_SECOND)
    return Unwrapping(period, period // 10 * (9 if layout.time_kind == "us" else 5))


def _without_comments(lines: Lines) -> tuple[Lines, Lines]:
    """The lines without empty ones and comments, and the comments."""
    first = lines.content.take(lines.starts)
    comment, empty = first == ord("#"), first == ord("\n")
    unusual = comment | empty
    return (lines[~unusual], lines[comment]) if unusual.any() else (lines, lines[:0])


def _layout_of(path: Path) -> TableLayout:
    with open_log(path, Problems()) as file:
        head = file.read(HEAD_BYTES)
    layout = guess_layout(head)
    if layout is None:
        raise UnknownColumnsError(path, head)
    return layout
