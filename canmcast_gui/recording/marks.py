"""The user's bookmarks: texts at frames, stored with the recording."""

from __future__ import annotations

import threading
from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import Any

from canmcast_gui.frames.marks import Mark
from canmcast_gui.recording.errors import RecordingError
from canmcast_gui.recording.line_file import LineFile

FILE_NAME = "marks.jsonl"

# Each change writes the whole file, which takes some milliseconds up to this number; a log file may contain
# thousands of comments.
MOST_MARKS = 10_000
MOST_CHARACTERS = 1000


class Marks:
    """Marks in the order of their rows, at most one per row.

    Each change is on disk when the call returns. Marks of evicted rows are removed, and counted in
    ``evicted``. ``generation`` rises with every change. ``problem`` is a sentence where the file was damaged;
    undamaged marks are loaded. Threads may share it.
    """

    def __init__(self, folder: Path, time_of: Callable[[int], int]) -> None:
        """``time_of`` returns the time of a row in ns, and raises IndexError where the row does not exist."""
        self.problem = ""
        self.evicted = 0
        self.generation = 0
        self._file = LineFile(folder / FILE_NAME)
        self._time_of = time_of
        self._marks: tuple[Mark, ...] = ()  # replaced as a whole: readers keep the old one
        self._lock = threading.Lock()

    def load(self, first_row: int, end_row: int) -> None:
        """Read the file, without marks of rows that do not exist."""
        try:
            values = [line.value for line in self._file.read()]
        except OSError as error:
            self.problem = f"the marks in {self._file.path} could not be read: {error.strerror}"
            return
        found = [mark for value in values if (mark := _mark(value)) and 0 <= mark.row <= end_row]
        if len(found) < len(values):
            lost = f"{len(values) - len(found)} of {len(values)} marks"
            self.problem = f"{lost} in {self._file.path} are damaged and were left out"
        marks = {mark.row: mark for mark in found}
        self._marks = tuple(islice((marks[row] for row in sorted(marks)), MOST_MARKS))
        self.drop_below(first_row)

    # -- reading -----------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._marks)

    def __iter__(self) -> Iterator[Mark]:
        return iter(self._marks)

    def __contains__(self, row: int) -> bool:
        return self.at(row) is not None

    def at(self, row: int) -> Mark | None:
        """The mark at a row, or None."""
        return next(iter(self.between(row, row + 1)), None)

    def between(self, start: int, stop: int) -> tuple[Mark, ...]:
        """The marks of rows ``start`` to ``stop``, in their order."""
        marks = self._marks
        return marks[_index(marks, start) : _index(marks, stop)]

    def after(self, row: int) -> Mark | None:
        """The first mark after a row, or None."""
        marks = self._marks
        return next(iter(marks[_index(marks, row + 1) :]), None)

    def before(self, row: int) -> Mark | None:
        """The last mark before a row, or None."""
        marks = self._marks
        index = _index(marks, row)
        return marks[index - 1] if index else None

    # -- changing ----------------------------------------------------------------------------------------

    def add(self, row: int, text: str = "") -> Mark:
        """Mark a row, or give its mark another text.

        Raises RowsGoneError where the row does not exist, RecordingError where there are too many marks or
        the disk is full; then nothing has changed.
        """
        mark = Mark(row, self._time_of(row), text[:MOST_CHARACTERS])
        with self._lock:
            self._change(*self._split(row), mark)
        return mark

    def remove(self, row: int) -> None:
        """Remove the mark of a row, if it has one; raises RecordingError where that cannot be saved."""
        with self._lock:
            before, after = self._split(row)
            if len(before) + len(after) < len(self._marks):
                self._change(before, after)

    def remove_rows(self, rows: Iterable[int]) -> None:
        """Remove the marks of several rows; raises RecordingError where that cannot be saved."""
        gone = set(rows)
        with self._lock:
            self._change(tuple(mark for mark in self._marks if mark.row not in gone), ())

    def extend(self, marks: Iterable[Mark]) -> int:
        """Add the marks of a log file, at rows without a mark; returns how many were added."""
        with self._lock:
            known = {mark.row: mark for mark in self._marks}
            new: dict[int, Mark] = {}
            for mark in marks:
                if len(known) + len(new) < MOST_MARKS and mark.row not in known:
                    new.setdefault(mark.row, mark._replace(text=mark.text[:MOST_CHARACTERS]))
            if new:
                self._write(self._file.append, new.values())
                known.update(new)
                self._marks = tuple(known[row] for row in sorted(known))
                self.generation += 1
        return len(new)

    def drop_below(self, row: int) -> None:
        """Remove the marks of rows below ``row``. The next change removes them from the file."""
        with self._lock:
            index = _index(self._marks, row)
            if index:
                self._marks = self._marks[index:]
                self.evicted += index
                self.generation += 1

    def _split(self, row: int) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
        """The marks before a row, and those after it."""
        return self._marks[: _index(self._marks, row)], self._marks[_index(self._marks, row + 1) :]

    def _change(self, before: tuple[Mark, ...], after: tuple[Mark, ...], *new: Mark) -> None:
        marks = (*before, *new, *after)
        if len(marks) > MOST_MARKS:
            raise RecordingError(f"a recording keeps up to {MOST_MARKS:,} marks; remove some first")
        self._write(self._file.replace, marks)
        self._marks = marks
        self.generation += 1

    def _write(self, write: Callable[[Iterable[Mark]], None], marks: Iterable[Mark]) -> None:
        try:
            write(marks)
        except OSError as error:
            raise RecordingError(
                f"the marks could not be saved in {self._file.path}: {error.strerror}"
            ) from error


def _index(marks: tuple[Mark, ...], row: int) -> int:
    return bisect_left(marks, row, key=lambda mark: mark.row)


def _mark(value: Any) -> Mark | None:
    if not isinstance(value, list) or [type(part) for part in value] != [int, int, str]:
        return None
    row, timestamp_ns, text = value
    return Mark(row, timestamp_ns, text[:MOST_CHARACTERS]) if abs(timestamp_ns) < 1 << 63 else None
