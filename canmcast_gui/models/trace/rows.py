"""The frames that a trace shows: all, or those that pass a filter, at positions that never change."""

from __future__ import annotations

from typing import Protocol

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import RowNumbers
from canmcast_gui.frames.filters import Filter
from canmcast_gui.recording import FilteredRows, Recording, RowsGoneError


class ShownRows(Protocol):
    """Frames in the order shown, at positions ``first`` to ``end``, which change only in ``advance``."""

    recording: Recording
    first: int
    end: int

    def advance(self, stop_row: int | None = None) -> bool:
        """Update for new and evicted frames; returns whether there are more rows to search.

        Rows of the recording from ``stop_row`` are not shown.
        """

    def numbers(self, start: int, stop: int) -> RowNumbers:
        """The recording's row numbers of a range of positions."""

    def position_of(self, row: int) -> int:
        """The position of a row, or of the next row that is shown; ``end`` if there is none."""


class AllRows:
    """All frames of a recording; positions are row numbers."""

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
    """The frames that pass a filter, as far as the recording has been searched."""

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
    """A range of positions that does not change, and may be read in another thread."""

    def __init__(self, recording: Recording, first: int, found: RowNumbers) -> None:
        self.recording = recording
        self.first = first
        self.end = first + len(found)
        self._found = found

    @classmethod
    def of(cls, rows: ShownRows, start: int, stop: int) -> RowSpan:
        """The positions ``start`` to ``stop`` of other rows, as they are now."""
        return cls(rows.recording, start, np.array(rows.numbers(start, stop)))

    def advance(self, stop_row: int | None = None) -> bool:  # noqa: ARG002
        """Do nothing: these rows do not change."""
        return False

    def numbers(self, start: int, stop: int) -> RowNumbers:
        """See ShownRows."""
        return self._found[max(start - self.first, 0) : max(stop - self.first, 0)]

    def position_of(self, row: int) -> int:
        """See ShownRows."""
        return self.first + int(np.searchsorted(self._found, row))


def read_frames(rows: ShownRows, start: int, stop: int) -> tuple[int, FrameBatch]:
    """The frames at a range of positions that are not evicted, after the position of the first of them.

    A recording may evict its oldest frames at any time, before ``advance``.
    """
    numbers = rows.numbers(start, stop)
    kept = numbers[np.searchsorted(numbers, rows.recording.first_row) :]
    start += len(numbers) - len(kept)
    if not len(kept):
        return start, FrameBatch.empty()
    try:
        if kept[-1] - kept[0] == len(kept) - 1:
            found = rows.recording.rows(int(kept[0]), int(kept[-1]) + 1)
        else:
            found = rows.recording.take(kept)
        return start, found.compact()  # a copy: the chunk's file may be truncated while the frames are in use
    except RowsGoneError:
        return stop, FrameBatch.empty()
