"""Looking for the nearest frame that meets a condition, a few milliseconds at a time."""

from __future__ import annotations

import time
from collections.abc import Callable

import numpy as np
from PySide6.QtCore import QObject, QTimer, Signal

from canmcast_gui.frames.filters import Filter
from canmcast_gui.recording import Recording

# What a turn of the event loop may take, and what is looked at in between: the longest that most conditions
# need for it is some 3 ms.
STEP_SECONDS = 0.010
BLOCK_ROWS = 1 << 15


class RowSearch(QObject):
    """One search at a time, beside whatever else the window does; nothing of the result is kept.

    ``progressed`` carries the fraction that has been looked at; ``cancelled`` comes instead of an answer.
    """

    progressed = Signal(float)
    cancelled = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.timeout.connect(self._step)

    @property
    def running(self) -> bool:
        """Whether it is looking."""
        return self._timer.isActive()

    def start(
        self,
        recording: Recording,
        conditions: list[Filter],
        here: int | None,
        backwards: bool,
        done: Callable[[int | None], None],
    ) -> None:
        """Look from row ``here`` on, itself left out, or from the beginning or end; ``done`` gets the row.

        A frame must meet all conditions. Frames that come later are not looked at.
        """
        self.cancel()
        self._recording, self._conditions, self._backwards, self._done = (
            recording,
            conditions,
            backwards,
            done,
        )
        first, end = recording.first_row, recording.end_row
        if backwards:
            self._start, self._stop = first, end if here is None else here
        else:
            self._start, self._stop = first if here is None else here + 1, end
        self._total = max(self._stop - self._start, 1)
        self._timer.start(0)
        self._step()

    def cancel(self) -> None:
        """Stop without an answer."""
        if self.running:
            self._timer.stop()
            self.cancelled.emit()

    def _step(self) -> None:
        end = time.perf_counter() + STEP_SECONDS
        while self._start < self._stop:
            row = self._look_at_a_block()
            if row is not None:
                self._end(row)
                return
            if time.perf_counter() > end:
                self.progressed.emit(1 - (self._stop - self._start) / self._total)
                return
        self._end(None)

    def _look_at_a_block(self) -> int | None:
        if self._backwards:
            begin, stop = max(self._stop - BLOCK_ROWS, self._start), self._stop
            self._stop = begin
        else:
            begin, stop = self._start, min(self._start + BLOCK_ROWS, self._stop)
            self._start = stop
        nearest = None
        for row, block in self._recording.blocks(begin, stop, BLOCK_ROWS):
            found = np.ones(len(block), dtype=np.bool_)
            for condition in self._conditions:
                found &= condition.mask(block)
            places = np.flatnonzero(found)
            if len(places):
                nearest = row + int(places[-1 if self._backwards else 0])
                if not self._backwards:
                    break
        return nearest

    def _end(self, row: int | None) -> None:
        self._timer.stop()
        self._done(row)
