"""Rising row numbers in little memory: at most a bit for each row that could be among them."""

from __future__ import annotations

from bisect import bisect_right

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import RowNumbers

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
