"""The dialog in which a bus is chosen."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QDialog, QDialogButtonBox, QLabel, QVBoxLayout, QWidget

from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui import icons
from canmcast_gui.ui.connect.form import ConnectForm
from canmcast_gui.ui.dialogs.fitting import FitHeight

WIDTH = 560


class ConnectDialog(QDialog):
    """``chosen`` carries the settings once the user agrees; the dialog is freed when it closes."""

    chosen = Signal(object)

    def __init__(self, settings: BusSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Connect to a bus")
        self.resize(WIDTH, 0)
        self.form = ConnectForm(settings)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self._ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        self._ok.setText("Connect")
        icons.without_icons(self.buttons)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        word = QLabel("All programs with the same group and port on the same network share one bus.")
        word.setWordWrap(True)
        layout = QVBoxLayout(self)
        layout.setSpacing(12)
        layout.addWidget(word)
        layout.addWidget(self.form)
        layout.addStretch(1)
        layout.addWidget(self.buttons)
        FitHeight(self)
        self.form.changed.connect(self._check)
        self._check()

    def _check(self) -> None:
        self._ok.setEnabled(not self.form.problems)

    def _on_accepted(self) -> None:
        self.chosen.emit(self.form.settings())
        self.accept()
