"""The model of the panel Statistics: for each id, the number of frames, their periods and missed cycles."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QBrush

from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames import Flag
from canmcast_gui.frames.arrays import Column
from canmcast_gui.frames.text import ERROR_FRAME, frame_id_text
from canmcast_gui.models.columns import NO_INDEX, ColumnTable, Index, channel_text
from canmcast_gui.recording import NewestById
from canmcast_gui.recording.entry_numbers import Kind

# Refreshes between two sorts: rows that move each time cannot be read.
SORT_EVERY = 4


@dataclass(frozen=True)
class StatisticsColumn:
    """A column; ``width`` is in characters. ``values`` are the sort keys, ``text`` formats one of them."""

    title: str
    width: int
    values: Callable[[NewestById], Column]
    text: Callable[[Any], str]
    tip: str
    right: bool = True


def period_text(period_ns: float) -> str:
    """A period in a suitable unit; "" for NaN."""
    if np.isnan(period_ns):
        return ""
    size = abs(period_ns)
    if size >= 1e9:
        return f"{period_ns / 1e9:,.3f} s"
    return f"{period_ns / 1e6:.3f} ms" if size >= 1e6 else f"{period_ns / 1e3:.1f} µs"


def _share(newest: NewestById) -> Column:
    return newest.count / max(int(newest.count.sum()), 1)


def _rate(newest: NewestById) -> Column:
    mean = newest.cycles.mean_ns
    rate: Column = 1e9 / np.where(mean > 0, mean, np.nan)
    return rate


def _rate_text(rate: float) -> str:
    return "" if np.isnan(rate) else f"{rate:,.1f}" if rate >= 1 else f"{rate:.3f}"


def _count_text(count: int) -> str:
    return f"{count:,}"


def _missed_text(missed: int) -> str:
    return f"{missed:,}" if missed else ""


ID, NAME, CHANNEL = range(3)
COLUMNS = (
    StatisticsColumn("ID", 8, lambda newest: newest.arbitration_id, str, "Arbitration id", right=False),
    StatisticsColumn("Name", 14, lambda newest: newest.arbitration_id, str, "Message", right=False),
    StatisticsColumn("Chn", 3, lambda newest: newest.channel, lambda number: str(number or ""), "Channel"),
    StatisticsColumn("Frames", 7, lambda newest: newest.count, _count_text, "Number of frames"),
    StatisticsColumn("Share", 6, _share, lambda share: f"{share * 100:.1f} %", "Share of all frames"),
    StatisticsColumn("Rate", 6, _rate, _rate_text, "Frames per second, from the first to the last one"),
    StatisticsColumn(
        "Period min", 9, lambda newest: newest.cycles.shortest_ns, period_text, "Shortest period"
    ),
    StatisticsColumn("Mean", 9, lambda newest: newest.cycles.mean_ns, period_text, "Mean of all periods"),
    StatisticsColumn("Max", 9, lambda newest: newest.cycles.longest_ns, period_text, "Longest period"),
    StatisticsColumn(
        "Jitter", 9, lambda newest: newest.cycles.jitter_ns, period_text, "Standard deviation of the periods"
    ),
    StatisticsColumn(
        "Missed",
        7,
        lambda newest: newest.cycles.missed,
        _missed_text,
        "Missing frames of ids with a regular period. Double-click to go to one.",
    ),
)
MISSED = len(COLUMNS) - 1


class StatisticsModel(ColumnTable):
    """One line for each entry of NewestById, sorted by any column; ``refresh`` updates them."""

    columns = COLUMNS

    def __init__(self, databases: DatabaseSet, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._databases = databases
        self._newest = NewestById()
        self._order: npt.NDArray[np.intp] = np.zeros(0, dtype=np.intp)
        self._values: list[Column] = [np.zeros(0)] * len(COLUMNS)
        self._generation = -1
        self._refreshes = 0
        self._sorted_by = (ID, Qt.SortOrder.AscendingOrder)
        self._decimal = False
        self._channel_names: Mapping[int, str] = {}
        self._warning = QBrush()

    def refresh(self, newest: NewestById) -> None:
        """Show the current entries."""
        if newest is not self._newest:
            self.beginResetModel()
            self._newest, self._generation, self._refreshes = newest, -1, 0
            self._order = self._order[:0]
            self.endResetModel()
        if self._generation == newest.generation:
            return
        self._generation = newest.generation
        self._values = [column.values(newest) for column in COLUMNS]
        old, new = len(self._order), len(newest)
        if new > old:
            self.beginInsertRows(NO_INDEX, old, new - 1)
            self._order = np.append(self._order, np.arange(old, new))
            self.endInsertRows()
        if new > old or self._refreshes % SORT_EVERY == 0:
            self._sort_again()
        self._refreshes += 1
        self.texts_changed()

    @property
    def has_channels(self) -> bool:
        """Whether the frames are of different channels."""
        channels = self._values[CHANNEL]
        return bool(len(channels)) and bool((channels != channels[0]).any())

    def texts_changed(self) -> None:
        """Announce that all texts may have changed."""
        if len(self._order):
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._order) - 1, len(COLUMNS) - 1))

    def set_channel_names(self, names: Mapping[int, str]) -> None:
        """Set the names of channels by number, for tool tips."""
        self._channel_names = names

    def set_decimal(self, decimal: bool) -> None:
        """Show ids in decimal instead of hexadecimal."""
        self._decimal = decimal
        self.texts_changed()

    def set_warning(self, brush: QBrush) -> None:
        """Set the color of missed cycles."""
        self._warning = brush
        self.texts_changed()

    def entry(self, line: int) -> int:
        """The entry of NewestById on a line."""
        return int(self._order[line])

    def title(self, entry: int) -> str:
        """The id of an entry, and the name of its message if a database has it."""
        return f"{self._id(entry)} {self._name(entry)}".strip()

    def line_text(self, line: int) -> str:
        """The cells of a line, separated by tabs."""
        return "\t".join(self._text(self.entry(line), column) for column in range(len(COLUMNS)))

    # -- sorting -----------------------------------------------------------------------------------------

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        """Sort by a column; entries without a value are last."""
        self._sorted_by = (max(column, 0), order)
        self._sort_again()

    def _sort_again(self) -> None:
        self.layoutAboutToBeChanged.emit()
        kept = self.persistentIndexList()
        cells = [(self.entry(index.row()), index.column()) for index in kept]
        self._order = self._sorted()
        lines = np.argsort(self._order)
        self.changePersistentIndexList(
            kept, [self.index(int(lines[entry]), column) for entry, column in cells]
        )
        self.layoutChanged.emit()

    def _sorted(self) -> npt.NDArray[np.intp]:
        column, order = self._sorted_by
        size = len(self._order)
        if column == NAME:
            keys: Column = np.array([self._name(entry).lower() for entry in range(size)], dtype=object)
        else:
            keys = self._values[column][:size].astype(np.float64)
            keys = -keys if order == Qt.SortOrder.DescendingOrder else keys
        sorted_entries: npt.NDArray[np.intp] = np.argsort(keys, kind="stable")
        backwards = column == NAME and order == Qt.SortOrder.DescendingOrder
        return sorted_entries[::-1].copy() if backwards else sorted_entries

    # -- QAbstractTableModel -----------------------------------------------------------------------------

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._order)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        entry, column = self.entry(index.row()), index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(entry, column)
        if role == Qt.ItemDataRole.ToolTipRole and column == CHANNEL:
            return channel_text(int(self._newest.channel[entry]), self._channel_names) or None
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self.alignment(column)
        if role == Qt.ItemDataRole.ForegroundRole and column == MISSED:
            return self._warning
        return None

    def _text(self, entry: int, column: int) -> str:
        if column == ID:
            return self._id(entry)
        if column == NAME:
            return self._name(entry)
        return COLUMNS[column].text(self._values[column][entry].item())

    def _id(self, entry: int) -> str:
        number, flags = int(self._newest.arbitration_id[entry]), int(self._newest.flags[entry])
        kind = " remote" if self._newest.kind[entry] == Kind.REMOTE else ""
        return frame_id_text(number, flags, self._decimal) + kind

    def _name(self, entry: int) -> str:
        if self._newest.kind[entry] == Kind.ERROR:
            return ERROR_FRAME
        newest = self._newest
        number, channel = int(newest.arbitration_id[entry]), int(newest.channel[entry])
        return self._databases.name(number, self._is_extended(entry), channel)

    def _is_extended(self, entry: int) -> bool:
        return bool(self._newest.flags[entry] & Flag.EXTENDED)
