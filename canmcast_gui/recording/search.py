"""The next row that meets a condition, or the one before; and how many do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import numpy as np

from canmcast_gui.frames.filters import Filter
from canmcast_gui.recording.recording import Recording

# Told how far a search is, from 0 to 1; an answer of False ends it.
Report = Callable[[float], bool]

PART_ROWS = 1 << 16  # so many rows are counted in some milliseconds


@dataclass(frozen=True)
class Found:
    """A row that was found, and whether the search went past the end, or the beginning, on its way."""

    row: int
    wrapped: bool


def find_around(
    recording: Recording,
    condition: Filter,
    start: int,
    backwards: bool = False,
    end: int | None = None,
    report: Report | None = None,
) -> Found | None:
    """The first row from ``start`` on that passes, after the last one from the oldest on; None without any.

    ``backwards`` it is the last one before ``start``, and then the last one of all. Rows from ``end`` on
    (None: the end of the recording) are not looked at.
    """
    stop = recording.end_row if end is None else end
    here = min(max(start, recording.first_row), stop)
    spans = [(here, stop), (recording.first_row, here)]
    for number, (low, high) in enumerate(reversed(spans) if backwards else spans):
        part = _Part(number, report)
        if backwards:
            row = find_previous(recording, condition, high, part.told, low)
        else:
            row = find_next(recording, condition, low, part.told, high)
        if row is not None:
            return Found(row, wrapped=number > 0)
        if part.ended:
            return None
    return None


class _Part:
    """The report of one half of a search."""

    def __init__(self, number: int, report: Report | None) -> None:
        self._number = number
        self._report = report
        self.ended = False

    def told(self, share: float) -> bool:
        self.ended = self._report is not None and not self._report((self._number + share) / 2)
        return not self.ended


def find_next(
    recording: Recording,
    condition: Filter,
    start: int | None = None,
    report: Report | None = None,
    stop: int | None = None,
) -> int | None:
    """The first row from ``start`` on (None: the oldest) that passes, before ``stop`` (None: the end)."""
    first = recording.first_row if start is None else start
    length = max((recording.end_row if stop is None else stop) - first, 1)
    for row, block in recording.blocks(first, stop):
        if report is not None and not report((row - first) / length):
            return None
        mask = condition.mask(block)
        place = int(mask.argmax())
        if mask[place]:
            return row + place
    return None


def find_previous(
    recording: Recording,
    condition: Filter,
    stop: int | None = None,
    report: Report | None = None,
    start: int | None = None,
) -> int | None:
    """The last row before ``stop`` (None: the end) that passes, from ``start`` on (None: the oldest)."""
    beyond = recording.end_row if stop is None else stop
    length = max(beyond - (recording.first_row if start is None else start), 1)
    for row, block in recording.blocks(start, beyond, backwards=True):
        if report is not None and not report((beyond - row - len(block)) / length):
            return None
        places = np.flatnonzero(condition.mask(block))
        if len(places):
            return row + int(places[-1])
    return None


class MatchCount:
    """How many rows of a growing recording meet a condition; parts that do not change are counted once.

    May be used by one thread after another.
    """

    def __init__(self, recording: Recording, condition: Filter) -> None:
        self.recording = recording
        self.condition = condition
        self._parts: dict[int, int] = {}  # matches in a whole part, by its first row
        self._lock = Lock()

    def place(self, row: int, end: int | None = None, report: Report | None = None) -> tuple[int, int] | None:
        """Which of the matching rows a row is (from 1), and how many there are before ``end`` (None: at all).

        None where ``report`` ended it.
        """
        first, stop = self.recording.first_row, self.recording.end_row if end is None else end
        before = total = 0
        with self._lock:
            for start in range(first - first % PART_ROWS, stop, PART_ROWS):
                if report is not None and not report((start - first) / (stop - first)):
                    return None
                low, high = max(start, first), min(start + PART_ROWS, stop)
                count = self._count(low, high)
                total += count
                if low <= row:
                    before += count if high <= row + 1 else self._matches(low, row + 1)
        return before, total

    def _count(self, start: int, stop: int) -> int:
        if stop - start < PART_ROWS:
            return self._matches(start, stop)
        if start not in self._parts:
            self._parts[start] = self._matches(start, stop)
        return self._parts[start]

    def _matches(self, start: int, stop: int) -> int:
        blocks = self.recording.blocks(start, stop)
        return sum(int(np.count_nonzero(self.condition.mask(block))) for _, block in blocks)


def first_row_since(
    recording: Recording, timestamp_ns: int, start: int | None = None, end: int | None = None
) -> int:
    """The first row between ``start`` and ``end`` that is not older; ``end`` if all are older.

    None is the first row of the recording and its end. The search halves the range, so it assumes that rows
    are in the order of time.
    """
    low = recording.first_row if start is None else start
    high = recording.end_row if end is None else end
    while low < high:
        middle = (low + high) // 2
        if int(recording.rows(middle, middle + 1).timestamp_ns[0]) < timestamp_ns:
            low = middle + 1
        else:
            high = middle
    return low
