"""Ctrl+C and a polite kill end the program as closing the window does."""

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
