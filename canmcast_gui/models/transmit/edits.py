"""What a user did to the transmit table, so that it can be undone and done again."""

from __future__ import annotations

from typing import Any, Protocol

from PySide6.QtGui import QUndoCommand

from canmcast_gui.app.transmit.row import TransmitRow

# From which place to which one entry goes, one step after the other.
Steps = list[tuple[int, int]]


class Table(Protocol):
    """What edits do to the table, without remembering it."""

    def put_in(self, places: list[int], entries: list[Any]) -> None:
        """Put entries in, so that each has its place then; places rise."""

    def take_out(self, places: list[int]) -> list[Any]:
        """Disarm entries and take them out; places rise."""

    def put_elsewhere(self, steps: Steps) -> None:
        """Move entries, one after the other."""

    def exchange(self, job_id: int, row: TransmitRow) -> None:
        """Give the entry with that job id another row."""


class InsertEdit(QUndoCommand):
    """Entries that were put in."""

    def __init__(self, table: Table, places: list[int], entries: list[Any], text: str) -> None:
        super().__init__(text)
        self._table, self._places, self._entries = table, places, entries

    def redo(self) -> None:
        self._table.put_in(self._places, self._entries)

    def undo(self) -> None:
        self._table.take_out(self._places)


class RemoveEdit(QUndoCommand):
    """Entries that were taken out; they come back disarmed."""

    def __init__(self, table: Table, places: list[int]) -> None:
        super().__init__("Remove rows" if len(places) > 1 else "Remove the row")
        self._table, self._places = table, places
        self._entries: list[Any] = []

    def redo(self) -> None:
        self._entries = self._table.take_out(self._places)

    def undo(self) -> None:
        self._table.put_in(self._places, self._entries)


class MoveEdit(QUndoCommand):
    """Entries that went elsewhere."""

    def __init__(self, table: Table, steps: Steps) -> None:
        super().__init__("Move rows" if len(steps) > 1 else "Move the row")
        self._table, self._steps = table, steps

    def redo(self) -> None:
        self._table.put_elsewhere(self._steps)

    def undo(self) -> None:
        self._table.put_elsewhere([(target, place) for place, target in reversed(self._steps)])


class ChangeEdit(QUndoCommand):
    """A row that was changed. Changes with the same ``gesture``, one after the other, are undone as one."""

    def __init__(
        self, table: Table, job_id: int, before: TransmitRow, after: TransmitRow, gesture: int
    ) -> None:
        super().__init__("Change the row")
        self._table, self._job_id, self._before, self._after = table, job_id, before, after
        self._gesture = gesture

    def id(self) -> int:
        return self._gesture or -1

    def mergeWith(self, other: QUndoCommand) -> bool:  # noqa: N802
        if not isinstance(other, ChangeEdit) or other._job_id != self._job_id:
            return False
        self._after = other._after
        return True

    def redo(self) -> None:
        self._table.exchange(self._job_id, self._after)

    def undo(self) -> None:
        self._table.exchange(self._job_id, self._before)


def steps_to(places: list[int], at: int) -> Steps:
    """How entries get from their places, which rise, to before the entry at ``at``, in their order."""
    above = [place for place in places if place < at]
    below = [place for place in places if place >= at]
    steps = [(place, at - 1 - number) for number, place in enumerate(reversed(above))]
    steps += [(place, at + number) for number, place in enumerate(below)]
    return [(place, target) for place, target in steps if place != target]
