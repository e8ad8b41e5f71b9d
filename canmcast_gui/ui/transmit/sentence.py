"""A line below a panel for what went wrong there, or else for what is in the way."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import QApplication, QLabel, QWidget

from canmcast_gui.ui import theme


class Sentence(QLabel):
    """Shows the last problem in the colour of errors, else a hint; it is hidden while there is neither."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.problem = ""
        self._hint = ""
        self.setWordWrap(True)
        self.setContentsMargins(8, 3, 8, 4)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.repaint_text()

    def say(self, problem: str) -> None:
        """Show a problem; an empty one when it is put right."""
        self.problem = problem
        self.repaint_text()

    def hint(self, hint: str) -> None:
        """What to show while there is no problem."""
        if hint != self._hint:
            self._hint = hint
            self.repaint_text()

    def repaint_text(self) -> None:
        """Show it in the colours of the theme."""
        named = theme.colors(self.palette())
        palette = QPalette(QApplication.palette(self))
        color = named.error if self.problem else named.muted
        palette.setColor(QPalette.ColorRole.WindowText, color)
        self.setPalette(palette)
        self.setText(self.problem or self._hint)
        self.setVisible(bool(self.text()))
