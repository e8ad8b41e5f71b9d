"""What of a recording is read and encoded before it is due: while nothing else is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.validity import valid_rows
from canmcast_gui.transmit.replay.options import Changer, ReplayOptions

# Rows that are read and encoded at a time: some 0.2 ms of work, which is done while nothing is due.
CHUNK_ROWS = 256
# Where a filter lets few through, more rows are looked at together, up to so many.
MOST_CHUNK_ROWS = 1 << 15
FEW_LEFT = 64


class Rows(Protocol):
    """Where frames are read from: any recording. Rows are numbered."""

    def rows(self, start: int, stop: int) -> FrameBatch:
        """The frames of rows ``start`` to ``stop``."""


@dataclass(slots=True)
class Chunk:
    """Frames ready to leave: their rows and times, which never go backwards, and their encoded form."""

    rows: npt.NDArray[np.int64]
    times: npt.NDArray[np.int64]
    prepared: Any
    end_row: int
    done: int = 0


class Ahead:
    """``chunks`` of frames that are wanted, up to before ``row``, which is read next.

    ``skipped`` counts frames that the bus cannot carry, or none can, as a file may have.
    """

    def __init__(self, source: Rows, options: ReplayOptions, prepare: Callable[[FrameBatch], Any]) -> None:
        """``prepare`` encodes a batch; it raises ValueError for one that is not for this bus."""
        self._source = source
        self._prepare = prepare
        self._window = CHUNK_ROWS
        # The time of the last row that was read; of no meaning where what is read does not follow it.
        self._newest_ns = 0
        self._fresh = True
        self.changer = Changer(options)
        self.chunks: deque[Chunk] = deque()
        self.row = options.first_row
        self.skipped = 0

    def restart(self, row: int) -> None:
        """Forget what was read, and go on with another row."""
        self.chunks.clear()
        self.row = row
        self._fresh = True

    def read(self, end_row: int) -> int | None:
        """Read and encode some rows below ``end_row``; the time of the first, None where there is none."""
        start, stop = self.row, min(self.row + self._window, end_row)
        if stop <= start:
            return None
        batch = self._source.rows(start, stop)
        wanted = self.changer.wanted(batch)
        keep = wanted & valid_rows(batch)
        self.skipped += int(np.count_nonzero(wanted & ~keep))
        self.row = stop
        self._window = CHUNK_ROWS if int(keep.sum()) > FEW_LEFT else min(self._window * 2, MOST_CHUNK_ROWS)
        rows = np.arange(start, start + len(batch))
        times = self._forward(batch.timestamp_ns)
        try:
            self._add(batch, keep, rows, times)
        except ValueError:  # CAN FD frames on a bus without CAN FD, for one
            for row in np.flatnonzero(keep):
                one = np.zeros_like(keep)
                one[row] = True
                self._add_if_possible(batch, one, rows, times)
        return int(times[0])

    def _add_if_possible(self, batch: FrameBatch, keep: Any, rows: Any, times: Any) -> None:
        try:
            self._add(batch, keep, rows, times)
        except ValueError:
            self.skipped += 1

    def _add(self, batch: FrameBatch, keep: Any, rows: npt.NDArray[np.int64], times: Any) -> None:
        if keep.any():
            wanted = self.changer.change(batch[keep])
            self.chunks.append(Chunk(rows[keep], times[keep], self._prepare(wanted), self.row))
        elif self.chunks:
            self.chunks[-1].end_row = self.row

    def _forward(self, times: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The times of rows, never going backwards: the file's order is kept."""
        forward = np.maximum.accumulate(times if self._fresh else np.maximum(times, self._newest_ns))
        self._fresh = False
        self._newest_ns = int(forward[-1])
        return forward
