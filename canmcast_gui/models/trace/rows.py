"""Which frames a trace shows: all, or those of a filter, at positions that stay when old ones go."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import RowNumbers
from canmcast_gui.frames.filters import Filter
from canmcast_gui.recording import FilteredRows, Recording, RowsGoneError


class ShownRows(Protocol):
    """Frames in the order shown, at positions ``first`` to ``end``. Both move only in ``advance``."""

    recording: Recording
    first: int
    end: int

    def advance(self, stop_row: int | None = None) -> bool:
        """Look for what is new and what is gone; True while there is more to find without waiting.

        Rows of the recording from ``stop_row`` on are not shown.
        """

    def numbers(self, start: int, stop: int) -> RowNumbers:
        """The recording's row numbers of some positions."""

    def position_of(self, row: int) -> int:
        """The position of the first shown frame that is this row or a later one; ``end`` if there is none."""


class AllRows:
    """Every frame of a recording; positions are row numbers."""

    def __init__(self, recording: Recording) -> None:
        self.recording = recording
        self.first = recording.first_row
        self.end = self.first

    def advance(self, stop_row: int | None = None) -> bool:
        """See ShownRows."""
        end = self.recording.end_row
        self.first = self.recording.first_row
        self.end = max(end if stop_row is None else min(end, stop_row), self.first)
        return False

    def numbers(self, start: int, stop: int) -> RowNumbers:
        """See ShownRows."""
        return np.arange(start, stop, dtype=np.int64)

    def position_of(self, row: int) -> int:
        """See ShownRows."""
        return min(max(row, self.first), self.end)


class MatchingRows:
    """The frames that a filter lets through, as far as they have been looked for."""

    def __init__(self, recording: Recording, condition: Filter) -> None:
        self.recording = recording
        self.first = 0
        self.end = 0
        self._found = FilteredRows(recording, condition)

    def advance(self, stop_row: int | None = None) -> bool:
        """See ShownRows."""
        self.first += self._found.position(self.recording.first_row)
        self._found.update()
        shown = len(self._found) if stop_row is None else self._found.position(stop_row)
        self.end = self.first + shown
        return not self._found.complete

    def numbers(self, start: int, stop: int) -> RowNumbers:
        """See ShownRows."""
        return self._found[max(start - self.first, 0) : max(stop - self.first, 0)]

    def position_of(self, row: int) -> int:
        """See ShownRows."""
        return min(self.first + self._found.position(row), self.end)


class RowSpan:
    """A piece of what is shown, as it is now; it stays so, and may be read in another thread."""

    def __init__(self, recording: Recording, first: int, found: RowNumbers) -> None:
        self.recording = recording
        self.first = first
        self.end = first + len(found)
        self._found = found

    @classmethod
    def of(cls, rows: ShownRows, start: int, stop: int) -> RowSpan:
        """Positions ``start`` to ``stop``."""
        return cls(rows.recording, start, np.array(rows.numbers(start, stop)))

    def advance(self, stop_row: int | None = None) -> bool:  # noqa: ARG002
        """Nothing ever comes."""
        return False

    def numbers(self, start: int, stop: int) -> RowNumbers:
        """See ShownRows."""
        return self._found[max(start - self.first, 0) : max(stop - self.first, 0)]

    def position_of(self, row: int) -> int:
        """See ShownRows."""
        return self.first + int(np.searchsorted(self._found, row))


def read_frames(rows: ShownRows, start: int, stop: int) -> tuple[int, FrameBatch]:
    """The frames at some positions that are still there, with the position of the first of them.

    A recording may lose its oldest frames at any moment, before anybody was told.
    """
    numbers = rows.numbers(start, stop)
    alive = numbers[np.searchsorted(numbers, rows.recording.first_row) :]
    start += len(numbers) - len(alive)
    if not len(alive):
        return start, FrameBatch.empty()
    try:
        if alive[-1] - alive[0] == len(alive) - 1:
            found = rows.recording.rows(int(alive[0]), int(alive[-1]) + 1)
        else:
            found = rows.recording.take(alive)
        return start, found.compact()  # it is kept, and its file may be cut short meanwhile
    except RowsGoneError:
        return stop, FrameBatch.empty()
