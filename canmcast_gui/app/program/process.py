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
        """Put the old handlers back."""
        self._notifier.setEnabled(False)
        self._signals.close()


# A window on a bus that records has 40 open; Qt ends the process where it gets none.
FEWEST = 64
# For recordings of many parts, and for views that read them meanwhile.
ENOUGH = 1024


def allow_open_files() -> str | None:
    """Ask for as many open files as are needed; a sentence where the system allows too few."""
    if sys.platform == "win32":
        return None
    import resource

    allowed, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    unlimited = resource.RLIM_INFINITY
    wanted = ENOUGH if most == unlimited else min(ENOUGH, most)
    if allowed != unlimited and allowed < wanted:
        allowed = wanted
        resource.setrlimit(resource.RLIMIT_NOFILE, (allowed, most))
    if allowed == unlimited or allowed >= FEWEST:
        return None
    return f"the system allows only {allowed} open files, and at least {FEWEST} are needed: see ulimit -n"
