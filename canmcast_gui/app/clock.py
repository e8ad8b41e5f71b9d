"""One clock for all views: whatever arrives in between, they are asked to repaint 25 times a second."""

from PySide6.QtCore import QObject, QTimer, Signal

TICKS_PER_SECOND = 25


class DisplayClock(QObject):
    """Emits ``tick`` 25 times a second; a view connects while it is visible and asks what is new."""

    tick = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._timer = QTimer(self)
        self._timer.setInterval(1000 // TICKS_PER_SECOND)
        self._timer.timeout.connect(self.tick)
        self._timer.start()

    def stop(self) -> None:
        """Tick no more; for the end of the program."""
        self._timer.stop()
