"""The user's bookmarks: a note at a frame, kept with the recording."""

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

# The file is written anew with every change, which this keeps within some milliseconds; a log file may bring
# thousands of comments.
MOST_MARKS = 10_000
MOST_CHARACTERS = 1000


class Marks:
    """Notes in the order of their rows, at most one a row.

    Each change is on disk when it returns. Marks on rows that were evicted are gone, and counted in ``gone``.
    ``generation`` rises with every change. ``problem`` is a sentence where the file was damaged; what could
    be read of it is there. Threads may share it.
    """

    def __init__(self, folder: Path, time_of: Callable[[int], int]) -> None:
        """``time_of`` gives the time of a row in ns, and raises IndexError where there is no such row."""
        self.problem = ""
        self.gone = 0
        self.generation = 0
        self._file = LineFile(folder / FILE_NAME)
        self._time_of = time_of
        self._notes: tuple[Mark, ...] = ()  # replaced as a whole: readers go on with what they took
        self._lock = threading.Lock()

    def load(self, first_row: int, end_row: int) -> None:
        """Take up what stands in the file, of rows that are there."""
        try:
            values = [line.value for line in self._file.read()]
        except OSError as error:
            self.problem = f"the marks in {self._file.path} could not be read: {error.strerror}"
            return
        found = [note for value in values if (note := _note(value)) and 0 <= note.row <= end_row]
        if len(found) < len(values):
            lost = f"{len(values) - len(found)} of {len(values)} marks"
            self.problem = f"{lost} in {self._file.path} are damaged and were left out"
        notes = {note.row: note for note in found}
        self._notes = tuple(islice((notes[row] for row in sorted(notes)), MOST_MARKS))
        self.drop_below(first_row)

    # -- asking ------------------------------------------------------------------------------------------

    def __len__(self) -> int:
        return len(self._notes)

    def __iter__(self) -> Iterator[Mark]:
        return iter(self._notes)

    def __contains__(self, row: int) -> bool:
        return self.at(row) is not None

    def at(self, row: int) -> Mark | None:
        """The mark at a row, or None."""
        return next(iter(self.between(row, row + 1)), None)

    def between(self, start: int, stop: int) -> tuple[Mark, ...]:
        """The marks of rows ``start`` to ``stop``, in their order."""
        notes = self._notes
        return notes[_place(notes, start) : _place(notes, stop)]

    def after(self, row: int) -> Mark | None:
        """The first mark behind a row, or None."""
        notes = self._notes
        return next(iter(notes[_place(notes, row + 1) :]), None)

    def before(self, row: int) -> Mark | None:
        """The last mark before a row, or None."""
        notes = self._notes
        place = _place(notes, row)
        return notes[place - 1] if place else None

    # -- changing ----------------------------------------------------------------------------------------

    def add(self, row: int, text: str = "") -> Mark:
        """Mark a row; one that has a mark gets this text instead.

        Raises RowsGoneError where the row is not there, RecordingError where there are too many marks or
        the disk takes no more; then nothing has changed.
        """
        note = Mark(row, self._time_of(row), text[:MOST_CHARACTERS])
        with self._lock:
            self._change(*self._split(row), note)
        return note

    def rename(self, row: int, text: str) -> None:
        """Give a mark another text; raises KeyError where the row has none, else as ``add``."""
        with self._lock:
            before, after = self._split(row)
            if len(before) + len(after) == len(self._notes):
                raise KeyError(row)
            known = self._notes[len(before)]
            self._change(before, after, known._replace(text=text[:MOST_CHARACTERS]))

    def remove(self, row: int) -> None:
        """Take the mark of a row away, if it has one; raises RecordingError where that cannot be saved."""
        with self._lock:
            before, after = self._split(row)
            if len(before) + len(after) < len(self._notes):
                self._change(before, after)

    def extend(self, notes: Iterable[Mark]) -> int:
        """Take over the notes of a log file; how many found room. A row's first one stays."""
        with self._lock:
            known = {note.row: note for note in self._notes}
            new: dict[int, Mark] = {}
            for note in notes:
                if len(known) + len(new) < MOST_MARKS and note.row not in known:
                    new.setdefault(note.row, note._replace(text=note.text[:MOST_CHARACTERS]))
            if new:
                self._write(self._file.append, new.values())
                known.update(new)
                self._notes = tuple(known[row] for row in sorted(known))
                self.generation += 1
        return len(new)

    def drop_below(self, row: int) -> None:
        """Let the marks of rows below ``row`` go. The file forgets them with the next change."""
        with self._lock:
            place = _place(self._notes, row)
            if place:
                self._notes = self._notes[place:]
                self.gone += place
                self.generation += 1

    def _split(self, row: int) -> tuple[tuple[Mark, ...], tuple[Mark, ...]]:
        """The marks before a row and those behind it."""
        return self._notes[: _place(self._notes, row)], self._notes[_place(self._notes, row + 1) :]

    def _change(self, before: tuple[Mark, ...], after: tuple[Mark, ...], *new: Mark) -> None:
        notes = (*before, *new, *after)
        if len(notes) > MOST_MARKS:
            raise RecordingError(f"a recording keeps up to {MOST_MARKS:,} marks; remove some first")
        self._write(self._file.replace, notes)
        self._notes = notes
        self.generation += 1

    def _write(self, write: Callable[[Iterable[Mark]], None], notes: Iterable[Mark]) -> None:
        try:
            write(notes)
        except OSError as error:
            raise RecordingError(
                f"the marks could not be saved in {self._file.path}: {error.strerror}"
            ) from error


def _place(notes: tuple[Mark, ...], row: int) -> int:
    return bisect_left(notes, row, key=lambda note: note.row)


def _note(value: Any) -> Mark | None:
    if not isinstance(value, list) or [type(part) for part in value] != [int, int, str]:
        return None
    row, timestamp_ns, text = value
    return Mark(row, timestamp_ns, text[:MOST_CHARACTERS]) if abs(timestamp_ns) < 1 << 63 else None
