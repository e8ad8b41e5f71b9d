"""The transmit table's model: rows that are always valid frames, armed or not, and what each has sent."""

from __future__ import annotations

import itertools
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt, Signal

from canmcast_gui.models.transmit_columns import (
    ARMED,
    COLUMNS,
    COMMENT,
    DATA,
    SEND,
    SENT,
    TYPE,
    TransmitColumn,
)
from canmcast_gui.models.transmit_paste import parse_frames
from canmcast_gui.models.transmit_row import FRAME_TYPES, RowError, TransmitRow

Index = QModelIndex | QPersistentModelIndex

# A table that a person edits; a pasted log of a million lines belongs into a replay.
MAX_ROWS = 1000

_NO_INDEX = QModelIndex()
_SIDES = {
    "left": Qt.AlignmentFlag.AlignLeft,
    "center": Qt.AlignmentFlag.AlignHCenter,
    "right": Qt.AlignmentFlag.AlignRight,
}


@dataclass
class _Entry:
    """A row and what goes with it while the program runs. Job ids are never given twice."""

    job_id: int
    row: TransmitRow
    armed: bool = False
    sent: int = 0
    late: int = 0


class TransmitModel(QAbstractTableModel):
    """Rows of the transmit table.

    ``armed`` (job id, row) is emitted when a row is armed, and again whenever an armed row changes;
    ``disarmed`` (job id) when it is disarmed or removed; ``rows_edited`` after any change worth remembering;
    ``refused`` with a sentence when a value was not taken, or was taken with a change that must be seen.
    """

    armed = Signal(int, object)
    disarmed = Signal(int)
    rows_edited = Signal()
    refused = Signal(str)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._entries: list[_Entry] = []
        self._job_ids = itertools.count(1)
        self._decimal = False

    # -- what is in it -----------------------------------------------------------------------------------

    @property
    def rows(self) -> list[TransmitRow]:
        """All rows in their order."""
        return [entry.row for entry in self._entries]

    def row(self, number: int) -> TransmitRow:
        """The row at that place."""
        return self._entries[number].row

    def job_id(self, number: int) -> int:
        """The job id of the row at that place."""
        return self._entries[number].job_id

    def is_armed(self, number: int) -> bool:
        """Whether the row at that place is sent periodically."""
        return self._entries[number].armed

    @property
    def armed_count(self) -> int:
        """How many rows are armed."""
        return sum(entry.armed for entry in self._entries)

    # -- changing it -------------------------------------------------------------------------------------

    def insert(self, at: int, rows: Iterable[TransmitRow]) -> int:
        """Insert rows, disarmed; returns how many found room."""
        wanted = list(rows)
        taken = wanted[: MAX_ROWS - len(self._entries)]
        if len(taken) < len(wanted):
            self.refused.emit(f"The table holds {MAX_ROWS} rows; {len(wanted) - len(taken)} were left out.")
        if taken:
            self.beginInsertRows(_NO_INDEX, at, at + len(taken) - 1)
            self._entries[at:at] = [_Entry(next(self._job_ids), row) for row in taken]
            self.endInsertRows()
            self.rows_edited.emit()
        return len(taken)

    def insert_text(self, at: int, text: str) -> int:
        """Insert rows from candump or cansend text; returns how many; ``refused`` says why none."""
        try:
            return self.insert(at, parse_frames(text, self._decimal))
        except RowError as error:
            self.refused.emit(str(error))
            return 0

    def remove(self, numbers: Iterable[int]) -> None:
        """Disarm and remove the rows at these places."""
        for number in sorted(set(numbers), reverse=True):
            self.set_armed(number, False)
            self.beginRemoveRows(_NO_INDEX, number, number)
            del self._entries[number]
            self.endRemoveRows()
        self.rows_edited.emit()

    def move(self, number: int, by: int) -> int:
        """Move a row up (-1) or down (1); returns its place afterwards."""
        target = number + by
        if not 0 <= target < len(self._entries):
            return number
        self.beginMoveRows(_NO_INDEX, number, number, _NO_INDEX, target + (by > 0))
        self._entries.insert(target, self._entries.pop(number))
        self.endMoveRows()
        self.rows_edited.emit()
        return target

    def replace(self, number: int, row: TransmitRow) -> None:
        """Put another frame at that place; an armed row goes on with it."""
        entry = self._entries[number]
        if row == entry.row:
            return
        entry.row = row
        self._row_changed(number)
        self.rows_edited.emit()
        if entry.armed:
            self.armed.emit(entry.job_id, row)

    def set_armed(self, number: int, armed: bool) -> None:
        """Arm or disarm the row at that place."""
        entry = self._entries[number]
        if entry.armed == armed:
            return
        entry.armed = armed
        self._row_changed(number)
        if armed:
            self.armed.emit(entry.job_id, entry.row)
        else:
            self.disarmed.emit(entry.job_id)

    def disarm_all(self) -> None:
        """Disarm every row."""
        for number in range(len(self._entries)):
            self.set_armed(number, False)

    def set_decimal(self, decimal: bool) -> None:
        """Show and take ids and data as decimal numbers, or as hexadecimal ones."""
        self._decimal = decimal
        if self._entries:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._entries) - 1, len(COLUMNS) - 1))

    def count_sent(self, job_id: int, sent: int, late: int = 0) -> None:
        """Add to what a job has sent, and to how often it was late; a job that is gone is passed over."""
        number = self._number_of(job_id)
        if number is None:
            return
        self._entries[number].sent += sent
        self._entries[number].late += late
        self._cell_changed(number, SENT)

    def job_ended(self, job_id: int) -> None:
        """Show a job that has ended by itself as disarmed."""
        number = self._number_of(job_id)
        if number is not None and self._entries[number].armed:
            self._entries[number].armed = False
            self._row_changed(number)

    def try_text(self, index: Index, text: str) -> str | None:
        """Why a typed text cannot be this cell's value, as a sentence; None where it can."""
        try:
            self._edited(index, text)
        except RowError as error:
            return str(error)
        return None

    # -- Qt's view of it ---------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._entries)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
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
            return self._text(entry, column)
        if role == Qt.ItemDataRole.CheckStateRole and column is ARMED:
            return Qt.CheckState.Checked if entry.armed else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return _alignment(column)
        if role == Qt.ItemDataRole.ToolTipRole:
            return _tip(entry, column)
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
        if column is ARMED:
            flags |= Qt.ItemFlag.ItemIsUserCheckable
        elif column is TYPE or (column.edit and not (column is DATA and self.row(index.row()).is_remote)):
            flags |= Qt.ItemFlag.ItemIsEditable
        return flags

    # -- dropping and copying frames as text -------------------------------------------------------------

    def mimeTypes(self) -> list[str]:
        return ["text/plain"]

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, _column: int, parent: Index
    ) -> bool:
        if action != Qt.DropAction.CopyAction or not data.hasText():
            return False
        at = row if row >= 0 else parent.row() if parent.isValid() else len(self._entries)
        return self.insert_text(at, data.text()) > 0

    # -- inside ------------------------------------------------------------------------------------------

    def _edited(self, index: Index, value: Any) -> TransmitRow:
        """The row with one cell changed; raises RowError."""
        row, column = self.row(index.row()), COLUMNS[index.column()]
        if column is TYPE:
            return row.with_flags(int(value))
        if column.edit is None:
            raise RowError("This cell cannot be changed.")
        return column.edit(row, str(value), self._decimal)

    def _text(self, entry: _Entry, column: TransmitColumn) -> str | None:
        if column is SENT:
            return f"{entry.sent:,}"
        return column.text(entry.row, self._decimal) if column.text else None

    def _number_of(self, job_id: int) -> int | None:
        return next((n for n, entry in enumerate(self._entries) if entry.job_id == job_id), None)

    def _row_changed(self, number: int) -> None:
        self.dataChanged.emit(self.index(number, 0), self.index(number, len(COLUMNS) - 1))

    def _cell_changed(self, number: int, column: TransmitColumn) -> None:
        index = self.index(number, COLUMNS.index(column))
        self.dataChanged.emit(index, index)


def _alignment(column: TransmitColumn) -> int:
    return int(_SIDES[column.align] | Qt.AlignmentFlag.AlignVCenter)


def _tip(entry: _Entry, column: TransmitColumn) -> str:
    if column is TYPE:
        return next(name for name, flags in FRAME_TYPES if flags == entry.row.flags)
    if column is COMMENT and entry.row.comment:
        return entry.row.comment
    if column is DATA and entry.row.is_remote:
        return "A remote frame carries no data: it asks for this many bytes."
    if column is SENT and entry.late:
        return f"{entry.late:,} due times passed without a frame"
    if column is SEND:
        return f"Send {entry.row.comment or 'this frame'} once, now"
    return column.tip
