"""The main switch of everything that the window sends."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

SWITCHED_OFF = "Nothing is sent while the main switch is off: switch Transmit on first."


class TransmitSwitch(QObject):
    """On or off; ``changed`` carries which. What sends asks it first, and stops when it goes off."""

    changed = Signal(bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.on = True

    def set(self, on: bool) -> None:
        """Switch on or off."""
        if on != self.on:
            self.on = on
            self.changed.emit(on)
