"""The marks of a recording as a table: time, row, note."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QPersistentModelIndex, Qt, Signal

from canmcast_gui.frames.marks import Mark
from canmcast_gui.models.columns import seconds_text
from canmcast_gui.recording import Recording

Index = QModelIndex | QPersistentModelIndex

_TITLES = ("Time", "Row", "Note")
NOTE = 2
_NO_INDEX = QModelIndex()


class MarksModel(QAbstractTableModel):
    """One line for each mark; notes can be edited: ``renamed`` carries the row and the new note."""

    renamed = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._notes: tuple[Mark, ...] = ()
        self._start_ns = 0
        self._generation: tuple[int, int] | None = None

    def show_marks(self, recording: Recording) -> None:
        """Take over the marks of a recording where they are others than before."""
        generation = (id(recording.marks), recording.marks.generation)
        if generation == self._generation:
            return
        self._generation = generation
        self.beginResetModel()
        self._notes = tuple(recording.marks)
        self._start_ns = recording.start_ns
        self.endResetModel()

    def note(self, line: int) -> Mark | None:
        """The mark on a line."""
        return self._notes[line] if 0 <= line < len(self._notes) else None

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._notes)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = 0) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[section] if 0 <= section < len(_TITLES) else None
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == NOTE else flags

    def data(self, index: Index, role: int = 0) -> Any:
        note = self.note(index.row()) if index.isValid() else None
        if note is None:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() != NOTE:
            return int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        if role == Qt.ItemDataRole.ToolTipRole:
            return note.text or None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return (seconds_text(note.timestamp_ns - self._start_ns), f"{note.row:,}", note.text)[
                index.column()
            ]
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        note = self.note(index.row()) if index.isValid() else None
        if note is None or index.column() != NOTE or role != Qt.ItemDataRole.EditRole:
            return False
        self.renamed.emit(note.row, str(value))
        return True
