"""Keys that send rows of the transmit table, wherever in the window the user is."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QAction, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractSpinBox,
    QApplication,
    QComboBox,
    QLineEdit,
    QPlainTextEdit,
    QTextEdit,
    QWidget,
)

from canmcast_gui.ui.actions import EVERYWHERE


class RowKeys(QObject):
    """``pressed`` carries the key of one or several rows, while nobody types in an edit field.

    The keys belong to a window, and work whether or not the table is in sight.
    """

    pressed = Signal(str)

    def __init__(self, window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._shortcuts: dict[str, QShortcut] = {}

    @property
    def keys(self) -> list[str]:
        """The keys that send something, in their order."""
        return sorted(self._shortcuts)

    def use_window(self, window: QWidget) -> None:
        """Work in another window from now on."""
        keys = self.keys
        self.use([])
        self._window = window
        self.use(keys)

    def use(self, keys: list[str]) -> None:
        """Have just these keys; those that the window uses itself are left to it."""
        wanted = {key for key in set(keys) - {""} if key in self._shortcuts or not self.taken_by(key)}
        for key in set(self._shortcuts) - wanted:
            shortcut = self._shortcuts.pop(key)
            shortcut.setEnabled(False)
            shortcut.deleteLater()
        for key in wanted - set(self._shortcuts):
            shortcut = QShortcut(QKeySequence(key), self._window)
            shortcut.setContext(EVERYWHERE)
            shortcut.setAutoRepeat(False)
            shortcut.activated.connect(partial(self._on_key, key))
            self._shortcuts[key] = shortcut

    def taken_by(self, key: str) -> str:
        """What the window does at that key; "" where it is free."""
        wanted = QKeySequence(key)
        for action in self._window.findChildren(QAction):
            if wanted in action.shortcuts():
                return action.text().replace("&", "").rstrip("…")
        return ""

    def _on_key(self, key: str) -> None:
        if not is_typing():
            self.pressed.emit(key)


def is_typing() -> bool:
    """Whether keys go into an edit field just now."""
    widget = QApplication.focusWidget()
    if isinstance(widget, QComboBox):
        return widget.isEditable()
    if isinstance(widget, QLineEdit | QTextEdit | QPlainTextEdit | QAbstractSpinBox):
        return not widget.isReadOnly()
    return False
