"""The limit of a sender's rate."""

from __future__ import annotations

import math
import time
from collections.abc import Callable

# Part of a second whose frames may be sent at once after a pause.
_BURST_SECONDS = 0.01


class Pace:
    """Limits sending to ``rate`` frames per second. ``at_once`` frames may be sent together after a pause.

    The caller waits. One that must not, such as the transmit process, has a limit of its own before it.
    """

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
        """Wait until ``frames`` may be sent; returns False at once if that takes longer than ``timeout``."""
        now = self._clock()
        start = max(self._free_at, now - (self.at_once - 1) * self._interval)
        delay = start + (frames - 1) * self._interval - now
        if timeout is not None and delay > timeout:
            return False
        if delay > 0:
            self._sleep(delay)
        self._free_at = start + frames * self._interval
        return True
