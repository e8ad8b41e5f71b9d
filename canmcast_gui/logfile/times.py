"""Times of log files: their range, the midnight that times of day count from, and clocks that wrap."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Mask, Numbers
from canmcast_gui.frames.units import NS_PER_SECOND

# Half of the range of 64 bits (146 years), so that the sum of a start and a time fits.
TIME_LIMIT_NS = 1 << 62

# A frame may be written after a newer one: a time that falls by less than this has not wrapped.
_LATE_NS = NS_PER_SECOND


def checked_start(start_ns: int) -> int:
    """The start of a file. Raises ValueError where times that count from it may not fit."""
    if abs(start_ns) >= TIME_LIMIT_NS:
        raise ValueError("start time out of range")
    return start_ns


def midnight_before(start_ns: int) -> int:
    """The start of the day, local time, in nanoseconds since 1970, UTC."""
    day = datetime.fromtimestamp(start_ns // NS_PER_SECOND).replace(hour=0, minute=0, second=0)
    return int(day.timestamp()) * NS_PER_SECOND


class Unwrapping:
    """Makes the times of a clock that starts again at 0 ascending.

    Adds a period whenever times within the period fall by more than ``slack_ns``. A frame from just before
    the wrap that is written after it keeps its time. A pause longer than a period less the slack is not
    detected. ``wraps`` counts the periods that were added to the last time.
    """

    def __init__(self, period_ns: int, slack_ns: int) -> None:
        self._period = period_ns
        self._slack = slack_ns
        self._last: int | None = None
        self.wraps = 0

    def is_plain(self, times: Numbers) -> bool:
        """Whether no wrap is among these next times, and they span at most the slack.

        Times in between, which are added later, then do not wrap either.
        """
        if not len(times):
            return True
        before = self._before(times)
        wraps = self._wrapped(before, times) | self._late(before, times)
        return not wraps.any() and bool(np.ptp(np.append(before, times[-1])) <= self._slack)

    def take(self, times: Numbers) -> Numbers:
        """The next times, int64 (n,) in file order, as ascending times."""
        if not len(times):
            return times
        before = self._before(times)
        self._last = int(times[-1])
        wrapped = self._wrapped(before, times)
        if not self.wraps and not wrapped.any():
            return times
        late = self._late(before, times) & (np.cumsum(wrapped) + self.wraps > 0)
        wraps = self.wraps + np.cumsum(wrapped.astype(np.int64) - late)
        self.wraps = int(wraps[-1])
        return times + wraps * self._period

    def take_one(self, time: int) -> int:
        """The next time as an ascending time. Raises ValueError for one that is out of range."""
        if abs(time) >= TIME_LIMIT_NS:
            raise ValueError("timestamp out of range")
        return int(self.take(np.array([time], dtype=np.int64))[0])

    def _before(self, times: Numbers) -> npt.NDArray[np.int64]:
        first = times[:1] if self._last is None else [self._last]
        return np.concatenate((first, times[:-1]))

    def _wrapped(self, before: Numbers, times: Numbers) -> Mask:
        return (times - before < -self._slack) & (before < self._period) & (times >= 0)

    def _late(self, before: Numbers, times: Numbers) -> Mask:
        return (times - before > self._period - _LATE_NS) & (before >= 0) & (times < self._period)
