"""Auto-scroll: the newest row stays in view until the user scrolls up, and again once back at the end."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QScrollBar


class Follower(QObject):
    """Keeps a scroll bar at its end while ``following``; ``changed`` says when that begins or ends."""

    changed = Signal(bool)

    def __init__(self, bar: QScrollBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.following = True
        self._bar = bar
        self._ours = False
        bar.rangeChanged.connect(self._on_range)
        bar.valueChanged.connect(self._on_value)

    def set_following(self, on: bool) -> None:
        """Go to the end and stay there, or stay here."""
        if on:
            self._move(self._bar.maximum())
        if on != self.following:
            self.following = on
            self.changed.emit(on)

    def rows_gone(self, count: int) -> None:
        """Rows went away at the top: what is in view stays in view."""
        if not self.following:
            self._move(max(self._bar.value() - count, 0))

    def _on_range(self, _minimum: int, maximum: int) -> None:
        if self.following:
            self._move(maximum)

    def _on_value(self, value: int) -> None:
        if self._ours:
            return
        following = value >= self._bar.maximum()
        if following != self.following:
            self.following = following
            self.changed.emit(following)

    def _move(self, value: int) -> None:
        self._ours = True
        self._bar.setValue(value)
        self._ours = False
