"""Times of ASC files that count from the event before: those of a block of lines, summed at once."""

from __future__ import annotations

from collections import deque

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import Numbers, Places
from canmcast_gui.logfile.text.lines import Layouts, Lines
from canmcast_gui.logfile.text.numbers import nanoseconds, summed

_SLASH = ord("/")


class RunningTime:
    """The sum of all times so far.

    take() hands out the times of a block's frames, and keeps those of its other events for next(), which is
    asked for them line by line, in order.
    """

    def __init__(self) -> None:
        self._now_ns = 0
        self._waiting: deque[int] = deque()

    def next(self, step_ns: int) -> int:
        """The time of the next line that take() has not handed out, ``step_ns`` after the one before it."""
        if self._waiting:
            return self._waiting.popleft()
        self._now_ns += step_ns
        return self._now_ns

    def take(self, lines: Lines, parts: list[tuple[Places, FrameBatch]]) -> list[tuple[Places, FrameBatch]]:
        """The parts with summed times, as far as it is known how lines are to be read; else nothing."""
        self._waiting.clear()
        known = _steps(lines)
        if known is None:
            return []
        rows, steps, end = known
        sums = summed(self._now_ns, steps)
        if sums is None:
            return []
        moments, self._now_ns = sums
        others = np.ones(len(rows), dtype=np.bool_)
        taken = []
        for numbers, batch in parts:
            within = numbers < end
            numbers, batch = numbers[within], batch[within]
            places = np.searchsorted(rows, numbers)
            batch.records["timestamp_ns"] = moments[places]
            others[places] = False
            taken.append((numbers, batch))
        self._waiting.extend(moments[others].tolist())
        return taken


def _steps(lines: Lines) -> tuple[Places, Numbers, int] | None:
    """Lines with a time, those times, and the first line that may change how lines are read, or their count.

    None where a time is not a usual one.
    """
    found = Layouts(lines, np.flatnonzero(lines.plain), 1)
    rest = np.setdiff1d(np.arange(lines.count), found.rows)
    if any(lines.line(row).strip() for row in rest.tolist()):
        return None
    head = lines.text[found.start(0)]
    timed = ((head >= ord("0")) & (head <= ord("9"))) | (head == ord("-"))
    words = found.rows[~timed & (head != _SLASH)]
    end = int(words[0]) if len(words) else lines.count
    found.only(timed & (found.rows < end))
    steps, good = nanoseconds(lines, found.start(0), found.end(0))
    return (found.rows, steps, end) if good.all() else None
