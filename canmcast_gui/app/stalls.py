"""How long the event loop keeps the user waiting: the time that its turns take."""

import time

import numpy as np
from PySide6.QtCore import QAbstractEventDispatcher, QObject

# Half an hour of turns at 300 a second; beyond that every second sample is dropped, so memory stays flat.
MAX_SAMPLES = 1 << 19


class StallMeter(QObject):
    """Measures the turns of this thread's event loop.

    A turn begins when the loop wakes up and ends when it is about to sleep again, or at the next wake-up
    where it does not sleep. While a turn lasts, nothing on the screen moves.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._turns_ms: list[float] = []
        self._every = 1
        self._skipped = 0
        self._longest_ms = 0.0
        self._woke: float | None = None
        dispatcher = QAbstractEventDispatcher.instance()
        dispatcher.awake.connect(self._on_awake)
        dispatcher.aboutToBlock.connect(self._on_sleep)

    @property
    def longest_ms(self) -> float:
        """The longest turn so far."""
        return self._longest_ms

    @property
    def p99_ms(self) -> float:
        """99 of 100 turns were shorter than this."""
        return float(np.percentile(self._turns_ms, 99)) if self._turns_ms else 0.0

    def reset(self) -> None:
        """Forget what was measured, for example while the program was still starting."""
        self._turns_ms.clear()
        self._longest_ms = 0.0
        self._woke = None

    def _on_awake(self) -> None:
        now = time.perf_counter()
        if self._woke is not None:
            self._add(now - self._woke)
        self._woke = now

    def _on_sleep(self) -> None:
        if self._woke is not None:
            self._add(time.perf_counter() - self._woke)
            self._woke = None

    def _add(self, seconds: float) -> None:
        milliseconds = seconds * 1000
        self._longest_ms = max(self._longest_ms, milliseconds)
        self._skipped += 1
        if self._skipped < self._every:
            return
        self._skipped = 0
        self._turns_ms.append(milliseconds)
        if len(self._turns_ms) >= MAX_SAMPLES:
            del self._turns_ms[::2]
            self._every *= 2
