"""The marks of a recording as a table: time, row, note."""

from __future__ import annotations

from typing import Any

from PySide6.QtCore import QAbstractTableModel, QObject, Qt, Signal

from canmcast_gui.frames.marks import Mark
from canmcast_gui.models.columns import NO_INDEX, Index, seconds_text
from canmcast_gui.recording import Recording

_LEFT = Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter
_RIGHT = Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
_TITLES = ("Time", "Row", "Note")
TIME, ROW, NOTE = range(3)


class MarksModel(QAbstractTableModel):
    """One line for each mark. Notes can be edited: ``text_edited`` carries the row and the new text."""

    text_edited = Signal(int, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._marks: tuple[Mark, ...] = ()
        self._start_ns = 0
        self._generation: tuple[int, int] | None = None

    def show_marks(self, recording: Recording) -> None:
        """Show the marks of a recording, if they have changed."""
        generation = (id(recording.marks), recording.marks.generation)
        if generation == self._generation:
            return
        self._generation = generation
        self.beginResetModel()
        self._marks = tuple(recording.marks)
        self._start_ns = recording.start_ns
        self.endResetModel()

    def mark(self, line: int) -> Mark | None:
        """The mark on a line."""
        return self._marks[line] if 0 <= line < len(self._marks) else None

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._marks)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(_TITLES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return _TITLES[section] if 0 <= section < len(_TITLES) else None
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return int(_LEFT if section == NOTE else _RIGHT)
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == NOTE else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        mark = self.mark(index.row()) if index.isValid() else None
        if mark is None:
            return None
        if role == Qt.ItemDataRole.TextAlignmentRole and index.column() != NOTE:
            return int(_RIGHT)
        if role == Qt.ItemDataRole.ToolTipRole:
            return mark.text or None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.EditRole):
            return (seconds_text(mark.timestamp_ns - self._start_ns), f"{mark.row:,}", mark.text)[
                index.column()
            ]
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        mark = self.mark(index.row()) if index.isValid() else None
        if mark is None or index.column() != NOTE or role != Qt.ItemDataRole.EditRole:
            return False
        self.text_edited.emit(mark.row, str(value))
        return True
