"""A line below a panel for what went wrong there, or else for what is in the way."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget

from canmcast_gui.ui.tinted_label import TintedLabel


class Sentence(TintedLabel):
    """Shows the last problem in the colour of errors, else a hint; it is hidden while there is neither."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent=parent)
        self.problem = ""
        self._hint = ""
        self.setWordWrap(True)
        self.setContentsMargins(8, 3, 8, 4)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self._show()

    def say(self, problem: str) -> None:
        """Show a problem; an empty one when it is put right."""
        self.problem = problem
        self._show()

    def hint(self, hint: str) -> None:
        """What to show while there is no problem."""
        if hint != self._hint:
            self._hint = hint
            self._show()

    def _show(self) -> None:
        self.set_tint("error" if self.problem else "muted")
        self.setText(self.problem or self._hint)
        self.setVisible(bool(self.text()))
