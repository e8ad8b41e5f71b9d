"""From the bus's ``fileno()`` to batches on the GUI thread."""

from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier, QTimer, Signal

from canmcast_gui.frames import FrameBatch

# Between two reads the frames wait in the ring, which holds seconds of them. Reading 60 times a second
# instead of at every wake-up gives batches that are worth the work of a turn of the event loop.
PAUSE_MS = 15


class Pump(QObject):
    """Takes a batch whenever the descriptor is readable, and then leaves it alone for a moment."""

    arrived = Signal(object)

    def __init__(self, fileno: int, take: Callable[[], FrameBatch], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._take = take
        self._notifier = QSocketNotifier(fileno, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_readable)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(PAUSE_MS)
        self._pause.timeout.connect(lambda: self._notifier.setEnabled(True))

    def _on_readable(self) -> None:
        self._notifier.setEnabled(False)
        self._pause.start()
        self._take_one()

    def _take_one(self) -> None:
        batch = self._take()
        if len(batch):
            self.arrived.emit(batch)

    def drain(self) -> None:
        """Take all that is there now."""
        while len(batch := self._take()):
            self.arrived.emit(batch)

    def stop(self) -> None:
        """Let go of the descriptor; must come before it is closed."""
        self._pause.stop()
        self._notifier.setEnabled(False)
