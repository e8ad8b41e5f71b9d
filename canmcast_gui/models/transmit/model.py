"""The transmit table's model: rows that are always valid frames, as Qt's views see and edit them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from typing import Any

from PySide6.QtCore import QByteArray, QMimeData, QModelIndex, Qt

from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.app.transmit.row_text import parse_frames
from canmcast_gui.models.drag import ROWS_MIME, rows_of_mime, rows_to_mime
from canmcast_gui.models.transmit.columns import (
    ARMED,
    CHANGES,
    COLUMNS,
    DATA,
    IDENTIFIER,
    KEY,
    LENGTH,
    TRIGGER,
    TYPE,
    TransmitColumn,
)
from canmcast_gui.models.transmit.entries import cell_text, cell_tip
from canmcast_gui.models.transmit.table import MAX_ROWS, NO_INDEX, Index, TransmitTable

__all__ = ["MAX_ROWS", "TransmitModel"]

# Rows of this table that are dragged: their job ids. Another window takes them as copies.
ENTRIES_MIME = "application/x-canmcast-transmit-entries"

_SIDES = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
}


class TransmitModel(TransmitTable):
    """The transmit table as a Qt model; see TransmitTable for its rows and its signals."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._decimal = False
        # Which table, of which program, dragged rows belong to.
        self._owner = uuid.uuid4().hex

    def set_decimal(self, decimal: bool) -> None:
        """Show and take ids and data as decimal numbers, or as hexadecimal ones."""
        self._decimal = decimal
        if self._entries:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._entries) - 1, len(COLUMNS) - 1))

    def insert_text(self, at: int, text: str) -> int:
        """Insert rows from candump or cansend text; returns how many; ``refused`` says why none."""
        try:
            return self.insert(at, parse_frames(text, self._decimal))
        except RowError as error:
            self.refused.emit(str(error))
            return 0

    def try_text(self, index: Index, text: str) -> str | None:
        """Why a typed text cannot be this cell's value, as a sentence; None where it can."""
        try:
            self._edited(index, text)
        except RowError as error:
            return str(error)
        return None

    # -- cells -------------------------------------------------------------------------------------------

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
        entry, column = self._entries[index.row()], COLUMNS[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return cell_text(entry, column, self._decimal)
        if role == Qt.ItemDataRole.CheckStateRole and column is ARMED:
            return Qt.CheckState.Checked if entry.armed else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return cell_tip(entry, column)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        if not index.isValid():
            return False
        column = COLUMNS[index.column()]
        if role == Qt.ItemDataRole.CheckStateRole and column is ARMED:
            self.set_armed(index.row(), Qt.CheckState(value) == Qt.CheckState.Checked)
            return True
        if role != Qt.ItemDataRole.EditRole:
            return False
        try:
            row = self._edited(index, value)
        except RowError as error:
            self.refused.emit(str(error))
            return False
        lost = len(self.row(index.row()).data) - len(row.data)
        self.replace(index.row(), row)
        if column is TYPE and lost > 0:
            self.refused.emit(f"The data was cut to {len(row.data)} bytes: a classic frame carries no more.")
        return True

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.ItemIsDropEnabled
        column = COLUMNS[index.column()]
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemNeverHasChildren
        flags |= Qt.ItemFlag.ItemIsDragEnabled
        if column is ARMED:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        elif column is TYPE or (column.edit and not (column is DATA and self.row(index.row()).is_remote)):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    def _edited(self, index: Index, value: Any) -> TransmitRow:
        """The row with one cell changed; raises RowError."""
        row, column = self.row(index.row()), COLUMNS[index.column()]
        if column is TYPE:
            return row.with_flags(int(value))
        if column.edit is None:
            raise RowError("This cell cannot be changed.")
        changed = column.edit(row, str(value), self._decimal)
        if column is CHANGES or (changed.changes and column in (DATA, LENGTH, IDENTIFIER)):
            self.changes_of(changed)
        if column is TRIGGER:
            self.trigger_of(changed)
        if column is KEY and (use := self.key_use(changed.key)):
            raise RowError(f"{changed.key} is the window's own key, for {use}: choose another one.")
        return changed

    # -- dragging and dropping ---------------------------------------------------------------------------

    def mimeTypes(self) -> list[str]:
        return [ENTRIES_MIME, ROWS_MIME, "text/plain"]

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction | Qt.DropAction.MoveAction

    def supportedDragActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction | Qt.DropAction.MoveAction

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        """Rows that are dragged: this table moves them, the table of another window takes copies."""
        numbers = sorted({index.row() for index in indexes})
        mime = rows_to_mime([self.row(number) for number in numbers])
        ids = ",".join(str(self.job_id(number)) for number in numbers)
        mime.setData(ENTRIES_MIME, QByteArray(f"{self._owner}:{ids}".encode()))
        return mime

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, _column: int, parent: Index
    ) -> bool:
        if action == Qt.DropAction.IgnoreAction:
            return False
        at = row if row >= 0 else parent.row() if parent.isValid() else len(self._entries)
        own = self.own_rows(data)
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
        """The places of rows of this very table that are being dragged."""
        owner, _, ids = bytes(data.data(ENTRIES_MIME).data()).decode(errors="replace").partition(":")
        if owner != self._owner:
            return []
        numbers = (self.number_of(int(job_id)) for job_id in ids.split(","))
        return [number for number in numbers if number is not None]


def _alignment(column: TransmitColumn) -> int:
    return int(_SIDES[column.align] | Qt.AlignmentFlag.AlignVCenter)
