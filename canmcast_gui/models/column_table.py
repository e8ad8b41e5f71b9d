"""What table models have in common whose columns are data."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt

Index = QModelIndex | QPersistentModelIndex

NO_INDEX = QModelIndex()


class TitledColumn(Protocol):
    """A column: its title, what its title explains when pointed at, and whether its cells stand right."""

    @property
    def title(self) -> str: ...
    @property
    def tip(self) -> str: ...
    @property
    def right(self) -> bool: ...


class ColumnTable(QAbstractTableModel):
    """A table model whose titles come from a list of columns."""

    columns: Sequence[TitledColumn] = ()

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Vertical:
            return None
        column = self.columns[section]
        if role == Qt.ItemDataRole.DisplayRole:
            return column.title
        if role == Qt.ItemDataRole.ToolTipRole:
            return column.tip
        return self.alignment(section) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def alignment(self, section: int) -> int:
        """Where the title and the cells of a column stand."""
        right = self.columns[section].right
        side = Qt.AlignmentFlag.AlignRight if right else Qt.AlignmentFlag.AlignLeft
        return int(side | Qt.AlignmentFlag.AlignVCenter)
