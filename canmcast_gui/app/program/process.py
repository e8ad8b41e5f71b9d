"""The process of the window: signals that end it, and how many files it may open."""

from __future__ import annotations

import sys

from PySide6.QtCore import QObject, QSocketNotifier, Signal

from canmcast_gui.processes.end_signals import EndSignals


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
