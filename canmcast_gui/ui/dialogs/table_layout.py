"""The dialog that asks for the layout of a table without titles; the answer is kept for similar tables."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import (
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QGridLayout,
    QLabel,
    QSpinBox,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.program.settings import Field, Setting
from canmcast_gui.logfile.table.layout import DELIMITERS, TableLayout, header_names, rows_of
from canmcast_gui.logfile.table.suggest import problems_of, suggest_layout
from canmcast_gui.ui import icons, theme
from canmcast_gui.ui.content_size import widen
from canmcast_gui.ui.item_views import leave_by_tab
from canmcast_gui.ui.labels import title_text

PREVIEW_ROWS = 12
MOST_COLUMNS = 200

# Layouts of this many kinds of tables are kept, the newest first.
MOST_REMEMBERED = 20

_FIELDS = (
    ("time", "&Time"),
    ("identifier", "&ID"),
    ("length", "&Length"),
    ("data", "&Data"),
    ("channel", "&Channel"),
    ("direction", "Di&rection"),
    ("extended", "E&xtended"),
)
_KINDS = (
    ("s", "seconds"),
    ("ms", "milliseconds"),
    ("us", "microseconds"),
    ("ns", "nanoseconds"),
    ("clock", "h:min:s"),
    ("date", "date and time"),
    ("logger", "day T hhmmssmmm"),
)
_BASES = ((16, "hexadecimal"), (10, "decimal"))


class TableLayoutDialog(QDialog):
    """``chosen`` carries the TableLayout when the dialog is accepted; it is freed when it closes.

    It shows the first lines of the table, and a field for each property of a frame.
    """

    chosen = Signal(TableLayout)

    def __init__(self, path: Path, head: bytes, layout: TableLayout, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(f"Assign CSV columns – {title_text(path.name)}")
        self.resize(860, 520)
        self._head = head
        self._layout = layout
        self.columns = {name: QComboBox() for name, _ in _FIELDS}
        for combo in self.columns.values():
            widen(combo)
        self.kind, self.id_base, self.data_base = _combo(_KINDS), _combo(_BASES), _combo(_BASES)
        self.delimiter = _combo(tuple(DELIMITERS.items()))
        self.skip, self.cells = _spin(0, 10_000), _spin(1, 64)
        self.table = QTableWidget(0, 0)
        self.table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        self.table.verticalHeader().setDefaultSectionSize(self.table.fontMetrics().height() + 6)
        self.table.horizontalHeader().setDefaultAlignment(
            Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
        )
        leave_by_tab(self.table)
        self.problem = QLabel()
        self.problem.setWordWrap(True)
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Open | QDialogButtonBox.StandardButton.Cancel
        )
        icons.without_icons(self.buttons)
        self.buttons.accepted.connect(self._on_accepted)
        self.buttons.rejected.connect(self.reject)
        self._lay_out()
        self._show(layout)
        self._connect()
        self._refresh()

    def chosen_layout(self) -> TableLayout:
        """The layout of the fields."""
        columns = {name: combo.currentData() for name, combo in self.columns.items()}
        if columns["identifier"] is None:
            columns["identifier"] = -1
        length = columns.pop("length")
        one_cell = self.cells.value() == 1
        return replace(
            self._layout,
            **columns,
            # A DLC column may contain lengths in bytes; codes above 8 are recognized by the data.
            length=None,
            dlc=length,
            delimiter=self.delimiter.currentData(),
            skip_lines=self.skip.value(),
            time_kind=self.kind.currentData(),
            id_base=self.id_base.currentData(),
            data_base=self.data_base.currentData(),
            data_cells=1 if one_cell else self.cells.value(),
        )

    def _lay_out(self) -> None:
        grid = QGridLayout()
        grid.setColumnStretch(1, 1)
        grid.setColumnStretch(4, 1)
        extras = {"time": self.kind, "identifier": self.id_base, "data": self.data_base}
        for number, (name, text) in enumerate(_FIELDS):
            row, column = number % 4, 3 * (number // 4)
            label = QLabel(text)
            label.setBuddy(self.columns[name])
            grid.addWidget(label, row, column)
            grid.addWidget(self.columns[name], row, column + 1)
            if name in extras:
                grid.addWidget(extras[name], row, column + 2)
        for row, column, text, field in (
            (3, 3, "&Separator", self.delimiter),
            (4, 0, "Lines before the &first frame", self.skip),
            (4, 3, "Data colu&mns", self.cells),
        ):
            label = QLabel(text)
            label.setBuddy(field)
            grid.addWidget(label, row, column)
            grid.addWidget(field, row, column + 1)
        layout = QVBoxLayout(self)
        layout.addLayout(grid)
        layout.addWidget(self.table, 1)
        layout.addWidget(self.problem)
        layout.addWidget(self.buttons)

    def _connect(self) -> None:
        for combo in (*self.columns.values(), self.kind, self.id_base, self.data_base):
            combo.currentIndexChanged.connect(self._refresh)
        self.cells.valueChanged.connect(self._refresh)
        for signal in (self.delimiter.currentIndexChanged, self.skip.valueChanged):
            signal.connect(self._on_shape)

    def _show(self, layout: TableLayout) -> None:
        for combo, value in (
            (self.kind, layout.time_kind),
            (self.id_base, layout.id_base),
            (self.data_base, layout.data_base),
            (self.delimiter, layout.delimiter),
        ):
            combo.setCurrentIndex(max(0, combo.findData(value)))
        self.skip.setValue(layout.skip_lines)
        self.cells.setValue(layout.data_cells)
        self._fill_columns(layout)

    def _fill_columns(self, layout: TableLayout) -> None:
        """List the columns of the table, and keep the chosen ones that still exist."""
        rows = rows_of(self._head, layout, PREVIEW_ROWS)
        count = min(MOST_COLUMNS, max((len(row) for row in rows), default=0))
        names = header_names(self._head, layout)
        for field, combo in self.columns.items():
            value = layout.dlc if field == "length" and layout.length is None else getattr(layout, field)
            combo.blockSignals(True)
            combo.clear()
            combo.addItem("–", None)
            for column in range(count):
                name = f": {names[column]}" if column < len(names) and names[column] else ""
                combo.addItem(f"column {column + 1}{name}", column)
            combo.setCurrentIndex(max(0, combo.findData(value)))
            combo.blockSignals(False)

    def _on_shape(self) -> None:
        self._fill_columns(self.chosen_layout())
        self._refresh()

    def _refresh(self) -> None:
        """Show the first lines with the chosen layout."""
        layout = self.chosen_layout()
        rows = rows_of(self._head, layout, PREVIEW_ROWS)
        count = min(MOST_COLUMNS, max((len(row) for row in rows), default=0))
        used = {combo.currentData(): text.replace("&", "") for (name, text) in _FIELDS
                if (combo := self.columns[name]).currentData() is not None}  # fmt: skip
        data = self.columns["data"].currentData()
        if data is not None:
            used |= {data + number: f"Byte {number}" for number in range(1, layout.data_cells)}
        self.table.setRowCount(len(rows))
        self.table.setColumnCount(count)
        self.table.setHorizontalHeaderLabels([used.get(column, f"({column + 1})") for column in range(count)])
        muted = theme.colors(self.palette()).muted
        for row, cells in enumerate(rows):
            for column in range(count):
                item = QTableWidgetItem(cells[column] if column < len(cells) else "")
                if column not in used:
                    item.setForeground(muted)
                self.table.setItem(row, column, item)
        self.table.resizeColumnsToContents()
        self._check(layout)

    def _check(self, layout: TableLayout) -> None:
        missing = "Choose the column of the ID." if layout.identifier < 0 else None
        problem = missing or problems_of(layout) or ""
        self.problem.setText(problem)
        self.problem.setVisible(bool(problem))
        self.buttons.button(QDialogButtonBox.StandardButton.Open).setEnabled(not problem)

    def _on_accepted(self) -> None:
        self.chosen.emit(self.chosen_layout())
        self.accept()


def _combo(choices: tuple[tuple[object, str], ...]) -> QComboBox:
    combo = QComboBox()
    for value, text in choices:
        combo.addItem(text, value)
    return combo


def _spin(least: int, most: int) -> QSpinBox:
    spin = QSpinBox()
    spin.setRange(least, most)
    return spin


@dataclass(frozen=True)
class RememberedLayout:
    """The layout that a user chose for the tables of one tool."""

    key: str
    layout: TableLayout


RememberedLayouts = tuple[RememberedLayout, ...]
LAYOUTS: Setting[RememberedLayouts] = Setting("files/tables", RememberedLayouts, ())


def ask_layout(
    path: Path,
    head: bytes,
    remembered: Field[RememberedLayouts],
    window: QWidget,
    then: Callable[[TableLayout], None],
) -> None:
    """Ask for the layout of the table that starts with ``head``, and call ``then`` with the answer."""
    dialog = TableLayoutDialog(path, head, _layout_for(head, remembered.value), window)
    dialog.chosen.connect(lambda layout: _remember(head, layout, remembered))
    dialog.chosen.connect(then)
    dialog.open()


def _key(head: bytes) -> str:
    """A key that tables of one tool share: made of the first line and the number of cells."""
    layout = suggest_layout(head)
    rows = rows_of(head, layout, 1)
    first = head.split(b"\n", 1)[0] if layout.skip_lines else b""
    return hashlib.sha256(first + b"%d" % (len(rows[0]) if rows else 0)).hexdigest()[:16]


def _layout_for(head: bytes, remembered: RememberedLayouts) -> TableLayout:
    key = _key(head)
    return next((entry.layout for entry in remembered if entry.key == key), None) or suggest_layout(head)


def _remember(head: bytes, layout: TableLayout, remembered: Field[RememberedLayouts]) -> None:
    entry = RememberedLayout(_key(head), layout)
    others = (other for other in remembered.value if other.key != entry.key)
    remembered.set((entry, *others)[:MOST_REMEMBERED])
