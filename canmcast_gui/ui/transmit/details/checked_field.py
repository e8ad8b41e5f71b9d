"""A field of a form with the problem of its value below it."""

from __future__ import annotations

from PySide6.QtWidgets import QVBoxLayout, QWidget

from canmcast_gui.ui.labels import TintedLabel


class CheckedField(QWidget):
    """An editor; below it, if there is one, the problem of its value."""

    def __init__(self, editor: QWidget, parent: QWidget) -> None:
        super().__init__(parent)
        self.editor = editor
        self.problem = TintedLabel(parent=self, tint="error")
        self.problem.setWordWrap(True)
        self.problem.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(1)
        layout.addWidget(editor)
        layout.addWidget(self.problem)
        self.setFocusProxy(editor)

    @property
    def has_problem(self) -> bool:
        """Whether a problem is shown."""
        return not self.problem.isHidden()

    def show_problem(self, text: str) -> None:
        """Show a problem; "" for none."""
        self.problem.setText(text)
        self.problem.setVisible(bool(text))
