"""Times that begin again at 0 after a minute, a day or 2**32 ticks, made to go forwards."""

from __future__ import annotations

from datetime import datetime

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.units import NS_PER_SECOND

# Half of what 64 bits hold, so that the sum of a file's start and a time in it fits: 146 years.
TIME_LIMIT_NS = 1 << 62

# A frame may be written after one that is younger: so much is not yet a turn.
_LATE_NS = NS_PER_SECOND


def checked_start(start_ns: int) -> int:
    """A file's start. Raises ValueError where times that count from it would not fit."""
    if abs(start_ns) >= TIME_LIMIT_NS:
        raise ValueError("a start beyond all measure")
    return start_ns


def midnight_before(start_ns: int) -> int:
    """The beginning of a day, local time, in nanoseconds since 1970, UTC."""
    day = datetime.fromtimestamp(start_ns // NS_PER_SECOND).replace(hour=0, minute=0, second=0)
    return int(day.timestamp()) * NS_PER_SECOND


class Unwrapping:
    """Adds a period whenever times fall by more than ``slack_ns``, both times being within a period.

    A frame from just before the turn that comes after it stays before it. A pause that is longer than a
    period less the slack cannot be told from a shorter one. ``turns`` is how many periods were added to the
    last time.
    """

    def __init__(self, period_ns: int, slack_ns: int) -> None:
        self._period = period_ns
        self._slack = slack_ns
        self._last: int | None = None
        self.turns = 0

    def goes_straight(self, times: npt.NDArray[np.int64]) -> bool:
        """Whether none of these times, as the next, would begin a period or belong to the one before.

        Nor may they be further apart than the slack: what stands between them may come after them all.
        """
        if not len(times):
            return True
        before = self._before(times)
        turns = self._turned(before, times) | self._late(before, times)
        return not turns.any() and bool(np.ptp(np.append(before, times[-1])) <= self._slack)

    def take(self, times: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The next times, int64 (n,), in the order of the file, as times that go forwards."""
        if not len(times):
            return times
        before = self._before(times)
        self._last = int(times[-1])
        turned = self._turned(before, times)
        if not self.turns and not turned.any():
            return times
        late = self._late(before, times) & (np.cumsum(turned) + self.turns > 0)
        turns = self.turns + np.cumsum(turned.astype(np.int64) - late)
        self.turns = int(turns[-1])
        return times + turns * self._period

    def one(self, time: int) -> int:
        """The next time, where it is a single one. Raises ValueError for one that no file can have."""
        if abs(time) >= TIME_LIMIT_NS:
            raise ValueError("a time that is too large")
        return int(self.take(np.array([time], dtype=np.int64))[0])

    def _before(self, times: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        first = times[:1] if self._last is None else [self._last]
        return np.concatenate((first, times[:-1]))

    def _turned(self, before: npt.NDArray[np.int64], times: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        return (times - before < -self._slack) & (before < self._period) & (times >= 0)

    def _late(self, before: npt.NDArray[np.int64], times: npt.NDArray[np.int64]) -> npt.NDArray[np.bool_]:
        return (times - before > self._period - _LATE_NS) & (before >= 0) & (times < self._period)
