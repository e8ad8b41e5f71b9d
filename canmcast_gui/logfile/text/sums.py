"""Times that count from the line before, summed for many lines at once."""

from __future__ import annotations

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import Numbers, Places
from canmcast_gui.logfile.rows import LONGEST_TIME_NS
from canmcast_gui.logfile.text.lines import Lines

# To sum fewer frames at once and then look again at what is behind them takes longer than line by line.
_FEW = 16


class RunningSum:
    """The sum of the times of all frames so far, where only reading a line alone tells whether it is one.

    ``state`` is to be part of the parser's: it changes with each such line that has frames before it which
    were read at once, so that those behind it are looked at again.
    """

    def __init__(self) -> None:
        self.now_ns = 0
        self._stops = False

    @property
    def state(self) -> int:
        """What those lines are read by that stand behind one with a time."""
        return self.now_ns if self._stops else 0

    def take(self, lines: Lines, rows: Places, batch: FrameBatch) -> tuple[Places, FrameBatch]:
        """The frames up to the first line that is neither one of the rows nor empty, with summed times."""
        count = int(np.searchsorted(rows, _first_other(lines, rows)))
        rows, batch = rows[:count], batch[:count]
        sums = summed(self.now_ns, batch.timestamp_ns) if count >= _FEW else None
        self._stops = sums is not None
        if sums is None:
            return rows[:0], batch[:0]
        batch.records["timestamp_ns"], self.now_ns = sums
        return rows, batch


def _first_other(lines: Lines, rows: Places) -> int:
    others = np.ones(lines.count, dtype=np.bool_)
    others[rows] = False
    others &= lines.starts < lines.ends
    return next((row for row in np.flatnonzero(others).tolist() if lines.line(row).strip()), lines.count)


def summed(start_ns: int, steps: Numbers) -> tuple[Numbers, int] | None:
    """The sums of each step and all before it, from ``start_ns`` on, and the last.

    None where they are beyond all measure.
    """
    if abs(start_ns) + float(np.abs(steps).sum(dtype=np.float64)) >= LONGEST_TIME_NS:
        return None
    times = start_ns + np.cumsum(steps)
    return times, int(times[-1]) if len(times) else start_ns
