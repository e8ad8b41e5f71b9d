"""The rows of the transmit table: edits that can be undone, what is armed, and what each has sent."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterable
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Signal
from PySide6.QtGui import QUndoStack

from canmcast_gui.app.transmit.conditions import parse_trigger, trigger_error
from canmcast_gui.app.transmit.generator_text import parse_changes
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.frames.filters import FilterError, compile_filter
from canmcast_gui.models.transmit.columns import COLUMNS, COUNT, JITTER, SENT, TransmitColumn
from canmcast_gui.models.transmit.edits import ChangeEdit, InsertEdit, MoveEdit, RemoveEdit, Steps, steps_to
from canmcast_gui.models.transmit.entries import Entry
from canmcast_gui.transmit import Trigger
from canmcast_gui.transmit.conditions import Condition
from canmcast_gui.transmit.payload.scaled_field import Field

FindField = Callable[[TransmitRow, str], Field | None]
FindCondition = Callable[[str], Condition]
Index = QModelIndex | QPersistentModelIndex

# A table that a person edits; a pasted log of a million lines belongs into a replay.
MAX_ROWS = 1000

# Steps that can be undone: more than anybody goes back, and little memory.
MAX_EDITS = 500

NO_INDEX = QModelIndex()


class TransmitTable(QAbstractTableModel):
    """Rows of the transmit table, as the program works with them; transmit.py has how Qt sees them.

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
        self._entries: list[Entry] = []
        # Where each job id stands, None after a row has come, gone or moved: counts ask for it very often.
        self._places: dict[int, int] | None = None
        self._job_ids = itertools.count(1)
        #: What finds a signal's bits for a row, for changes that name one.
        self.signal_field: FindField = _no_signal
        #: What makes of a filter's text what the transmit process takes; raises FilterError.
        self.condition: FindCondition = _without_databases
        #: What the window does at a key; "" where it is free for rows.
        self.key_use: Callable[[str], str] = lambda _key: ""
        #: What the user did to the rows; what is armed or sent is not among it.
        self.edits = QUndoStack(self)
        self.edits.setUndoLimit(MAX_EDITS)

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._entries)

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

    def number_of(self, job_id: int) -> int | None:
        """The place of the row with that job id; None where it is gone."""
        if self._places is None:
            self._places = {entry.job_id: place for place, entry in enumerate(self._entries)}
        return self._places.get(job_id)

    def is_armed(self, number: int) -> bool:
        """Whether the row at that place is sent by itself."""
        return self._entries[number].armed

    @property
    def armed_count(self) -> int:
        """How many rows are armed."""
        return sum(entry.armed for entry in self._entries)

    def name_of(self, job_id: int) -> str:
        """What to call a row in a sentence: its name, else its id."""
        number = self.number_of(job_id)
        return f"row {job_id}" if number is None else self._entries[number].label

    def changes_of(self, row: TransmitRow) -> list[dict[str, Any]]:
        """What is done to a row's data for each frame; raises RowError."""
        return parse_changes(row.changes, len(row.data), lambda name: self.signal_field(row, name))

    def trigger_of(self, row: TransmitRow) -> Trigger | None:
        """What makes a row be sent, None for its period; raises RowError."""
        if not row.trigger:
            return None
        text, delay_ns = parse_trigger(row.trigger)
        try:
            return Trigger(self.condition(text), delay_ns)
        except FilterError as error:
            raise trigger_error(error) from error

    # -- changing it -------------------------------------------------------------------------------------

    def insert(self, at: int, rows: Iterable[TransmitRow]) -> int:
        """Insert rows, disarmed; returns how many found room."""
        wanted = list(rows)
        taken = wanted[: MAX_ROWS - len(self._entries)]
        if len(taken) < len(wanted):
            self.refused.emit(f"The table holds {MAX_ROWS} rows; {len(wanted) - len(taken)} were left out.")
        if taken:
            entries = [Entry(next(self._job_ids), row) for row in taken]
            text = "Add the row" if len(taken) == 1 else "Add rows"
            self.edits.push(InsertEdit(self, list(range(at, at + len(taken))), entries, text))
        return len(taken)

    def start_with(self, rows: Iterable[TransmitRow]) -> None:
        """Replace all rows, disarmed; what was done before cannot be undone any more."""
        self.take_out(list(range(len(self._entries))))
        entries = [Entry(next(self._job_ids), row) for row in rows][:MAX_ROWS]
        self.put_in(list(range(len(entries))), entries)
        self.edits.clear()

    def remove(self, numbers: Iterable[int]) -> None:
        """Disarm and remove the rows at these places."""
        places = sorted(set(numbers))
        if places:
            self.edits.push(RemoveEdit(self, places))

    def move(self, numbers: Iterable[int], at: int) -> list[int]:
        """Move the rows at these places before the row at ``at``; returns their places afterwards."""
        places = sorted(set(numbers))
        at = min(max(at, 0), len(self._entries))
        steps = steps_to(places, at)
        if steps:
            self.edits.push(MoveEdit(self, steps))
        first = at - sum(place < at for place in places)
        return list(range(first, first + len(places)))

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
            self.beginInsertRows(NO_INDEX, places[first], places[stop - 1])
            self._entries[places[first] : places[first]] = entries[first:stop]
            self._places = None
            self.endInsertRows()
        self.rows_edited.emit()

    def take_out(self, places: list[int]) -> list[Any]:
        """See transmit_edits.Table."""
        taken = [self._entries[place] for place in places]
        for place in places:
            self._disarm(place)
        for first, stop in reversed(_runs(places)):
            self.beginRemoveRows(NO_INDEX, places[first], places[stop - 1])
            del self._entries[places[first] : places[stop - 1] + 1]
            self._places = None
            self.endRemoveRows()
        self.rows_edited.emit()
        return taken

    def put_elsewhere(self, steps: Steps) -> None:
        """See transmit_edits.Table."""
        for place, target in steps:
            self.beginMoveRows(NO_INDEX, place, place, NO_INDEX, target + (target > place))
            self._entries.insert(target, self._entries.pop(place))
            self._places = None
            self.endMoveRows()
        self.rows_edited.emit()

    def exchange(self, job_id: int, row: TransmitRow) -> None:
        """See transmit_edits.Table."""
        number = self.number_of(job_id)
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
            self._entries[number].begin()
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

    def job_ended(self, job_id: int) -> None:
        """Show a job that has ended by itself as disarmed."""
        number = self.number_of(job_id)
        if number is not None and self._entries[number].armed:
            self._entries[number].armed = False
            self._row_changed(number)

    # -- counting ----------------------------------------------------------------------------------------

    def count_sent(self, job_id: int, sent: int, late: int = 0) -> None:
        """Add to what a job has sent, and to how often it was late; a job that is gone is passed over."""
        number = self.number_of(job_id)
        if number is None:
            return
        self._entries[number].sent += sent
        self._entries[number].late += late
        self._cells_changed(number, SENT, SENT)

    def show_run(self, job_id: int, left: int | None, period_ns: float, jitter_ns: float) -> None:
        """Show what is left of a count, and what was measured."""
        number = self.number_of(job_id)
        if number is not None:
            entry = self._entries[number]
            entry.left, entry.period_ns, entry.jitter_ns = left, period_ns, jitter_ns
            self._cells_changed(number, COUNT, JITTER)

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


def _without_databases(text: str) -> Condition:
    compile_filter(text)
    return text
