"""Something slow, done once for many causes that come together."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

# Nobody sees that a sum is so much late.
LATER_MS = 50


class Later(QTimer):
    """start() has it done soon; so do further ones until then, but only once."""

    def __init__(self, act: Callable[[], None], parent: QObject) -> None:
        super().__init__(parent)
        self.setSingleShot(True)
        self.setInterval(LATER_MS)
        self.timeout.connect(act)

    def start(self, *_signal: object) -> None:
        """Have it done soon; a timer that is started again and again would wait as long as that goes on."""
        if not self.isActive():
            super().start()
