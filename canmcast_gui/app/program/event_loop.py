"""The event loop of the window: display ticks, stalls, garbage collection, signals that end the process.

Cyclic garbage is collected in the GUI thread only. Python otherwise collects it in the thread that happens to
create objects. In a worker, that may delete Qt objects: their destructors take locks of Qt and then wait for
the interpreter, while the GUI thread holds the interpreter and waits for the locks. The window then hangs.

Automatic collection in the GUI thread has the same problem: some destructors of Qt hold a lock while they
call a method that Python overrides. A collection that starts in that method deletes other objects, which may
need the same lock. So automatic collection stays off from before the first Qt object until the process ends.
"""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier, Qt, QTimer, Signal

from canmcast_gui.processes.parent import EndSignals

TICKS_PER_SECOND = 25
# While nothing happens: users do not notice a delay of 100 ms, and an idle program takes little of a core.
IDLE_TICKS_PER_SECOND = 10
# Ticks without activity until the clock slows down: a second.
_IDLE_AFTER = TICKS_PER_SECOND


class DisplayClock(QObject):
    """Emits ``tick``: a view connects while it is visible, and shows what is new.

    There are 25 ticks a second, and fewer while ``wake`` is not called. While ``paused`` views do not follow
    the newest frames; reception continues.
    """

    tick = Signal()
    paused_changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.paused = False
        self._quiet_ticks = 0
        self._timer = QTimer(self)
        self._timer.setInterval(1000 // TICKS_PER_SECOND)
        self._timer.timeout.connect(self._on_timeout)
        self._timer.start()

    @property
    def is_idle(self) -> bool:
        """Whether there are fewer ticks."""
        return self._timer.interval() > 1000 // TICKS_PER_SECOND

    def wake(self, *_signal: object) -> None:
        """Something has happened that views show: tick 25 times a second for the next second."""
        self._quiet_ticks = 0
        if self.is_idle:
            self._timer.setInterval(1000 // TICKS_PER_SECOND)

    def _on_timeout(self) -> None:
        self._quiet_ticks += 1
        if self._quiet_ticks > _IDLE_AFTER and not self.is_idle:
            self._timer.setInterval(1000 // IDLE_TICKS_PER_SECOND)
        self.tick.emit()

    def set_paused(self, paused: bool) -> None:
        """Have views keep what they show, or follow the newest frames again."""
        if paused != self.paused:
            self.paused = paused
            self.paused_changed.emit(paused)

    def stop(self) -> None:
        """Stop the ticks, at the end of the program."""
        self._timer.stop()


# The periods of the timer while frames arrive or the loop is late, and else. Each timeout costs some 50 µs.
# The signals of the event dispatcher need no timer, but on Unix none of them is emitted when the loop wakes.
SAMPLE_MS = 5
IDLE_SAMPLE_MS = 50
# After this many samples without activity the loop is idle: a second.
IDLE_AFTER = 200

# 44 minutes of samples; then every second one is dropped, so that memory is bounded.
MAX_SAMPLES = 1 << 19


class StallMeter(QObject):
    """Measures the time between two turns of the event loop of this thread, in milliseconds.

    An idle loop is sampled less often, and its stalls are then up to IDLE_SAMPLE_MS too long, never too
    short. It becomes busy with the first late sample, or when ``activity`` has another value, such as a count
    of frames.
    """

    def __init__(self, parent: QObject | None = None, activity: Callable[[], object] = lambda: None) -> None:
        super().__init__(parent)
        self._activity = activity
        self._seen = activity()
        self._quiet = 0
        self._samples: list[float] = []
        self._every = 1
        self._skipped = 0
        self._longest = 0.0
        self._last = time.perf_counter()
        self._timer = QTimer(self)
        self._timer.setTimerType(Qt.TimerType.PreciseTimer)
        self._timer.setInterval(SAMPLE_MS)
        self._timer.timeout.connect(self._sample)
        self._timer.start()

    @property
    def is_idle(self) -> bool:
        """Whether samples are taken with the longer period."""
        return self._timer.interval() == IDLE_SAMPLE_MS

    @property
    def samples(self) -> int:
        """How many samples are stored, of at most MAX_SAMPLES."""
        return len(self._samples)

    @property
    def longest_ms(self) -> float:
        """The longest stall so far."""
        return self._longest

    @property
    def p99_ms(self) -> float:
        """99 of 100 stalls were shorter than this; 0 before the first sample."""
        import numpy as np  # here, because this module is imported before the first picture is drawn

        return float(np.percentile(self._samples, 99)) if self._samples else 0.0

    def reset(self) -> None:
        """Discard all samples, for example those from the start of the program."""
        self._samples.clear()
        self._longest = 0.0
        self._last = time.perf_counter()
        self._quiet = 0

    def _sample(self) -> None:
        now = time.perf_counter()
        passed = (now - self._last) * 1000
        is_late = passed > self._timer.interval() + SAMPLE_MS
        self.add(passed if is_late or not self.is_idle else SAMPLE_MS)
        self._last = now
        seen = self._activity()
        self._quiet = 0 if is_late or seen != self._seen else self._quiet + 1
        self._seen = seen
        self._choose_period()

    def _choose_period(self) -> None:
        period = IDLE_SAMPLE_MS if self._quiet > IDLE_AFTER else SAMPLE_MS
        if period != self._timer.interval():
            self._timer.setInterval(period)

    def add(self, milliseconds: float) -> None:
        """Add a sample."""
        self._longest = max(self._longest, milliseconds)
        self._skipped += 1
        if self._skipped < self._every:
            return
        self._skipped = 0
        self._samples.append(milliseconds)
        if len(self._samples) >= MAX_SAMPLES:
            del self._samples[::2]
            self._every *= 2


# Short enough for few objects to collect: a check costs nothing, the young generation some milliseconds.
INTERVAL_MS = 100


def disable_automatic_collection() -> None:
    """Call this before the first Qt object is created; nothing may turn collection on again."""
    gc.disable()


class GarbageCollection(QObject):
    """Collects garbage from a timer, in the thread that creates this object, until end().

    Automatic collection is off from then on. Objects that exist at that time are excluded from collection:
    most of them stay as long as the program.
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
        """Collect for the last time. Objects that are still in use are deleted when the process ends."""
        self._timer.stop()
        gc.unfreeze()
        gc.collect()


def collect_due() -> None:
    """Collect the oldest generation that has reached its threshold."""
    due = zip(gc.get_count(), gc.get_threshold(), strict=True)
    generations = [number for number, (count, threshold) in enumerate(due) if count > threshold > 0]
    if generations:
        gc.collect(generations[-1])


class InterruptWatch(QObject):
    """Emits ``interrupted`` on the event loop when the system asks the program to end."""

    interrupted = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._signals = EndSignals()
        self._notifier = QSocketNotifier(self._signals.fileno(), QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_signal)

    def _on_signal(self) -> None:
        self._signals.clear()
        self.interrupted.emit()

    def close(self) -> None:
        """Restore the old signal handlers."""
        self._notifier.setEnabled(False)
        self._signals.close()


# A window that is connected to a bus and records has 40 open; Qt ends the process if it cannot open another.
MIN_OPEN_FILES = 64
# Enough for recordings of many chunks and for the views that read them.
WANTED_OPEN_FILES = 1024


def allow_open_files() -> str | None:
    """Raise the limit of open files as far as needed. Returns a message if the system allows too few."""
    if sys.platform == "win32":
        return None
    import resource

    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    wanted = WANTED_OPEN_FILES if most == unlimited else min(WANTED_OPEN_FILES, most)
    if allowed != unlimited and allowed < wanted:
        allowed = wanted
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    if allowed == unlimited or allowed >= MIN_OPEN_FILES:
        return None
    needed = f"at least {MIN_OPEN_FILES} are needed: see ulimit -n"
    return f"the system allows only {allowed} open files, and {needed}"
