"""How many frames may leave now: a limit for all that a program sends. No clock in here."""

from __future__ import annotations

# How much of a second's frames may leave at once: what a millisecond's jobs need when they are due together.
BURST_SECONDS = 0.02


class Budget:
    """Frames that may leave under ``rate`` frames per second; None is no limit.

    What is not used is kept for BURST_SECONDS. All times are int nanoseconds.
    """

    def __init__(self, rate: float | None = None) -> None:
        self.rate = rate
        self._left = 1.0
        self._at_ns = 0

    def allowed(self, wanted: int, now_ns: int) -> int:
        """How many of ``wanted`` frames may leave now; they count as sent."""
        if self.rate is None:
            return wanted
        burst = max(1.0, self.rate * BURST_SECONDS)
        self._left = min(burst, self._left + (now_ns - self._at_ns) * self.rate / 1e9)
        self._at_ns = now_ns
        taken = min(wanted, int(self._left))
        self._left -= taken
        return taken

    def give_back(self, frames: int) -> None:
        """So many of the allowed frames did not leave."""
        self._left += frames

    def next_ns(self, now_ns: int) -> int:
        """When the next frame may leave."""
        if self.rate is None:
            return now_ns
        left = min(1.0, self._left + (now_ns - self._at_ns) * self.rate / 1e9)
        return now_ns + round((1.0 - left) * 1e9 / self.rate)
