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

# The rows that one update reads: most filters take a few ms for them, which does not delay a repaint.
BUDGET_ROWS = 1 << 18

# An update ends earlier when this time is over, with a filter that reads signals or long payloads. The time
# is checked after each block of rows.
BUDGET_NS = 8_000_000
BLOCK_ROWS = 1 << 13

# A segment covers this number of rows, so that 16 bits tell which of them it has.
SEGMENT_ROWS = 1 << 16

# Above this number of rows in a segment, one bit for each row it covers is shorter than 16 for each row it
# has.
MAX_LISTED = SEGMENT_ROWS // 16


class _Segment:
    """Some of SEGMENT_ROWS rows: a list of their offsets from ``base``, or a bit for each."""

    __slots__ = ("_bits", "_offsets", "base", "count")

    def __init__(self, base: int) -> None:
        self.base = base
        self.count = 0
        self._offsets = np.empty(64, dtype=np.uint16)
        self._bits: npt.NDArray[np.uint8] | None = None

    def add(self, offsets: npt.NDArray[np.uint16]) -> None:
        """Append offsets."""
        end = self.count + len(offsets)
        if end > len(self._offsets):
            grown = np.empty(min(max(end, 2 * len(self._offsets)), SEGMENT_ROWS), dtype=np.uint16)
            grown[: self.count] = self._offsets[: self.count]
            self._offsets = grown
        self._offsets[self.count : end] = offsets
        self.count = end

    def pack(self) -> None:
        """Reduce the memory; no offsets may be added after that."""
        if self.count <= MAX_LISTED:
            self._offsets = self._offsets[: self.count].copy()
            return
        present = np.zeros(SEGMENT_ROWS, dtype=np.bool_)
        present[self._offsets[: self.count]] = True
        self._bits = np.packbits(present)
        self._offsets = self._offsets[:0].copy()

    @property
    def bytes_used(self) -> int:
        """The size in memory."""
        return self._offsets.nbytes + (0 if self._bits is None else self._bits.nbytes)

    def rows(self) -> RowNumbers:
        """The row numbers, int64 (count,)."""
        if self._bits is not None:
            return np.flatnonzero(np.unpackbits(self._bits)).astype(np.int64) + self.base
        return self._offsets[: self.count].astype(np.int64) + self.base


class RowSet:
    """Row numbers in ascending order: new ones are appended, old ones are removed from the start.

    Takes two bytes for each row, or one bit for every row between the first and the last, whichever is less
    for each 65,536 of them: a thousandth of the size of a recording, however many of its rows are in the set.
    """

    def __init__(self) -> None:
        self._segments: list[_Segment] = []
        self._ends: list[int] = []  # for each segment, the number of rows up to its end
        self._before = 0  # the number of rows in removed segments
        self._begin = 0  # the number of removed rows, some of which are still in the first segment
        self._lowest = 0  # all rows below this one are removed
        self._unpacked: tuple[_Segment, RowNumbers] | None = None  # views read the same segment again

    def __len__(self) -> int:
        return (self._ends[-1] if self._ends else self._before) - self._begin

    @property
    def bytes_used(self) -> int:
        """The size of the row numbers in memory."""
        return sum(segment.bytes_used for segment in self._segments)

    def append(self, rows: npt.NDArray[np.signedinteger]) -> None:
        """Append row numbers, in ascending order."""
        while len(rows):
            base = int(rows[0]) // SEGMENT_ROWS * SEGMENT_ROWS
            inside = int(np.searchsorted(rows, base + SEGMENT_ROWS))
            segment = self._segment(base)
            segment.add((rows[:inside] - base).astype(np.uint16))
            self._ends[-1] += inside
            self._unpacked = None
            rows = rows[inside:]

    def rows(self, start: int, stop: int) -> RowNumbers:
        """The row numbers at positions ``start`` to ``stop``, which must be in range."""
        if start >= stop:
            return np.zeros(0, dtype=np.int64)
        position, end = self._begin + start, self._begin + stop
        parts = []
        for index in range(bisect_right(self._ends, position), len(self._ends)):
            first = self._ends[index - 1] if index else self._before
            if first >= end:
                break
            parts.append(self._rows_of(self._segments[index])[max(position - first, 0) : end - first])
        return parts[0] if len(parts) == 1 else np.concatenate(parts)

    def position(self, row: int) -> int:
        """The number of row numbers below ``row``."""
        index = bisect_right(self._segments, row, key=lambda segment: segment.base) - 1
        if index < 0:
            return 0
        first = self._ends[index - 1] if index else self._before
        inside = int(np.searchsorted(self._rows_of(self._segments[index]), row))
        return max(first + inside - self._begin, 0)

    def drop_below(self, row: int) -> None:
        """Remove all row numbers below ``row``."""
        if row <= self._lowest:
            return
        self._begin += self.position(row)
        self._lowest = row
        removed = bisect_right(self._ends, self._begin) if len(self) else len(self._ends)
        if removed:
            self._before = self._ends[removed - 1]
            del self._segments[:removed], self._ends[:removed]

    def _segment(self, base: int) -> _Segment:
        """The last segment, or a new one where the last is for lower rows."""
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

    ``update`` reads a limited number of new rows in a limited time, so that a view can call it in every
    repaint. Rows that the recording evicts are removed from the start.
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
        """The filter that the rows pass."""
        return self._filter

    @property
    def next_row(self) -> int:
        """The first row that was not read yet."""
        return self._next_row

    @property
    def complete(self) -> bool:
        """Whether all rows of the recording were read."""
        return self._next_row >= self._recording.end_row

    def update(self, budget_rows: int = BUDGET_ROWS, budget_ns: int = BUDGET_NS) -> int:
        """Read new rows within both budgets, and drop evicted ones; returns how many rows were found."""
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
        self._next_row = max(stop, self._next_row)  # rows that were evicted during the update have no blocks
        return len(self._rows) - before

    def __len__(self) -> int:
        return len(self._rows)

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> RowNumbers: ...
    def __getitem__(self, index: int | slice) -> int | RowNumbers:
        """The row number at a position, or an int64 array of those in a slice."""
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            return self._rows.rows(start, stop) if step == 1 else self._rows.rows(0, len(self))[index]
        position = index + len(self) if index < 0 else index
        if not 0 <= position < len(self):
            raise IndexError(f"position {index} of {len(self)} found rows")
        return int(self._rows.rows(position, position + 1)[0])

    def position(self, row: int) -> int:
        """The number of found rows before row ``row``: its own position, where it was found."""
        return self._rows.position(row)
