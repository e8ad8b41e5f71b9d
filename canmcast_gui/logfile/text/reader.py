"""Text formats: lines that look usual are read by the block, in columns, all others one by one.

A format has a parser that makes a row of a line, or says that it is none. One that also reads columns is
asked for those first, and gets only what is left line by line; both must make the same of a line.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Hashable, Iterator
from pathlib import Path
from typing import NamedTuple, Protocol, runtime_checkable

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import Places
from canmcast_gui.logfile.interfaces import MOST_MARKS, Marks
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.text.lines import BLOCK_BYTES, Lines, blocks
from canmcast_gui.logfile.text.rows import Row, batch_of, checked

# Columns that were read behind a line that changes how lines are read are read again. Such lines stand near
# each other at the beginning of a file, so behind one the first look is a short one.
_FIRST_BYTES = 2048
_GROWTH = 8

# A block of lines makes a batch, but for the few frames of a short one, which wait for the next.
_FEW_FRAMES = 4096

# Numbers of lines within a block, in order, and the frames that stand on them.
Part = tuple[Places, FrameBatch]


class Remark(NamedTuple):
    """What a line says that is no frame; its time counts as those of rows do, None where it has none."""

    timestamp_ns: int | None
    text: str


class Passed(NamedTuple):
    """A line that is in order, but about something that is no frame: of what kind, in a few words.

    Parsers choose among a handful of kinds, as they are counted.
    """

    kind: str


class LineParser(Protocol):
    """Makes rows of the lines of one file. ``start_ns`` is added to their times: 0 where it has no date."""

    start_ns: int

    def parse(self, line: str) -> Row | Remark | Passed | None:
        """The frame in a line, without white space at its ends; None where there is nothing to tell.

        Raises ValueError, or IndexError, for a line that is damaged.
        """


@runtime_checkable
class ColumnParser(LineParser, Protocol):
    """A parser that reads many lines at once as well. ``state`` is what that depends on beside the lines."""

    @property
    def state(self) -> Hashable:
        """Changes when a line changes how those behind it are to be read."""

    def columns(self, lines: Lines) -> list[Part]:
        """The frames on those lines that look usual."""


class TextReader:
    """The frames of one text file.

    ``position`` is how far it has been read, in bytes; ``start_ns`` what was added to the times that stand in
    the newest batch: a file may hold several measurements. ``passed_over`` counts by kind what is no frame.
    """

    def __init__(self, path: Path, parser: LineParser, problems: Problems) -> None:
        self._path = path
        self._parser = parser
        self._columns = parser if isinstance(parser, ColumnParser) else None
        self._problems = problems
        self._lines = 0
        self._frames = 0
        self._last_ns = 0
        # What stands behind the last frame so far. A file that is all remarks keeps no more than marks do.
        self._remarks: list[tuple[int, int | None, str]] = []
        self.position = 0
        self.marks = Marks()
        self.passed_over: Counter[str] = Counter()
        self.start_ns = parser.start_ns

    def batches(self, batch_frames: int) -> Iterator[FrameBatch]:
        """All frames that can be read. Raises OSError."""
        waiting: list[FrameBatch] = []
        pieces = self._pieces()
        failure: OSError | None = None
        while True:
            try:
                start_ns, piece = next(pieces)
            except StopIteration:
                break
            except OSError as error:
                failure = error
                break
            if waiting and start_ns != self.start_ns:
                yield from _whole(waiting, batch_frames)
                waiting = []
            self.start_ns = start_ns
            waiting.append(piece)
            if sum(map(len, waiting)) >= min(batch_frames, _FEW_FRAMES):
                yield from _whole(waiting, batch_frames)
                waiting = []
        yield from _whole(waiting, batch_frames)
        if failure is not None:
            raise failure

    def _pieces(self) -> Iterator[tuple[int, FrameBatch]]:
        """What was found, and what was added to its times."""
        look = _FIRST_BYTES
        with open_log(self._path, self._problems) as file:
            for block in blocks(file):
                self.position = file.tell()
                at = 0
                while at < len(block):
                    end = len(block) if len(block) - at <= look else block.find(b"\n", at + look) + 1
                    lines = Lines(block[at : end or len(block)])
                    start_ns = self._parser.start_ns
                    used, batch = self._read(lines)
                    look = min(look * _GROWTH, BLOCK_BYTES) if used == lines.count else _FIRST_BYTES
                    at += lines.size(used)
                    if len(batch):
                        batch.records["timestamp_ns"] += start_ns
                        yield start_ns, batch
        self._place_waiting(self._last_ns)

    def _read(self, lines: Lines) -> tuple[int, FrameBatch]:
        """How many lines were read, and the frames on them."""
        start_ns = self._parser.start_ns
        parts = self._columns.columns(lines) if self._columns is not None else []
        todo = np.ones(lines.count, dtype=np.bool_)
        for numbers, _ in parts:
            todo[numbers] = False
        single = _Single(self._parser, self._state, self._problems, self._lines)
        used = single.read(lines, np.flatnonzero(todo))
        if used < lines.count:
            parts = [(numbers[numbers < used], batch[numbers < used]) for numbers, batch in parts]
        if single.rows:
            parts = [*parts, (np.array(single.numbers), batch_of(single.rows))]
        numbers, batch = _in_order(parts)
        self._add_marks(single.remarks, numbers, batch, start_ns)
        self.passed_over += single.passed
        self._lines += used
        self._frames += len(batch)
        return used, batch

    def _state(self) -> Hashable:
        return self._parser.start_ns if self._columns is None else self._columns.state

    def _add_marks(
        self, remarks: list[tuple[int, Remark]], numbers: Places, batch: FrameBatch, start_ns: int
    ) -> None:
        """Keep remarks before the frames on the numbered lines, or wait for the frames they stand before."""
        if len(batch):
            self._place_waiting(start_ns + int(batch.timestamp_ns[0]))
        for number, remark in remarks:
            row = int(np.searchsorted(numbers, number))
            own = remark.timestamp_ns
            if row == len(batch):
                own = None if own is None else start_ns + own
                if len(self._remarks) < MOST_MARKS:
                    self._remarks.append((self._frames + row, own, remark.text))
                else:
                    self.marks.count += 1
                continue
            time = int(batch.timestamp_ns[row]) if own is None else own
            self.marks.add(self._frames + row, start_ns + time, remark.text)
        if len(batch):
            self._last_ns = start_ns + int(batch.timestamp_ns[-1])

    def _place_waiting(self, timestamp_ns: int) -> None:
        for row, own, text in self._remarks:
            self.marks.add(row, timestamp_ns if own is None else own, text)
        self._remarks.clear()


class _Single:
    """Lines one by one: the rows and remarks on them, each with the number of its line."""

    def __init__(
        self, parser: LineParser, state: Callable[[], Hashable], problems: Problems, before: int
    ) -> None:
        self._parser = parser
        self._state = state
        self._problems = problems
        self._before = before
        self.numbers: list[int] = []
        self.rows: list[Row] = []
        self.remarks: list[tuple[int, Remark]] = []
        self.passed: Counter[str] = Counter()

    def read(self, lines: Lines, numbers: Places) -> int:
        """Read until one changes how the others are to be read; how many of all lines are done then."""
        state = self._state()
        for number in numbers.tolist():
            line = lines.line(number)
            try:
                self._take(number, self._parser.parse(_text(line)))
            except (ValueError, LookupError) as error:
                self._problems.add(f"line {self._before + number + 1}", _reason(error, line))
            if self._state() != state:
                return int(number) + 1
        return lines.count

    def _take(self, number: int, found: Row | Remark | Passed | None) -> None:
        if isinstance(found, Row):
            self.rows.append(checked(found))
            self.numbers.append(number)
        elif isinstance(found, Passed):
            self.passed[found.kind] += 1
        elif found is not None:
            self.remarks.append((number, found))


def _in_order(parts: list[Part]) -> Part:
    """All parts as one, by the numbers of the lines."""
    parts = [part for part in parts if len(part[0])]
    if not parts:
        return np.zeros(0, dtype=np.int64), FrameBatch.empty()
    if len(parts) == 1:
        return parts[0]
    numbers = np.concatenate([part[0] for part in parts])
    order = np.argsort(numbers, kind="stable")
    return numbers[order], FrameBatch.concatenate([part[1] for part in parts])[order]


def _whole(pieces: list[FrameBatch], batch_frames: int) -> Iterator[FrameBatch]:
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
