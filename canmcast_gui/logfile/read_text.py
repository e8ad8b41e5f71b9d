"""Text formats, line by line: each has a parser that makes a row of a line, or says that it is none."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import BinaryIO, Protocol

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile.notes import Notes
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.rows import Row, batch_of, checked

# A line is at most 64 bytes of payload and some columns; a binary file without line ends must not become one.
_LONGEST_LINE = 65536


class LineParser(Protocol):
    """Makes rows of the lines of one file. ``start_ns`` is added to their times: 0 where it has no date."""

    start_ns: int

    def parse(self, line: str) -> Row | None:
        """The frame in a line, without white space at its ends; None where it is no frame but in order.

        Raises ValueError, or IndexError, for a line that is damaged.
        """


class TextLog:
    """The frames of one text file.

    ``position`` is how far it has been read, in bytes; ``start_ns`` what was added to the times that stand in
    the newest batch: a file may hold several measurements.
    """

    def __init__(self, path: Path, parser: LineParser, problems: Problems) -> None:
        self._path = path
        self._parser = parser
        self._problems = problems
        self.position = 0
        self.notes = Notes()
        self.start_ns = parser.start_ns

    def batches(self, batch_frames: int) -> Iterator[FrameBatch]:
        """All frames that can be read. Raises OSError."""
        rows: list[Row] = []
        with open_log(self._path, self._problems) as file:
            for row in self._rows(file):
                if len(rows) == batch_frames or (rows and self._parser.start_ns != self.start_ns):
                    self.position = file.tell()
                    yield self._batch(rows)
                    rows = []
                self.start_ns = self._parser.start_ns
                rows.append(row)
            self.position = file.tell()
        if rows:
            yield self._batch(rows)

    def _rows(self, file: BinaryIO) -> Iterator[Row]:
        parse = self._parser.parse
        number = 0
        while line := file.readline(_LONGEST_LINE):
            number += 1
            try:
                row = parse(line.decode("latin-1").strip())
                if row is not None:
                    yield checked(row)
            except (ValueError, LookupError) as error:
                self._problems.add(f"line {number}", _reason(error, line))

    def _batch(self, rows: list[Row]) -> FrameBatch:
        batch = batch_of(rows)
        batch.records["timestamp_ns"] += self.start_ns
        return batch


def text_log(parser: Callable[[], LineParser]) -> Callable[[Path, Problems], TextLog]:
    """What reads a text format line by line, given what makes its parser."""
    return lambda path, problems: TextLog(path, parser(), problems)


def _fault(error: Exception) -> object:
    if isinstance(error, IndexError):
        return "it ends too early"
    return f"no word {error}" if isinstance(error, KeyError) else error


def _reason(error: Exception, line: bytes) -> str:
    text = line.decode("latin-1").strip()
    shown = text if len(text) <= 60 else text[:60] + "…"
    return f"{_fault(error)} in {shown!r}"
