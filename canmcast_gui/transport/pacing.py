"""A limit on frames per second, for networks that are shared with others."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

# How much of a second's frames may go out at once after a pause.
_BURST_SECONDS = 0.01


class Pace:
    """Keeps to ``rate`` frames per second. ``at_once`` is how many may go out together after a pause."""

    def __init__(
        self,
        rate: float,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._interval = 1.0 / rate
        self._clock = clock
        self._sleep = sleep
        self._free_at = -math.inf
        self.at_once = max(1, int(rate * _BURST_SECONDS))

    def wait(self, frames: int = 1, timeout: float | None = None) -> bool:
        """Wait until ``frames`` more may go out; False, at once, where that takes longer than ``timeout``."""
        now = self._clock()
        start = max(self._free_at, now - (self.at_once - 1) * self._interval)
        delay = start + (frames - 1) * self._interval - now
        if timeout is not None and delay > timeout:
            return False
        if delay > 0:
            self._sleep(delay)
        self._free_at = start + frames * self._interval
        return True
