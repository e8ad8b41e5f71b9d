"""Frames of several channels in the order of their times."""

from __future__ import annotations

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import Times
from canmcast_gui.frames.units import NS_PER_MS

# How long a frame waits for earlier ones of other channels.
DELAY_NS = 20 * NS_PER_MS


class ChannelMerger:
    """Keeps frames for ``delay_ns``, and returns them in the order of their times. No clock of its own.

    A frame that arrives later than that is appended where it arrives, and counted in ``late``. The frames of
    one channel stay in their order: only frames of different channels change places.
    """

    def __init__(self, delay_ns: int = DELAY_NS) -> None:
        self.late = 0
        self._delay_ns = delay_ns
        self._waiting: list[FrameBatch] = []
        self._passed_ns: int | None = None

    def __len__(self) -> int:
        """The number of frames that wait."""
        return sum(map(len, self._waiting))

    def add(self, batch: FrameBatch) -> None:
        """Add frames of one channel that have just arrived."""
        if len(batch):
            self._waiting.append(batch)

    def take(self, now_ns: int) -> FrameBatch:
        """The frames that have waited long enough at ``now_ns`` (UTC), oldest first."""
        return self._take_until(now_ns - self._delay_ns)

    def take_all(self) -> FrameBatch:
        """All frames that wait, oldest first."""
        return self._take_until(None)

    def _take_until(self, until_ns: int | None) -> FrameBatch:
        if not self._waiting:
            return FrameBatch.empty()
        batch = FrameBatch.concatenate(self._waiting)
        order = np.argsort(_order_times(batch), kind="stable")
        batch = batch[order]
        count = (
            len(batch) if until_ns is None else int(np.searchsorted(_order_times(batch), until_ns, "right"))
        )
        due, rest = batch[:count], batch[count:]
        self._waiting = [rest.compact()] if len(rest) else []
        if count:
            self._count_late(due)
        return due

    def _count_late(self, due: FrameBatch) -> None:
        times = due.timestamp_ns
        if self._passed_ns is not None:
            self.late += int(np.count_nonzero(times < self._passed_ns))
        self._passed_ns = max(int(times.max()), self._passed_ns or 0)


def _order_times(batch: FrameBatch) -> Times:
    """Times to sort by: of each channel never decreasing, so that its frames stay in their order."""
    times = batch.timestamp_ns.copy()
    channels = batch.channel
    for number in np.unique(channels).tolist():
        rows = np.flatnonzero(channels == number)
        times[rows] = np.maximum.accumulate(times[rows])
    return times
