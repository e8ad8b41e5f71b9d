"""The dialog for exporting the signals of the recording as a table."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QDialog,
    QDialogButtonBox,
    QLineEdit,
    QListWidget,
    QListWidgetItem,
    QRadioButton,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.document.files import SignalExport
from canmcast_gui.ui import icons
from canmcast_gui.ui.dialogs.resample import ResampleRow
from canmcast_gui.ui.item_views import VisibleChecks, leave_by_tab

TABLES = "CSV (*.csv);;Parquet (*.parquet);;ASAM MF4 (*.mf4)"
NS_PER_MS = 1_000_000


class ExportSignalsDialog(QDialog):
    """Asks which signals to export; ``chosen`` carries a SignalExport. Freed when it closes.

    ``names`` are those of all signals of the databases.
    """

    chosen = Signal(SignalExport)

    def __init__(self, names: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Export signals")
        self.resize(460, 460)
        self.all = QRadioButton("&All signals that occur in the recording")
        self.some = QRadioButton("&Selected signals:")
        self.all.setChecked(True)
        kinds = QButtonGroup(self)
        for button in (self.all, self.some):
            kinds.addButton(button)
        self.search = QLineEdit()
        self.search.setPlaceholderText("Search signals")
        self.search.setClearButtonEnabled(True)
        self.search.setAccessibleName("Search signals")
        self.list = QListWidget()
        self.list.setUniformItemSizes(True)
        self.list.setAccessibleName("Signals")
        leave_by_tab(self.list)
        VisibleChecks(self.list)
        for name in names:
            item = QListWidgetItem(name, self.list)
            item.setFlags(item.flags() | Qt.ItemFlag.ItemIsUserCheckable)
            item.setCheckState(Qt.CheckState.Unchecked)
        self.resample = ResampleRow()
        self._buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel
        )
        self.ok = self._buttons.button(QDialogButtonBox.StandardButton.Ok)
        self.ok.setText("Choose a file…")
        icons.without_icons(self._buttons)
        self._lay_out()
        self._connect()
        self._check()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        for widget in (self.all, self.some, self.search):
            layout.addWidget(widget)
        layout.addWidget(self.list, 1)
        layout.addWidget(self.resample)
        layout.addWidget(self._buttons)

    def _connect(self) -> None:
        self.some.toggled.connect(self._check)
        self.list.itemChanged.connect(self._on_ticked)
        self.search.textChanged.connect(self._on_search)
        self._buttons.accepted.connect(self._on_accepted)
        self._buttons.rejected.connect(self.reject)

    def names(self) -> tuple[str, ...]:
        """The ticked signals."""
        items = (self.list.item(line) for line in range(self.list.count()))
        return tuple(item.text() for item in items if item.checkState() == Qt.CheckState.Checked)

    def _check(self) -> None:
        self.ok.setEnabled(self.all.isChecked() or bool(self.names()))

    def _on_ticked(self) -> None:
        """Export selected signals only, as soon as one is ticked."""
        if self.names():
            self.some.setChecked(True)
        self._check()

    def _on_search(self, text: str) -> None:
        for line in range(self.list.count()):
            item = self.list.item(line)
            item.setHidden(text.lower() not in item.text().lower())

    def _on_accepted(self) -> None:
        names = self.names() if self.some.isChecked() else ()
        every_ms = self.resample.interval_ms
        every_ns = None if every_ms is None else round(every_ms * NS_PER_MS)
        self.accept()
        self.chosen.emit(SignalExport(names, every_ns=every_ns))
