"""Reads text formats: lines of the usual form are converted in blocks as columns, others parsed one by one.

A format has a parser that converts a single line. A parser that also reads columns is given a block of lines
first, and then only the lines that it has left, one by one.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import Offsets
from canmcast_gui.logfile.interfaces import MOST_MARKS, Marks
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.text.lines import BLOCK_BYTES, Lines, blocks
from canmcast_gui.logfile.text.rows import Row, checked_row, rows_to_batch

# Columns that were read after a line that changes how lines are read are read again. Such lines are close
# together at the start of a file, so the first block after one is small.
_FIRST_BYTES = 2048
_GROWTH = 8

# The frames of a block make a batch; fewer frames than this are kept for the next batch.
_FEW_FRAMES = 4096

# Indices of lines within a block, ascending, and the frames in these lines.
Part = tuple[Offsets, FrameBatch]


class Remark(NamedTuple):
    """The text of a line that becomes a mark; its time counts like those of frames, None without a time."""

    timestamp_ns: int | None
    text: str


class Passed(NamedTuple):
    """A valid line that is not about a frame: what it is about, in a few words.

    Parsers use a few kinds only, as lines are counted by kind.
    """

    kind: str


class LineParser(Protocol):
    """Parses the lines of one file. ``start_ns`` is added to their times: 0 in a file without a date."""

    start_ns: int

    def parse(self, line: str) -> Row | Remark | Passed | None:
        """The content of a stripped line; None where it has nothing to report.

        Raises ValueError, or IndexError, for a damaged line.
        """


@runtime_checkable
class ColumnParser(LineParser, Protocol):
    """A parser that also reads many lines at once; both ways must give the same frames."""

    @property
    def state(self) -> Hashable:
        """What columns() depends on besides the lines; it changes when a line changes how others are read."""

    def columns(self, lines: Lines) -> list[Part]:
        """The frames in the lines of the usual form."""


class TextReader:
    """Reads a text file by the parser of its format.

    ``start_ns`` is what was added to the times of the newest batch, as a file may hold several measurements.
    ``passed_over`` counts by kind what is not a frame.
    """

    def __init__(self, path: Path, parser: LineParser, problems: Problems) -> None:
        self._path = path
        self._parser = parser
        self._column_parser = parser if isinstance(parser, ColumnParser) else None
        self._problems = problems
        self._lines = 0
        self._frames = 0
        self._last_ns = 0
        # Row, time and text of remarks after the last frame so far, at most MOST_MARKS of them.
        self._remarks: list[tuple[int, int | None, str]] = []
        self.position = 0
        self.marks = Marks()
        self.passed_over: Counter[str] = Counter()
        self.start_ns = parser.start_ns

    def batches(self, batch_frames: int) -> Iterator[FrameBatch]:
        """All frames that can be read. Raises OSError after the frames before the error."""
        waiting: list[FrameBatch] = []
        try:
            for start_ns, piece in self._pieces():
                if waiting and start_ns != self.start_ns:
                    yield from _cut(waiting, batch_frames)
                    waiting = []
                self.start_ns = start_ns
                waiting.append(piece)
                if sum(map(len, waiting)) >= min(batch_frames, _FEW_FRAMES):
                    yield from _cut(waiting, batch_frames)
                    waiting = []
        except OSError:
            yield from _cut(waiting, batch_frames)
            raise
        yield from _cut(waiting, batch_frames)

    def _pieces(self) -> Iterator[tuple[int, FrameBatch]]:
        """The frames of parts of blocks, and what was added to their times."""
        size = _FIRST_BYTES
        with open_log(self._path, self._problems) as file:
            for block in blocks(file):
                self.position = file.tell()
                start = 0
                while start < len(block):
                    is_rest = len(block) - start <= size
                    end = len(block) if is_rest else block.find(b"\n", start + size) + 1
                    lines = Lines(block[start : end or len(block)])
                    start_ns = self._parser.start_ns
                    used, batch = self._read(lines)
                    size = min(size * _GROWTH, BLOCK_BYTES) if used == lines.count else _FIRST_BYTES
                    start += lines.size(used)
                    if len(batch):
                        batch.records["timestamp_ns"] += start_ns
                        yield start_ns, batch
        self._place_remarks(self._last_ns)

    def _read(self, lines: Lines) -> tuple[int, FrameBatch]:
        """How many lines were read, and the frames in them."""
        start_ns = self._parser.start_ns
        parts = self._column_parser.columns(lines) if self._column_parser is not None else []
        todo = np.ones(lines.count, dtype=np.bool_)
        for numbers, _ in parts:
            todo[numbers] = False
        single = _SingleLines(self._parser, self._state, self._problems, self._lines)
        used = single.read(lines, np.flatnonzero(todo))
        if used < lines.count:
            parts = [(numbers[numbers < used], batch[numbers < used]) for numbers, batch in parts]
        if single.rows:
            parts = [*parts, (np.array(single.numbers), rows_to_batch(single.rows))]
        numbers, batch = _in_order(parts)
        self._add_marks(single.remarks, numbers, batch, start_ns)
        self.passed_over += single.passed
        self._lines += used
        self._frames += len(batch)
        return used, batch

    def _state(self) -> Hashable:
        return self._parser.start_ns if self._column_parser is None else self._column_parser.state

    def _add_marks(
        self, remarks: list[tuple[int, Remark]], numbers: Offsets, batch: FrameBatch, start_ns: int
    ) -> None:
        """Add remarks as marks before the frames in the numbered lines, or keep them for the next frame."""
        if len(batch):
            self._place_remarks(start_ns + int(batch.timestamp_ns[0]))
        for number, remark in remarks:
            row = int(np.searchsorted(numbers, number))
            time = remark.timestamp_ns
            if row < len(batch):
                time = int(batch.timestamp_ns[row]) if time is None else time
                self.marks.add(self._frames + row, start_ns + time, remark.text)
            elif len(self._remarks) < MOST_MARKS:
                time = None if time is None else start_ns + time
                self._remarks.append((self._frames + row, time, remark.text))
            else:
                self.marks.count += 1
        if len(batch):
            self._last_ns = start_ns + int(batch.timestamp_ns[-1])

    def _place_remarks(self, timestamp_ns: int) -> None:
        """Add the kept remarks as marks, those without a time with the time of the next frame."""
        for row, time, text in self._remarks:
            self.marks.add(row, timestamp_ns if time is None else time, text)
        self._remarks.clear()


class _SingleLines:
    """Parses lines one by one; keeps rows and remarks with the index of their line, counted in the block."""

    def __init__(
        self, parser: LineParser, state: Callable[[], Hashable], problems: Problems, lines_before: int
    ) -> None:
        self._parser = parser
        self._state = state
        self._problems = problems
        self._lines_before = lines_before
        self.numbers: list[int] = []
        self.rows: list[Row] = []
        self.remarks: list[tuple[int, Remark]] = []
        self.passed: Counter[str] = Counter()

    def read(self, lines: Lines, numbers: Offsets) -> int:
        """Parse lines until one changes how others are read; returns how many lines of the block are done."""
        state = self._state()
        for number in numbers.tolist():
            line = lines.line(number)
            try:
                self._take(number, self._parser.parse(_text(line)))
            except (ValueError, LookupError) as error:
                self._problems.add(f"line {self._lines_before + number + 1}", _reason(error, line))
            if self._state() != state:
                return int(number) + 1
        return lines.count

    def _take(self, number: int, found: Row | Remark | Passed | None) -> None:
        if isinstance(found, Row):
            self.rows.append(checked_row(found))
            self.numbers.append(number)
        elif isinstance(found, Passed):
            self.passed[found.kind] += 1
        elif found is not None:
            self.remarks.append((number, found))


def _in_order(parts: list[Part]) -> Part:
    """All parts as one, in the order of their lines."""
    parts = [part for part in parts if len(part[0])]
    if not parts:
        return np.zeros(0, dtype=np.int64), FrameBatch.empty()
    if len(parts) == 1:
        return parts[0]
    numbers = np.concatenate([part[0] for part in parts])
    order = np.argsort(numbers, kind="stable")
    return numbers[order], FrameBatch.concatenate([part[1] for part in parts])[order]


def _cut(pieces: list[FrameBatch], batch_frames: int) -> Iterator[FrameBatch]:
    """The pieces joined and cut to batches of up to ``batch_frames``."""
    batch = FrameBatch.concatenate(pieces)
    for start in range(0, len(batch), batch_frames):
        yield batch[start : start + batch_frames]


def _text(line: bytes) -> str:
    try:
        return line.decode("utf-8").strip()
    except UnicodeDecodeError:
        return line.decode("latin-1").strip()


def _reason(error: Exception, line: bytes) -> str:
    text = _text(line[:300])
    shown = text if len(text) <= 60 else text[:60] + "…"
    return f"{_fault(error)} in {shown!r}"


def _fault(error: Exception) -> object:
    if isinstance(error, IndexError):
        return "it ends too early"
    return f"no word {error}" if isinstance(error, KeyError) else error
