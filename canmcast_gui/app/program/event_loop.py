"""What runs on the event loop of the window beside its events: display ticks, stalls, garbage collection.

Cyclic garbage is collected in the GUI thread only. Python otherwise collects it in the thread that happens to
create objects. In a worker, that may delete Qt objects: their destructors take locks of Qt and then wait for
the interpreter, while the GUI thread holds the interpreter and waits for the locks. The window then hangs.

Automatic collection in the GUI thread has the same problem: some destructors of Qt hold a lock while they
call a method that Python overrides. A collection that starts in that method deletes other objects, which may
need the same lock. So automatic collection stays off from before the first Qt object until the process ends.
"""

from __future__ import annotations

import gc
import time

import numpy as np
from PySide6.QtCore import QObject, Qt, QTimer, Signal

TICKS_PER_SECOND = 25


class DisplayClock(QObject):
    """Emits ``tick`` 25 times a second: a view connects while it is visible, and shows what is new.

    While ``paused`` views do not follow the newest frames; reception continues.
    """

    tick = Signal()
    paused_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.paused = False
        self._timer = QTimer(self)
        self._timer.setInterval(1000 // TICKS_PER_SECOND)
        self._timer.timeout.connect(self.tick)
        self._timer.start()

    def set_paused(self, paused: bool) -> None:
        """Have views stop at what they show, or follow again."""
        if paused != self.paused:
            self.paused = paused
            self.paused_changed.emit(paused)

    def stop(self) -> None:
        """Emit no more ticks; for the end of the program."""
        self._timer.stop()


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


# Often enough that little comes together: a look costs nothing, the young generation some milliseconds.
INTERVAL_MS = 100


def disable_automatic_collection() -> None:
    """To be called before the first object of Qt is made; nothing turns it on again."""
    gc.disable()


class GarbageCollection(QObject):
    """Does what Python does by itself elsewhere, from its making to end(), in the thread that makes it.

    Automatic collection is off from then on, and stays off. What there is at its making is taken for what
    stays as long as the program, and not looked at again.
    """

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        disable_automatic_collection()
        gc.freeze()
        self._timer = QTimer(self)
        self._timer.setInterval(INTERVAL_MS)
        self._timer.timeout.connect(collect_due)
        self._timer.start()

    def end(self) -> None:
        """Collect for the last time; what is still in use is deleted at the end of the process."""
        self._timer.stop()
        gc.unfreeze()
        gc.collect()


def collect_due() -> None:
    """Collect the oldest generation whose time has come, by Python's own thresholds."""
    due = zip(gc.get_count(), gc.get_threshold(), strict=True)
    generations = [number for number, (count, threshold) in enumerate(due) if count > threshold > 0]
    if generations:
        gc.collect(generations[-1])
