"""Times that begin again at 0 after a minute, a day or 2**32 ticks, made to go forwards."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from canmcast_gui.logfile.rows import NANOSECONDS

MINUTE_NS = 60 * NANOSECONDS
HOUR_NS = 60 * MINUTE_NS
DAY_NS = 24 * HOUR_NS

# A frame may be written after one that is younger: so much is not yet a turn.
_LATE_NS = NANOSECONDS


class Unwrapping:
    """Adds a period whenever times fall by more than ``slack_ns``, both times being within a period.

    A frame from just before the turn that comes after it stays before it. A pause that is longer than a
    period less the slack cannot be told from a shorter one.
    """

    def __init__(self, period_ns: int, slack_ns: int) -> None:
        self._period = period_ns
        self._slack = slack_ns
        self._turns = 0
        self._last: int | None = None

    def take(self, times: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The next times, int64 (n,), in the order of the file, as times that go forwards."""
        if not len(times):
            return times
        first = int(times[0]) if self._last is None else self._last
        before = np.concatenate(([first], times[:-1]))
        self._last = int(times[-1])
        steps = times - before
        turned = steps < -self._slack
        if not self._turns and not turned.any():
            return times
        inside = (before >= 0) & (before < self._period) & (times >= 0) & (times < self._period)
        turned &= inside
        late = inside & (steps > self._period - _LATE_NS) & (np.cumsum(turned) + self._turns > 0)
        turns = self._turns + np.cumsum(turned.astype(np.int64) - late)
        self._turns = int(turns[-1])
        return times + turns * self._period
