"""The transmit table's model: rows that are always valid frames, armed or not, and what each has sent."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt, Signal
from PySide6.QtGui import QUndoStack

from canmcast_gui.models.database_mime import ROWS_MIME, rows_of_mime
from canmcast_gui.models.transmit_changes import parse_changes
from canmcast_gui.models.transmit_columns import (
    ARMED,
    CHANGES,
    COLUMNS,
    COMMENT,
    COUNT,
    DATA,
    IDENTIFIER,
    JITTER,
    LENGTH,
    MEASURED,
    NAME,
    SEND,
    SENT,
    TYPE,
    TransmitColumn,
)
from canmcast_gui.models.transmit_edits import ChangeEdit, InsertEdit, MoveEdit, RemoveEdit
from canmcast_gui.models.transmit_paste import parse_frames
from canmcast_gui.models.transmit_row import FRAME_TYPES, RowError, TransmitRow
from canmcast_gui.transmit.fields import Field

FindField = Callable[[TransmitRow, str], Field | None]
Index = QModelIndex | QPersistentModelIndex

# A table that a person edits; a pasted log of a million lines belongs into a replay.
MAX_ROWS = 1000

# Steps that can be undone: more than anybody goes back, and little memory.
MAX_EDITS = 500

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
    left: int | None = None
    period_ns: float = 0.0
    jitter_ns: float = 0.0


class TransmitModel(QAbstractTableModel):
    """Rows of the transmit table.

    ``armed`` carries a list of (job id, row) when rows are armed, and again whenever an armed row changes;
    ``disarmed`` (job id) is emitted when one is disarmed or removed; ``rows_edited`` after any change worth
    remembering;
    ``refused`` with a sentence when a value was not taken, or was taken with a change that must be seen.
    """

    armed = Signal(list)
    disarmed = Signal(int)
    rows_edited = Signal()
    refused = Signal(str)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._entries: list[_Entry] = []
        self._job_ids = itertools.count(1)
        self._decimal = False
        #: What finds a signal's bits for a row, for changes that name one.
        self.signal_field: FindField = _no_signal
        #: What the user did to the rows; what is armed or sent is not among it.
        self.edits = QUndoStack(self)
        self.edits.setUndoLimit(MAX_EDITS)

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
            entries = [_Entry(next(self._job_ids), row) for row in taken]
            text = "Add the row" if len(taken) == 1 else "Add rows"
            self.edits.push(InsertEdit(self, list(range(at, at + len(taken))), entries, text))
        return len(taken)

    def start_with(self, rows: Iterable[TransmitRow]) -> None:
        """Replace all rows, disarmed; what was done before cannot be undone any more."""
        self.take_out(list(range(len(self._entries))))
        entries = [_Entry(next(self._job_ids), row) for row in rows][:MAX_ROWS]
        self.put_in(list(range(len(entries))), entries)
        self.edits.clear()

    def insert_text(self, at: int, text: str) -> int:
        """Insert rows from candump or cansend text; returns how many; ``refused`` says why none."""
        try:
            return self.insert(at, parse_frames(text, self._decimal))
        except RowError as error:
            self.refused.emit(str(error))
            return 0

    def remove(self, numbers: Iterable[int]) -> None:
        """Disarm and remove the rows at these places."""
        places = sorted(set(numbers))
        if places:
            self.edits.push(RemoveEdit(self, places))

    def move(self, number: int, by: int) -> int:
        """Move a row up (-1) or down (1); returns its place afterwards."""
        target = number + by
        if not 0 <= target < len(self._entries):
            return number
        self.edits.push(MoveEdit(self, number, target))
        return target

    def replace(self, number: int, row: TransmitRow, gesture: int = 0) -> None:
        """Put another frame at that place; an armed row goes on with it.

        Changes with the same ``gesture``, such as one pull of a slider, are undone as one; 0 is none.
        """
        entry = self._entries[number]
        if row != entry.row:
            self.edits.push(ChangeEdit(self, entry.job_id, entry.row, row, gesture))

    # -- what edits do to it -----------------------------------------------------------------------------

    def put_in(self, places: list[int], entries: list[Any]) -> None:
        """See transmit_edits.Table."""
        for first, stop in _runs(places):
            self.beginInsertRows(_NO_INDEX, places[first], places[stop - 1])
            self._entries[places[first] : places[first]] = entries[first:stop]
            self.endInsertRows()
        self.rows_edited.emit()

    def take_out(self, places: list[int]) -> list[Any]:
        """See transmit_edits.Table."""
        taken = [self._entries[place] for place in places]
        for place in places:
            self._disarm(place)
        for first, stop in reversed(_runs(places)):
            self.beginRemoveRows(_NO_INDEX, places[first], places[stop - 1])
            del self._entries[places[first] : places[stop - 1] + 1]
            self.endRemoveRows()
        self.rows_edited.emit()
        return taken

    def put_elsewhere(self, place: int, target: int) -> None:
        """See transmit_edits.Table."""
        self.beginMoveRows(_NO_INDEX, place, place, _NO_INDEX, target + (target > place))
        self._entries.insert(target, self._entries.pop(place))
        self.endMoveRows()
        self.rows_edited.emit()

    def exchange(self, job_id: int, row: TransmitRow) -> None:
        """See transmit_edits.Table."""
        number = self._number_of(job_id)
        if number is None:
            return
        entry = self._entries[number]
        entry.row = row
        entry.left = row.count
        self._row_changed(number)
        self.rows_edited.emit()
        if entry.armed:
            self.armed.emit([(job_id, row)])

    # -- arming ------------------------------------------------------------------------------------------

    def set_armed(self, numbers: int | Iterable[int], armed: bool) -> None:
        """Arm or disarm the rows at these places, and with each of them the rows of its group."""
        wanted = [numbers] if isinstance(numbers, int) else list(numbers)
        groups = {self._entries[number].row.group for number in wanted} - {""}
        places = [
            number
            for number, entry in enumerate(self._entries)
            if entry.armed != armed and (number in wanted or entry.row.group in groups)
        ]
        if not armed:
            for number in places:
                self._disarm(number)
            return
        for number in places:
            entry = self._entries[number]
            entry.armed, entry.left, entry.period_ns, entry.jitter_ns = True, entry.row.count, 0.0, 0.0
            self._row_changed(number)
        if places:
            self.armed.emit([(self._entries[number].job_id, self._entries[number].row) for number in places])

    def _disarm(self, number: int) -> None:
        entry = self._entries[number]
        if entry.armed:
            entry.armed = False
            self._row_changed(number)
            self.disarmed.emit(entry.job_id)

    def disarm_all(self) -> None:
        """Disarm every row."""
        for number in range(len(self._entries)):
            self._disarm(number)

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
        self._cells_changed(number, SENT, SENT)

    def show_run(self, job_id: int, left: int | None, period_ns: float, jitter_ns: float) -> None:
        """Show what is left of a count, and what was measured."""
        number = self._number_of(job_id)
        if number is not None:
            entry = self._entries[number]
            entry.left, entry.period_ns, entry.jitter_ns = left, period_ns, jitter_ns
            self._cells_changed(number, COUNT, JITTER)

    def name_of(self, job_id: int) -> str:
        """What to call a row in a sentence: its name, else its id."""
        number = self._number_of(job_id)
        if number is None:
            return f"row {job_id}"
        row = self._entries[number].row
        return row.name or f"{row.arbitration_id:X}"

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
        return [ROWS_MIME, "text/plain"]

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def dropMimeData(
        self, data: QMimeData, action: Qt.DropAction, row: int, _column: int, parent: Index
    ) -> bool:
        if action != Qt.DropAction.CopyAction:
            return False
        at = row if row >= 0 else parent.row() if parent.isValid() else len(self._entries)
        rows = rows_of_mime(data)
        if rows:
            return self.insert(at, rows) > 0
        if not data.hasText():
            return False
        return self.insert_text(at, data.text()) > 0

    # -- inside ------------------------------------------------------------------------------------------

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
        return changed

    def changes_of(self, row: TransmitRow) -> list[dict[str, Any]]:
        """What is done to a row's data for each frame; raises RowError."""
        return parse_changes(row.changes, len(row.data), lambda name: self.signal_field(row, name))

    def _text(self, entry: _Entry, column: TransmitColumn) -> str | None:
        if column is SENT:
            return f"{entry.sent:,}"
        if column is COUNT:
            left = entry.left if entry.armed else entry.row.count
            return "∞" if left is None else f"{left:,}"
        if column is MEASURED:
            return f"{entry.period_ns / 1e6:.3f}" if entry.period_ns else ""
        if column is JITTER:
            return f"{entry.jitter_ns / 1e3:,.0f}" if entry.period_ns else ""
        return column.text(entry.row, self._decimal) if column.text else None

    def _number_of(self, job_id: int) -> int | None:
        return next((n for n, entry in enumerate(self._entries) if entry.job_id == job_id), None)

    def _row_changed(self, number: int) -> None:
        self.dataChanged.emit(self.index(number, 0), self.index(number, len(COLUMNS) - 1))

    def _cells_changed(self, number: int, first: TransmitColumn, last: TransmitColumn) -> None:
        places = self.index(number, COLUMNS.index(first)), self.index(number, COLUMNS.index(last))
        self.dataChanged.emit(*places)


def _runs(places: list[int]) -> list[tuple[int, int]]:
    """Stretches of neighbouring places, as positions in the list."""
    starts = [n for n in range(len(places)) if not n or places[n] != places[n - 1] + 1]
    return list(zip(starts, [*starts[1:], len(places)][: len(starts)], strict=True))


def _no_signal(_row: TransmitRow, _name: str) -> Field | None:
    return None


def _alignment(column: TransmitColumn) -> int:
    return int(_SIDES[column.align] | Qt.AlignmentFlag.AlignVCenter)


def _tip(entry: _Entry, column: TransmitColumn) -> str:
    if column is TYPE:
        return next(name for name, flags in FRAME_TYPES if flags == entry.row.flags)
    if column in (NAME, COMMENT, CHANGES) and column.text and (text := column.text(entry.row, False)):
        return text
    if column is DATA and entry.row.is_remote:
        return "A remote frame carries no data: it asks for this many bytes."
    if column is SENT and entry.late:
        return f"{entry.late:,} due times passed without a frame"
    if column is SEND:
        return f"Send {entry.row.name or 'this frame'} once, now"
    return column.tip
