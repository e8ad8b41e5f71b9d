"""The rows of a recording that a filter lets through, found step by step while the recording grows."""

from __future__ import annotations

from typing import overload

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.filters import Filter
from canmcast_gui.recording.recording import Recording

# One step of a search; at some 50 M rows a second it takes a small part of a repaint's time.
BUDGET_ROWS = 1 << 18

# Found row numbers lie in blocks that are filled and never moved; 512 KiB each.
BLOCK_ROWS = 1 << 16

RowNumbers = npt.NDArray[np.int64]


class FilteredRows:
    """Row numbers that pass a filter, in order: ``len``, ``[i]``, ``[a:b]``.

    ``update`` looks at a bounded number of rows that it has not seen yet, so that a view can call it in
    every repaint. Rows that the recording evicts leave from the start. Memory: 8 bytes for each row found.
    """

    def __init__(self, recording: Recording, condition: Filter) -> None:
        self._recording = recording
        self._filter = condition
        self._next_row = recording.first_row
        self._blocks: list[RowNumbers] = []
        self._begin = 0  # places in the blocks, counted from the first block's start
        self._end = 0

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

    def update(self, budget_rows: int = BUDGET_ROWS) -> int:
        """Look at up to ``budget_rows`` new rows and drop what was evicted; how many were found."""
        first = self._recording.first_row
        self._drop_below(first)
        start = max(self._next_row, first)
        stop = min(start + budget_rows, self._recording.end_row)
        before = self._end
        for row, block in self._recording.blocks(start, stop):
            self._put(np.flatnonzero(self._filter.mask(block)) + row)
        self._next_row = max(stop, start)
        return self._end - before

    def __len__(self) -> int:
        return self._end - self._begin

    @overload
    def __getitem__(self, index: int) -> int: ...
    @overload
    def __getitem__(self, index: slice) -> RowNumbers: ...
    def __getitem__(self, index: int | slice) -> int | RowNumbers:
        """The row number in that place, or an int64 array of those in a slice."""
        if isinstance(index, slice):
            start, stop, step = index.indices(len(self))
            return self._range(start, stop) if step == 1 else self._range(0, len(self))[index]
        place = index + len(self) if index < 0 else index
        if not 0 <= place < len(self):
            raise IndexError(f"place {index} of {len(self)} found rows")
        block, offset = divmod(self._begin + place, BLOCK_ROWS)
        return int(self._blocks[block][offset])

    def position(self, row: int) -> int:
        """How many found rows lie before row number ``row``: its own place, where it was found."""
        low, high = 0, len(self)
        while low < high:
            middle = (low + high) // 2
            if self[middle] < row:
                low = middle + 1
            else:
                high = middle
        return low

    def _range(self, start: int, stop: int) -> RowNumbers:
        parts = []
        place, end = self._begin + start, self._begin + stop
        while place < end:
            block, offset = divmod(place, BLOCK_ROWS)
            taken = min(BLOCK_ROWS - offset, end - place)
            parts.append(self._blocks[block][offset : offset + taken])
            place += taken
        return np.concatenate(parts) if parts else np.zeros(0, dtype=np.int64)

    def _put(self, rows: npt.NDArray[np.intp]) -> None:
        done = 0
        while done < len(rows):
            block, offset = divmod(self._end, BLOCK_ROWS)
            if block == len(self._blocks):
                self._blocks.append(np.empty(BLOCK_ROWS, dtype=np.int64))
            taken = min(BLOCK_ROWS - offset, len(rows) - done)
            self._blocks[block][offset : offset + taken] = rows[done : done + taken]
            self._end += taken
            done += taken

    def _drop_below(self, first_row: int) -> None:
        self._begin += self.position(first_row)
        whole = self._begin // BLOCK_ROWS
        del self._blocks[:whole]
        self._begin -= whole * BLOCK_ROWS
        self._end -= whole * BLOCK_ROWS
