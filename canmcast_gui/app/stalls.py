"""How long the event loop keeps the user waiting: the time between two of its turns."""

import time

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer

# A beat every 5 ms: an undisturbed loop shows stalls of about that, and a beat costs some 10 µs. The event
# dispatcher's own signals would need no beat, but on Unix none of them tells when a sleep has ended.
BEAT_MS = 5

# 44 minutes of beats; then every second one is dropped, so that memory stays flat.
MAX_SAMPLES = 1 << 19


class StallMeter(QObject):
    """Measures the gaps between turns of this thread's event loop, in milliseconds."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gaps: list[float] = []
        self._every = 1
        self._skipped = 0
        self._longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(BEAT_MS)
        self._timer.timeout.connect(self._beat)
        self._timer.start()

    @property
    def longest_ms(self) -> float:
        """The longest gap so far."""
        return self._longest

    @property
    def p99_ms(self) -> float:
        """99 of 100 gaps were shorter than this; 0 before the first."""
        return float(np.percentile(self._gaps, 99)) if self._gaps else 0.0

    def reset(self) -> None:
        """Forget what was measured, for example while the program was still starting."""
        self._gaps.clear()
        self._longest = 0.0
        self._last = time.perf_counter()

    def _beat(self) -> None:
        now = time.perf_counter()
        self.add((now - self._last) * 1000)
        self._last = now

    def add(self, milliseconds: float) -> None:
        """Count one gap."""
        self._longest = max(self._longest, milliseconds)
        self._skipped += 1
        if self._skipped < self._every:
            return
        self._skipped = 0
        self._gaps.append(milliseconds)
        if len(self._gaps) >= MAX_SAMPLES:
            del self._gaps[::2]
            self._every *= 2
