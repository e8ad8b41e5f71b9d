"""Times that go backwards: they stay as they are, but somebody should know."""

from __future__ import annotations

import numpy as np

from canmcast_gui.counted import are, counted
from canmcast_gui.frames import FrameBatch


class Backwards:
    """Counts the frames that are older than the one before them."""

    def __init__(self) -> None:
        self.count = 0
        self._last: int | None = None

    def add(self, batch: FrameBatch) -> None:
        """Look at the next frames."""
        if not len(batch):
            return
        times = batch.timestamp_ns
        self.count += int(np.count_nonzero(times[1:] < times[:-1]))
        self.count += self._last is not None and int(times[0]) < self._last
        self._last = int(times[-1])

    @property
    def sentence(self) -> str:
        """What there is to say; "" where all times go forwards."""
        if not self.count:
            return ""
        return f"{counted(self.count, 'frame')} {are(self.count)} older than the one before"
