"""The rows of a recording that pass a filter, found step by step while the recording grows."""

from __future__ import annotations

import time
from bisect import bisect_right
from collections.abc import Callable
from typing import overload

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import RowNumbers
from canmcast_gui.frames.filters import Filter
from canmcast_gui.recording.recording import Recording

# One step of a search: what most filters look through within a few ms, so that a repaint does not notice.
BUDGET_ROWS = 1 << 18

# A step ends earlier when its time is up, for a filter that reads signals or long payloads. It is looked at
# after each block of rows.
BUDGET_NS = 8_000_000
BLOCK_ROWS = 1 << 13

# A segment covers so many row numbers, so that 16 bits tell which of them are in.
SEGMENT_ROWS = 1 << 16

# From here on a bit for each row of the segment is shorter than 16 for each one that is in.
MOST_LISTED = SEGMENT_ROWS // 16


class _Segment:
    """The rows that are in out of SEGMENT_ROWS: a list of their places, or a bit for each."""

    __slots__ = ("_bits", "_places", "base", "count")

    def __init__(self, base: int) -> None:
        self.base = base
        self.count = 0
        self._places = np.empty(64, dtype=np.uint16)
        self._bits: npt.NDArray[np.uint8] | None = None

    def add(self, places: npt.NDArray[np.uint16]) -> None:
        """Put more places behind those that are in."""
        end = self.count + len(places)
        if end > len(self._places):
            grown = np.empty(min(max(end, 2 * len(self._places)), SEGMENT_ROWS), dtype=np.uint16)
            grown[: self.count] = self._places[: self.count]
            self._places = grown
        self._places[self.count : end] = places
        self.count = end

    def pack(self) -> None:
        """Take as little memory as it can; nothing is added from now on."""
        if self.count <= MOST_LISTED:
            self._places = self._places[: self.count].copy()
            return
        present = np.zeros(SEGMENT_ROWS, dtype=np.bool_)
        present[self._places[: self.count]] = True
        self._bits = np.packbits(present)
        self._places = self._places[:0].copy()

    def rows(self) -> RowNumbers:
        """The row numbers, int64 (count,)."""
        if self._bits is not None:
            return np.flatnonzero(np.unpackbits(self._bits)).astype(np.int64) + self.base
        return self._places[: self.count].astype(np.int64) + self.base


class RowSet:
    """A rising sequence of row numbers: new ones come behind the last, old ones leave from the start.

    Takes two bytes for each row, or a bit for every row between the first and the last, whichever is less
    in each 65,536 of them: a thousandth of a recording, however many of its rows are in.
    """

    def __init__(self) -> None:
        self._segments: list[_Segment] = []
        self._ends: list[int] = []  # how many rows there are up to the end of each segment, and before all
        self._before = 0
        self._begin = 0  # how many have left; like _ends counted from the very first
        self._lowest = 0  # no row below this is in
        self._unpacked: tuple[_Segment, RowNumbers] | None = None  # views ask for the same place again

    def __len__(self) -> int:
        return (self._ends[-1] if self._ends else self._before) - self._begin

    def append(self, rows: npt.NDArray[np.signedinteger]) -> None:
        """Put rising row numbers behind the last one."""
        while len(rows):
            base = int(rows[0]) // SEGMENT_ROWS * SEGMENT_ROWS
            inside = int(np.searchsorted(rows, base + SEGMENT_ROWS))
            segment = self._segment(base)
            segment.add((rows[:inside] - base).astype(np.uint16))
            self._ends[-1] += inside
            self._unpacked = None
            rows = rows[inside:]

    def rows(self, start: int, stop: int) -> RowNumbers:
        """The row numbers in places ``start`` to ``stop``, which must lie within."""
        if start >= stop:
            return np.zeros(0, dtype=np.int64)
        place, end = self._begin + start, self._begin + stop
        parts = []
        for index in range(bisect_right(self._ends, place), len(self._ends)):
            first = self._ends[index - 1] if index else self._before
            if first >= end:
                break
            parts.append(self._rows_of(self._segments[index])[max(place - first, 0) : end - first])
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def position(self, row: int) -> int:
        """How many of the row numbers are below ``row``."""
        index = bisect_right(self._segments, row, key=lambda segment: segment.base) - 1
        if index < 0:
            return 0
        first = self._ends[index - 1] if index else self._before
        inside = int(np.searchsorted(self._rows_of(self._segments[index]), row))
        return max(first + inside - self._begin, 0)

    def drop_below(self, row: int) -> None:
        """Let all row numbers below ``row`` leave."""
        if row <= self._lowest:
            return
        self._begin += self.position(row)
        self._lowest = row
        gone = bisect_right(self._ends, self._begin) if len(self) else len(self._ends)
        if gone:
            self._before = self._ends[gone - 1]
            del self._segments[:gone], self._ends[:gone]

    def _segment(self, base: int) -> _Segment:
        """The last segment, or a new one where that is for lower rows."""
        if self._segments and self._segments[-1].base == base:
            return self._segments[-1]
        if self._segments:
            self._segments[-1].pack()
        self._segments.append(_Segment(base))
        self._ends.append(self._ends[-1] if self._ends else self._before)
        return self._segments[-1]

    def _rows_of(self, segment: _Segment) -> RowNumbers:
        if self._unpacked is None or self._unpacked[0] is not segment:
            self._unpacked = (segment, segment.rows())
        return self._unpacked[1]


class FilteredRows:
    """Row numbers that pass a filter, in order: ``len``, ``[i]``, ``[a:b]``.

    ``update`` looks at a bounded number of rows that it has not seen yet and takes a bounded time, so that a
    view can call it in every repaint. Rows that the recording evicts leave from the start.
    """

    def __init__(
        self, recording: Recording, condition: Filter, clock_ns: Callable[[], int] = time.perf_counter_ns
    ) -> None:
        self._recording = recording
        self._filter = condition
        self._clock_ns = clock_ns
        self._next_row = recording.first_row
        self._rows = RowSet()

    @property
    def filter(self) -> Filter:
        """What the rows had to pass."""
        return self._filter

    @property
    def next_row(self) -> int:
        """The first row that has not been looked at."""
        return self._next_row

    @property
    def complete(self) -> bool:
        """Whether every row that is there has been looked at."""
        return self._next_row >= self._recording.end_row

    def update(self, budget_rows: int = BUDGET_ROWS, budget_ns: int = BUDGET_NS) -> int:
        """Look at new rows until either is used up, and drop what was evicted; how many were found."""
        end_ns = self._clock_ns() + budget_ns
        first = self._recording.first_row
        self._rows.drop_below(first)
        self._next_row = max(self._next_row, first)
        stop = min(self._next_row + budget_rows, self._recording.end_row)
        before = len(self._rows)
        for row, block in self._recording.blocks(self._next_row, stop, BLOCK_ROWS):
            self._rows.append(np.flatnonzero(self._filter.mask(block)) + row)
            self._next_row = row + len(block)
            if self._clock_ns() >= end_ns:
                return len(self._rows) - before
        self._next_row = max(stop, self._next_row)  # what is evicted meanwhile has no blocks
        return len(self._rows) - before

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> RowNumbers: ...
    def __getitem__(self, index: int | slice) -> int | RowNumbers:
        """The row number in that place, or an int64 array of those in a slice."""
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            return self._rows.rows(start, stop) if step == 1 else self._rows.rows(0, len(self))[index]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(f"place {index} of {len(self)} found rows")
        return int(self._rows.rows(place, place + 1)[0])

    def position(self, row: int) -> int:
        """How many found rows lie before row number ``row``: its own place, where it was found."""
        return self._rows.position(row)
