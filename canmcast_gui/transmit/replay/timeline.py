"""The times of a replay: a range of its frames, the longest gap between them, and its present position."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.transmit.events import ReplayStatus


def within(batches: Iterable[FrameBatch], start_ns: int, stop_ns: int | None) -> Iterator[FrameBatch]:
    """The frames whose time since the first frame is at least ``start_ns`` and below ``stop_ns``."""
    first_ns: int | None = None
    for batch in batches:
        if first_ns is None:
            if not len(batch):
                continue
            first_ns = int(batch.timestamp_ns[0])
        since = batch.timestamp_ns - first_ns
        keep = since >= start_ns
        if stop_ns is not None:
            keep &= since < stop_ns
        if keep.all():
            yield batch
        elif keep.any():
            yield batch[keep]


class LongestGap:
    """The longest time without a frame, in ns, of batches that are added one after the other."""

    def __init__(self) -> None:
        self.gap_ns = 0
        self._newest_ns: int | None = None

    def add(self, batch: FrameBatch) -> None:
        """Take the next batch into account."""
        if not len(batch):
            return
        times = (
            batch.timestamp_ns if self._newest_ns is None else np.append(self._newest_ns, batch.timestamp_ns)
        )
        self.gap_ns = max(self.gap_ns, int(np.diff(np.maximum.accumulate(times)).max(initial=0)))
        self._newest_ns = int(times.max())

    def sentence(self) -> str:
        """A note for users who chose several files and may have to wait; "" for a short gap."""
        minutes = round(self.gap_ns / NS_PER_SECOND / 60)
        if minutes < 10:
            return ""
        days, rest = divmod(minutes, 1440)
        duration = f"{days:,} days" if days > 1 else f"{rest // 60 + days * 24} h {rest % 60} min"
        return f"the times of these files leave {duration} without a frame between them"


class ReplayPosition:
    """The time in the recording, which advances between two status events; times are int nanoseconds.

    ``status`` is the last one; before the first event the position is unknown.
    """

    def __init__(self, status: ReplayStatus, speed: float | None) -> None:
        self.status = status
        self.speed = speed
        self._status_ns = 0

    def update(self, status: ReplayStatus, now_ns: int) -> None:
        """Take a newer status."""
        self.status, self._status_ns = status, now_ns

    def at(self, now_ns: int) -> int | None:
        """The time in the recording; None before the first frame is known."""
        position_ns = self.status.position_ns
        if position_ns is None or self.status.state != "playing" or self.speed is None:
            return position_ns
        return position_ns + round(max(0, now_ns - self._status_ns) * self.speed)
