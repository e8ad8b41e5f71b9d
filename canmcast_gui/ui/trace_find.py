"""Find a frame: the same language as the filter, but it jumps instead of hiding."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeyEvent, QKeySequence, QShortcut
from PySide6.QtWidgets import QHBoxLayout, QLabel, QLineEdit, QSizePolicy, QToolButton, QWidget

from canmcast_gui.frames.filters import FilterError
from canmcast_gui.ui import icons
from canmcast_gui.ui.trace_filter import FilterState

Find = Callable[[str, bool], bool]


class FindBar(QWidget):
    """A line below the trace. Return or F3 finds the next frame, Shift with them the one before."""

    def __init__(self, filters: FilterState, find: Find, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._find = find
        self._filters = filters
        self._text = QLineEdit()
        self._text.setPlaceholderText("Find: id, name, data, or an expression as in the filter")
        self._text.setClearButtonEnabled(True)
        self._answer = QLabel()
        self._answer.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(8, 4, 8, 4)
        layout.addWidget(QLabel("Find"))
        layout.addWidget(self._text, 3)
        layout.addWidget(self._button("previous", "Find the frame before (Shift+F3)", True))
        layout.addWidget(self._button("next", "Find the next frame (F3)", False))
        layout.addWidget(self._answer, 2)
        close = QToolButton()
        close.setIcon(icons.icon("close"))
        close.setAutoRaise(True)
        close.setToolTip("Close (Esc)")
        close.clicked.connect(self.close_bar)
        layout.addWidget(close)
        self.hide()
        assert parent is not None
        QShortcut(QKeySequence("F3"), parent, lambda: self.find(False))
        QShortcut(QKeySequence("Shift+F3"), parent, lambda: self.find(True))

    def _button(self, icon: str, tip: str, backwards: bool) -> QToolButton:
        button = QToolButton()
        button.setIcon(icons.icon(icon))
        button.setToolTip(tip)
        button.setAutoRaise(True)
        button.clicked.connect(lambda: self.find(backwards))
        return button

    def open(self) -> None:
        """Show the bar and type into it."""
        self.show()
        self._text.setFocus()
        self._text.selectAll()

    def close_bar(self) -> None:
        """Hide the bar."""
        self.hide()
        self.parentWidget().setFocus()

    def find(self, backwards: bool) -> None:
        """Jump, or say why not."""
        if not self._text.text().strip():
            self.open()
            return
        try:
            found = self._find(self._text.text(), backwards)
        except FilterError as error:
            self._answer.setText(f"{error.message}, at character {error.position + 1}")
            return
        self._answer.setText("" if found else "none before this one" if backwards else "none after this one")

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.find(bool(event.modifiers() & Qt.KeyboardModifier.ShiftModifier))
        elif event.key() == Qt.Key.Key_Escape:
            self.close_bar()
        else:
            super().keyPressEvent(event)
