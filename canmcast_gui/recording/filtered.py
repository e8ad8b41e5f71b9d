"""The rows of a recording that a filter lets through, found step by step while the recording grows."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import overload

import numpy as np

from canmcast_gui.frames.arrays import RowNumbers
from canmcast_gui.frames.filters import Filter
from canmcast_gui.recording.recording import Recording
from canmcast_gui.recording.row_set import RowSet

# One step of a search: what most filters look through within a few ms, so that a repaint does not notice.
BUDGET_ROWS = 1 << 18

# A step ends earlier when its time is up, for a filter that reads signals or long payloads. It is looked at
# after each block of rows.
BUDGET_NS = 8_000_000
BLOCK_ROWS = 1 << 13


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
