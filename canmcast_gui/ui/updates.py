"""When views are updated: on ticks of the display clock, or once for several changes."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEvent, QObject, QTimer
from PySide6.QtWidgets import QWidget

from canmcast_gui.app.program.event_loop import DisplayClock

# Too short for a user to notice.
DELAY_MS = 50


class VisibleTicks(QObject):
    """Calls ``action`` on each ``every``-th tick while ``widget`` is visible, and at once when it appears."""

    def __init__(
        self, clock: DisplayClock, widget: QWidget, action: Callable[[], None], every: int = 1
    ) -> None:
        super().__init__(widget)
        self._clock = clock
        self._action = action
        self._every = every
        self._ticks = 0
        self._connected = False
        widget.installEventFilter(self)

    def eventFilter(self, _widget: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show and not self._connected:
            self._connected = True
            self._clock.tick.connect(self._tick)
            self._action()
        elif event.type() == QEvent.Type.Hide and self._connected:
            self._connected = False
            self._clock.tick.disconnect(self._tick)
        return False

    def _tick(self) -> None:
        self._ticks += 1
        if self._ticks % self._every == 0:
            self._action()


class Debouncer(QTimer):
    """Calls ``action`` once, shortly after the first of several calls of start()."""

    def __init__(self, action: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self.setSingleShot(True)
        self.setInterval(DELAY_MS)
        self.timeout.connect(action)

    def start(self, *_signal: object) -> None:
        """Call the action soon. A running timer is not restarted, so frequent calls cannot postpone it."""
        if not self.isActive():
            super().start()
