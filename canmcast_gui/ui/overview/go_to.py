"""The dialog Go to time."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QLineEdit, QVBoxLayout, QWidget

from canmcast_gui.models.overview.times import HINT, TimeRange
from canmcast_gui.ui import icons
from canmcast_gui.ui.content_size import FitHeight
from canmcast_gui.ui.labels import TintedLabel


class GoToTimeDialog(QDialog):
    """Asks for a time of the recording; ``chosen`` carries it in ns. Freed when it closes."""

    chosen = Signal(object)  # int: see Minimap

    def __init__(self, times: TimeRange, current_ns: int | None, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Go to time")
        self.setMinimumWidth(460)
        self._times = times
        here = times.first_ns if current_ns is None else current_ns
        self.field = QLineEdit(f"{(here - times.zero_ns) / 1e9:.3f}")
        self.field.selectAll()
        label = QLabel("&Time")
        label.setBuddy(self.field)
        hint = TintedLabel(f"{HINT[0].upper()}{HINT[1:]}")
        hint.setWordWrap(True)
        self.answer = TintedLabel()
        self.answer.setWordWrap(True)
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.go = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.go.setText("Go")
        icons.without_icons(self._buttons)
        self._buttons.accepted.connect(self._on_accepted)
        self._buttons.rejected.connect(self.reject)
        self.field.textChanged.connect(self._check)
        FitHeight(self)
        layout = QVBoxLayout(self)
        for widget in (label, self.field, hint, self.answer, self._buttons):
            layout.addWidget(widget)
        self._check()

    def _check(self) -> None:
        """Show which time the text means, or why it means none."""
        try:
            text, tint = self._times.describe(self._times.parse(self.field.text())), "muted"
        except ValueError as error:
            text, tint = str(error), "error"
        self.answer.set_tint(tint)
        self.answer.setText(text)
        self.go.setEnabled(tint == "muted")

    def _on_accepted(self) -> None:
        time_ns = self._times.parse(self.field.text())
        self.accept()
        self.chosen.emit(time_ns)
