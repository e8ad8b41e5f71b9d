"""What is played of a recording: a range of its time; and how long nothing happens in it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.units import NS_PER_SECOND


def within(batches: Iterable[FrameBatch], start_ns: int, stop_ns: int | None) -> Iterator[FrameBatch]:
    """The frames whose time since the first frame lies from ``start_ns`` up to before ``stop_ns``."""
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
        """Look at the next batch."""
        if not len(batch):
            return
        times = (
            batch.timestamp_ns if self._newest_ns is None else np.append(self._newest_ns, batch.timestamp_ns)
        )
        self.gap_ns = max(self.gap_ns, int(np.diff(np.maximum.accumulate(times)).max(initial=0)))
        self._newest_ns = int(times.max())

    def sentence(self) -> str:
        """What to tell a user who has chosen several files and may wait for long; "" for a short gap."""
        minutes = round(self.gap_ns / NS_PER_SECOND / 60)
        if minutes < 10:
            return ""
        days, rest = divmod(minutes, 1440)
        much = f"{days:,} days" if days > 1 else f"{rest // 60 + days * 24} h {rest % 60} min"
        return f"the times of these files leave {much} without a frame between them"
