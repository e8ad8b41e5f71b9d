"""Edits of the transmit table, as commands of its undo stack."""

from __future__ import annotations

from PySide6.QtGui import QUndoCommand

from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.app.transmit.row_list import Entry, TransmitRows

# Moves of single rows, one after the other: from which index to which.
Steps = list[tuple[int, int]]


class InsertEdit(QUndoCommand):
    """Inserts rows."""

    def __init__(self, rows: TransmitRows, indexes: list[int], entries: list[Entry]) -> None:
        super().__init__("Add rows" if len(entries) > 1 else "Add the row")
        self._rows, self._indexes, self._entries = rows, indexes, entries

    def redo(self) -> None:
        self._rows.insert(self._indexes, self._entries)

    def undo(self) -> None:
        self._rows.take(self._indexes)


class RemoveEdit(QUndoCommand):
    """Removes rows; undone, they come back disarmed."""

    def __init__(self, rows: TransmitRows, indexes: list[int]) -> None:
        super().__init__("Remove rows" if len(indexes) > 1 else "Remove the row")
        self._rows, self._indexes = rows, indexes
        self._entries: list[Entry] = []

    def redo(self) -> None:
        self._entries = self._rows.take(self._indexes)

    def undo(self) -> None:
        self._rows.insert(self._indexes, self._entries)


class MoveEdit(QUndoCommand):
    """Moves rows."""

    def __init__(self, rows: TransmitRows, steps: Steps) -> None:
        super().__init__("Move rows" if len(steps) > 1 else "Move the row")
        self._rows, self._steps = rows, steps

    def redo(self) -> None:
        self._rows.move(self._steps)

    def undo(self) -> None:
        self._rows.move([(target, index) for index, target in reversed(self._steps)])


class ChangeEdit(QUndoCommand):
    """Changes a row. Consecutive edits of one row with the same ``gesture`` are undone together."""

    def __init__(
        self, rows: TransmitRows, job_id: int, before: TransmitRow, after: TransmitRow, gesture: int
    ) -> None:
        super().__init__("Change the row")
        self._rows, self._job_id, self._before, self._after = rows, job_id, before, after
        self._gesture = gesture

    def id(self) -> int:
        return self._gesture or -1

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802
        if not isinstance(other, ChangeEdit) or other._job_id != self._job_id:
            return False
        self._after = other._after
        return True

    def redo(self) -> None:
        self._rows.replace(self._job_id, self._after)

    def undo(self) -> None:
        self._rows.replace(self._job_id, self._before)


def steps_to(indexes: list[int], before: int) -> Steps:
    """The moves that bring rows, given in ascending order, in front of the row at ``before``."""
    from_above = [index for index in indexes if index < before]
    from_below = [index for index in indexes if index >= before]
    steps = [(index, before - 1 - number) for number, index in enumerate(reversed(from_above))]
    steps += [(index, before + number) for number, index in enumerate(from_below)]
    return [(index, target) for index, target in steps if index != target]
