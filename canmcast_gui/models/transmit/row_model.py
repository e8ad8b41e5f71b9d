"""The Qt item model of the transmit rows, with undo."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from typing import Any

from PySide6.QtCore import (
    QAbstractTableModel,
    QMimeData,
    QModelIndex,
    QObject,
    QPersistentModelIndex,
    Qt,
    Signal,
)
from PySide6.QtGui import QUndoStack

from canmcast_gui.app.transmit.parsing.channel_text import parse_channel_number
from canmcast_gui.app.transmit.parsing.row_text import parse_frames
from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.app.transmit.row_list import MAX_ROWS, TransmitRows
from canmcast_gui.models.drag import ROWS_MIME, rows_of_mime
from canmcast_gui.models.transmit.row_columns import (
    ARMED,
    CHANNEL,
    COLUMNS,
    DATA,
    GENERATORS,
    IDENTIFIER,
    JITTER,
    KEY,
    LENGTH,
    SENT,
    TRIGGER,
    TYPE,
    TransmitColumn,
    cell_text,
    cell_tip,
    shown_text,
)
from canmcast_gui.models.transmit.row_drag import ENTRIES_MIME, RowDrag
from canmcast_gui.models.transmit.row_edits import ChangeEdit, InsertEdit, MoveEdit, RemoveEdit, steps_to

# Edits that can be undone: more than users go back, and little memory.
MAX_EDITS = 500
NO_INDEX = QModelIndex()
Index = QModelIndex | QPersistentModelIndex

_ALIGNMENTS = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
}


class TransmitModel(QAbstractTableModel):
    """The transmit rows as a table. Its edits, kept in ``edits``, can be undone; arming and counts cannot.

    ``refused`` carries a message when a value was not accepted, or was changed in a way the user must see.
    ``key_use`` says what the window does at a key, "" if a row can use it.
    """

    refused = Signal(str)

    def __init__(self, rows: TransmitRows, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.rows = rows
        self.edits = QUndoStack(self)
        self.edits.setUndoLimit(MAX_EDITS)
        self.key_use: Callable[[str], str] = lambda _key: ""
        self._decimal = False
        self._drag = RowDrag(rows)
        rows.inserting.connect(self._on_inserting)
        rows.inserted.connect(self.endInsertRows)
        rows.removing.connect(self._on_removing)
        rows.removed.connect(self.endRemoveRows)
        rows.moving.connect(self._on_moving)
        rows.moved.connect(self.endMoveRows)
        rows.row_changed.connect(self._on_row_changed)
        rows.counts_changed.connect(self._on_counts_changed)
        rows.reset_done.connect(self.edits.clear)

    def _on_inserting(self, first: int, last: int) -> None:
        self.beginInsertRows(NO_INDEX, first, last)

    def _on_removing(self, first: int, last: int) -> None:
        self.beginRemoveRows(NO_INDEX, first, last)

    def _on_moving(self, index: int, target: int) -> None:
        self.beginMoveRows(NO_INDEX, index, index, NO_INDEX, target + (target > index))

    def _on_row_changed(self, number: int) -> None:
        self.dataChanged.emit(self.index(number, 0), self.index(number, len(COLUMNS) - 1))

    def _on_counts_changed(self, number: int) -> None:
        first, last = COLUMNS.index(SENT), COLUMNS.index(JITTER)
        self.dataChanged.emit(self.index(number, first), self.index(number, last))

    def set_decimal(self, decimal: bool) -> None:
        """Show and accept ids and data as decimal numbers, or as hexadecimal ones."""
        self._decimal = decimal
        if self.rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self.rows) - 1, len(COLUMNS) - 1))

    # -- editing -----------------------------------------------------------------------------------------

    def insert(self, at: int, rows: Iterable[TransmitRow]) -> int:
        """Insert rows, disarmed, and return how many there was room for."""
        new_rows = list(rows)
        entries = self.rows.new_entries(new_rows)
        if len(entries) < len(new_rows):
            excess = len(new_rows) - len(entries)
            self.refused.emit(f"The table holds {MAX_ROWS} rows; {excess} were left out.")
        if entries:
            self.edits.push(InsertEdit(self.rows, list(range(at, at + len(entries))), entries))
        return len(entries)

    def insert_text(self, at: int, text: str) -> int:
        """Insert rows from text of candump or cansend and return how many; see ``refused`` if none."""
        try:
            return self.insert(at, parse_frames(text, self._decimal))
        except RowError as error:
            self.refused.emit(str(error))
            return 0

    def remove(self, numbers: Iterable[int]) -> None:
        """Disarm and remove rows."""
        indexes = sorted(set(numbers))
        if indexes:
            self.edits.push(RemoveEdit(self.rows, indexes))

    def move(self, numbers: Iterable[int], before: int) -> list[int]:
        """Move rows in front of the row at ``before`` and return where they are then."""
        indexes = sorted(set(numbers))
        before = min(max(before, 0), len(self.rows))
        steps = steps_to(indexes, before)
        if steps:
            self.edits.push(MoveEdit(self.rows, steps))
        first = before - sum(index < before for index in indexes)
        return list(range(first, first + len(indexes)))

    def replace(self, number: int, row: TransmitRow, gesture: int = 0) -> None:
        """Replace a row; if it is armed, its job changes.

        Edits with the same ``gesture``, such as one drag of a slider, are undone together; 0 is none.
        """
        if row != self.rows[number]:
            job_id = self.rows.job_id(number)
            self.edits.push(ChangeEdit(self.rows, job_id, self.rows[number], row, gesture))

    def change(self, numbers: Sequence[int], edit: Callable[[TransmitRow], TransmitRow]) -> None:
        """Change several rows as one edit; raises RowError, and changes none, if one of them cannot be."""
        changed = [edit(self.rows[number]) for number in numbers]
        if len(changed) > 1:
            self.edits.beginMacro("Change rows")
        for number, row in zip(numbers, changed, strict=True):
            self.replace(number, row)
        if len(changed) > 1:
            self.edits.endMacro()

    def problem_of(self, index: Index, text: str) -> str | None:
        """Why a text cannot be the value of a cell; None if it can."""
        try:
            self.edited(self.rows[index.row()], COLUMNS[index.column()], text)
        except RowError as error:
            return str(error)
        return None

    # -- cells -------------------------------------------------------------------------------------------

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.rows)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(COLUMNS)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return section + 1 if role == Qt.ItemDataRole.DisplayRole else None
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[section].title
        if role == Qt.ItemDataRole.ToolTipRole:
            return COLUMNS[section].tip
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(COLUMNS[section])
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry, column = self.rows.entry(index.row()), COLUMNS[index.column()]
        if role == Qt.ItemDataRole.DisplayRole:
            return shown_text(entry, column, self._decimal)
        if role == Qt.ItemDataRole.EditRole:
            return cell_text(entry, column, self._decimal)
        if role == Qt.ItemDataRole.CheckStateRole and column is ARMED:
            return Qt.CheckState.Checked if entry.armed else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell_tip(entry, column, self._decimal, self.rows.open_channels())
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid():
            return False
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.CheckStateRole and column is ARMED:
            self.rows.set_armed(index.row(), Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        if role != Qt.ItemDataRole.EditRole:
            return False
        try:
            row = self.edited(self.rows[index.row()], column, value)
        except RowError as error:
            self.refused.emit(str(error))
            return False
        lost = len(self.rows[index.row()].data) - len(row.data)
        self.replace(index.row(), row)
        if column is TYPE and lost > 0:
            self.refused.emit(f"The data was cut to {len(row.data)} bytes: a classic frame has at most 8.")
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        column = COLUMNS[index.column()]
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        flags |= Qt.ItemFlag.ItemIsDragEnabled
        if column is ARMED:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        elif column is TYPE or (column.edit and not (column is DATA and self.rows[index.row()].is_remote)):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def edited(self, row: TransmitRow, column: TransmitColumn, value: Any) -> TransmitRow:
        """A row with another value in one column; raises RowError."""
        if column is TYPE:
            return row.with_flags(int(value))
        if column.edit is None:
            raise RowError("This cell cannot be changed.")
        text = str(value)
        if column is CHANNEL:
            text = str(parse_channel_number(text, self.rows.open_channels()))
        changed = column.edit(row, text, self._decimal)
        if column is GENERATORS or (changed.generators and column in (DATA, LENGTH, IDENTIFIER)):
            self.rows.generators_of(changed)
        if column is TRIGGER:
            self.rows.trigger_of(changed)
        if column in (IDENTIFIER, CHANNEL):
            changed = self.rows.renamed(row, changed)
        if column is KEY and (use := self.key_use(changed.key)):
            raise RowError(f"{changed.key} is used by the window, for {use}: choose another key.")
        return changed

    # -- dragging and dropping ---------------------------------------------------------------------------

    def mimeTypes(self) -> list[str]:
        return [ENTRIES_MIME, ROWS_MIME, "text/plain"]

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction | Qt.DropAction.MoveAction

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction | Qt.DropAction.MoveAction

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        return self._drag.mime({index.row() for index in indexes})

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, _column: int, parent: Index
    ) -> bool:
        if action == Qt.DropAction.IgnoreAction:
            return False
        at = row if row >= 0 else parent.row() if parent.isValid() else len(self.rows)
        own = self._drag.own_rows(data)
        if own:
            self.move(own, at)
            return True
        rows = rows_of_mime(data)
        if rows:
            return self.insert(at, rows) > 0
        if not data.hasText():
            return False
        return self.insert_text(at, data.text()) > 0

    def own_rows(self, data: QMimeData) -> list[int]:
        """The dragged rows, if they are rows of this table."""
        return self._drag.own_rows(data)


def _alignment(column: TransmitColumn) -> int:
    return int(_ALIGNMENTS[column.align] | Qt.AlignmentFlag.AlignVCenter)
