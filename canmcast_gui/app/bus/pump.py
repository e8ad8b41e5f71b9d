"""Takes batches of frames when a descriptor says that some wait."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QSocketNotifier, QTimer

# Between two reads frames wait in the ring, which holds seconds of them. Reading 60 times a second instead of
# at every wake-up gives batches that are worth the work of a turn of the event loop.
READ_INTERVAL_MS = 15


class Pump(QObject):
    """Calls ``take`` when the descriptor is readable, and then not again for a moment.

    ``take`` takes a batch that waits and returns whether there was one.
    """

    def __init__(self, fileno: int, take: Callable[[], bool], parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._take = take
        self._notifier = QSocketNotifier(fileno, QSocketNotifier.Type.Read, self)
        self._notifier.activated.connect(self._on_readable)
        self._pause = QTimer(self)
        self._pause.setSingleShot(True)
        self._pause.setInterval(READ_INTERVAL_MS)
        self._pause.timeout.connect(lambda: self._notifier.setEnabled(True))

    def _on_readable(self) -> None:
        self._notifier.setEnabled(False)
        self._pause.start()
        self._take()

    def drain(self) -> None:
        """Take everything that waits."""
        while self._take():
            pass

    def stop(self) -> None:
        """Stop using the descriptor; required before it is closed."""
        self._pause.stop()
        self._notifier.setEnabled(False)
