"""Find the next or previous row that passes a filter, and count the rows that do."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from threading import Lock

import numpy as np

from canmcast_gui.frames.filters import Filter
from canmcast_gui.recording.recording import Recording

# Called with the progress of a search, from 0 to 1; a result of False cancels it.
Report = Callable[[float], bool]

PART_ROWS = 1 << 16  # counting this number of rows takes some milliseconds


@dataclass(frozen=True)
class Found:
    """A row that was found, and whether the search passed the end, or the start, before."""

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
    """The first row from ``start`` on that passes; else the first from the oldest row on; None without any.

    ``backwards``: the last row before ``start``, else the last of all. Rows from ``end`` on (None: the end of
    the recording) are not searched.
    """
    stop = recording.end_row if end is None else end
    here = min(max(start, recording.first_row), stop)
    spans = [(here, stop), (recording.first_row, here)]
    for number, (low, high) in enumerate(reversed(spans) if backwards else spans):
        part = _Part(number, report)
        if backwards:
            row = find_previous(recording, condition, high, part.report, low)
        else:
            row = find_next(recording, condition, low, part.report, high)
        if row is not None:
            return Found(row, wrapped=number > 0)
        if part.canceled:
            return None
    return None


class _Part:
    """The progress of one of the two parts of a search."""

    def __init__(self, number: int, report: Report | None) -> None:
        self._number = number
        self._report = report
        self.canceled = False

    def report(self, share: float) -> bool:
        self.canceled = self._report is not None and not self._report((self._number + share) / 2)
        return not self.canceled


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
        index = int(mask.argmax())
        if mask[index]:
            return row + index
    return None


def find_previous(
    recording: Recording,
    condition: Filter,
    stop: int | None = None,
    report: Report | None = None,
    start: int | None = None,
) -> int | None:
    """The last row before ``stop`` (None: the end) that passes, from ``start`` on (None: the oldest)."""
    end = recording.end_row if stop is None else stop
    length = max(end - (recording.first_row if start is None else start), 1)
    for row, block in recording.blocks(start, end, backwards=True):
        if report is not None and not report((end - row - len(block)) / length):
            return None
        found = np.flatnonzero(condition.mask(block))
        if len(found):
            return row + int(found[-1])
    return None


class MatchCount:
    """Counts the rows of a growing recording that pass a filter; complete parts are counted once.

    Threads may share it.
    """

    def __init__(self, recording: Recording, condition: Filter) -> None:
        self.recording = recording
        self.condition = condition
        self._parts: dict[int, int] = {}  # matches in a complete part, by its first row
        self._lock = Lock()

    def position(
        self, row: int, end: int | None = None, report: Report | None = None
    ) -> tuple[int, int] | None:
        """The position of a row among the matching ones (from 1), and the number before ``end`` (None: all).

        None where ``report`` canceled the count.
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
