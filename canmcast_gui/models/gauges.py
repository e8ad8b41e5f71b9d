"""The model of the panel Watch: signals with their newest values, extremes, age and trend."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import QAbstractTableModel, QMimeData, QObject, Qt
from PySide6.QtCore import Signal as QtSignal

from canmcast_gui.database import DatabaseError, DatabaseSet, Signal
from canmcast_gui.database.decoding.payload import range_warning
from canmcast_gui.database.decoding.values import number_text
from canmcast_gui.frames import FrameBatch
from canmcast_gui.models.columns import NO_INDEX, Index
from canmcast_gui.models.drag import SIGNALS_MIME, signals_of_mime

TITLES = ("Signal", "Value", "Unit", "Trend", "Min", "Max", "Age")
NAME, VALUE, UNIT, TREND, MINIMUM, MAXIMUM, AGE = range(7)
NUMBERS = (VALUE, MINIMUM, MAXIMUM, AGE)
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)

# The trend has several values for each pixel, so that thinning shows every peak.
TREND_VALUES = 2_048
# A longer table cannot be watched, and each signal takes time for every frame.
MAX_GAUGES = 200


@dataclass(slots=True, eq=False)
class Gauge:
    """A signal and its values. ``problem`` tells why it has none."""

    name: str
    signal: Signal | None = None
    problem: str = ""
    value: int | float | None = None
    minimum: float | None = None
    maximum: float | None = None
    time_ns: int = 0
    trend: npt.NDArray[np.float64] = field(default_factory=lambda: np.zeros(0))

    def append(self, times: npt.NDArray[np.int64], values: npt.NDArray[Any]) -> None:
        """Add values, in the order of their frames."""
        if not len(values):
            return
        self.value, self.time_ns = values[-1:].tolist()[0], int(times[-1])
        floats = values.astype(np.float64)
        finite = floats[np.isfinite(floats)]
        if len(finite):
            low, high = float(finite.min()), float(finite.max())
            self.minimum = low if self.minimum is None else min(self.minimum, low)
            self.maximum = high if self.maximum is None else max(self.maximum, high)
        self.trend = np.concatenate([self.trend, floats[-TREND_VALUES:]])[-TREND_VALUES:]

    def clear(self) -> None:
        """Discard all values."""
        self.value = self.minimum = self.maximum = None
        self.time_ns, self.trend = 0, np.zeros(0)


class GaugesModel(QAbstractTableModel):
    """One row for each gauge. ``signals_dropped`` carries the names of signals that were dropped on it."""

    signals_dropped = QtSignal(list)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._gauges: list[Gauge] = []
        self._sorting: tuple[int, bool] | None = None
        self._now_ns = 0

    # -- gauges ------------------------------------------------------------------------------------------

    @property
    def names(self) -> list[str]:
        """The names of the signals, in the order in which they are shown."""
        return [gauge.name for gauge in self._gauges]

    def add(self, names: Iterable[str], databases: DatabaseSet) -> list[str]:
        """Add gauges; returns the names of new ones."""
        room = MAX_GAUGES - len(self._gauges)
        new = [name for name in dict.fromkeys(names) if name and name not in self.names][:room]
        if new:
            first = len(self._gauges)
            self.beginInsertRows(NO_INDEX, first, first + len(new) - 1)
            self._gauges += [Gauge(name) for name in new]
            self.endInsertRows()
            self.look_up(databases)
        return new

    def remove(self, rows: Iterable[int]) -> None:
        """Remove the gauges of some rows."""
        for row in sorted(set(rows), reverse=True):
            self.beginRemoveRows(NO_INDEX, row, row)
            del self._gauges[row]
            self.endRemoveRows()

    def look_up(self, databases: DatabaseSet) -> None:
        """Update the signals from the databases."""
        for gauge in self._gauges:
            try:
                gauge.signal, gauge.problem = databases.signal(gauge.name), ""
            except DatabaseError as error:
                gauge.signal, gauge.problem = None, str(error)
        self._all_changed()

    @property
    def has_values(self) -> bool:
        """Whether any gauge has a value."""
        return any(gauge.time_ns for gauge in self._gauges)

    def clear(self) -> None:
        """Discard all values, as for a new recording."""
        for gauge in self._gauges:
            gauge.clear()
        self._all_changed()

    # -- values ------------------------------------------------------------------------------------------

    def append(self, batch: FrameBatch, databases: DatabaseSet, names: Iterable[str] | None = None) -> None:
        """Decode frames, for all gauges or those of some names; ``refresh`` shows their values."""
        selected = None if names is None else set(names)
        for gauge in self._gauges:
            if gauge.signal is not None and (selected is None or gauge.name in selected):
                gauge.append(*databases.decode(batch, gauge.name))

    def refresh(self, now_ns: int) -> None:
        """Show the values; ages are those at ``now_ns``."""
        self._now_ns = now_ns
        if self._sorting is not None:
            self.sort(*self._sorting)
        self._all_changed()

    def trend(self, index: Index) -> npt.NDArray[np.float64]:
        """The latest values of the gauge at an index."""
        return self._gauges[index.row()].trend

    def _all_changed(self) -> None:
        if self._gauges:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._gauges) - 1, len(TITLES) - 1))

    # -- QAbstractTableModel -----------------------------------------------------------------------------

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._gauges)

    def columnCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(TITLES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.TextAlignmentRole:
            return _RIGHT if section in NUMBERS else _LEFT
        return None

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        gauge, column = self._gauges[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole:
            return self._text(gauge, column)
        if role == Qt.ItemDataRole.TextAlignmentRole and column in NUMBERS:
            return _RIGHT
        if role == Qt.ItemDataRole.ToolTipRole:
            return "\n".join(filter(None, [gauge.name, gauge.problem, self._warning(gauge)]))
        return None

    def sort(self, column: int, order: Qt.SortOrder | bool = Qt.SortOrder.AscendingOrder) -> None:
        descending = order in (True, Qt.SortOrder.DescendingOrder)
        self._sorting = (column, descending) if column >= 0 and column != TREND else None
        if self._sorting is None:
            return
        before = list(self._gauges)
        after = sorted(before, key=lambda gauge: self._key(gauge, column), reverse=descending)
        if after == before:
            return
        self.layoutAboutToBeChanged.emit()
        self._gauges = after
        rows = {id(gauge): row for row, gauge in enumerate(after)}
        kept = self.persistentIndexList()
        self.changePersistentIndexList(
            kept, [self.index(rows[id(before[index.row()])], index.column()) for index in kept]
        )
        self.layoutChanged.emit()

    def flags(self, index: Index) -> Qt.ItemFlag:
        return super().flags(index) | Qt.ItemFlag.ItemIsDropEnabled

    def mimeTypes(self) -> list[str]:
        return [SIGNALS_MIME]

    def supportedDropActions(self) -> Qt.DropAction:
        return Qt.DropAction.CopyAction

    def dropMimeData(
        self, data: QMimeData, _action: Qt.DropAction, _row: int, _column: int, _parent: Index
    ) -> bool:
        names = signals_of_mime(data)
        if names:
            self.signals_dropped.emit(names)
        return bool(names)

    # -- cells -------------------------------------------------------------------------------------------

    def _key(self, gauge: Gauge, column: int) -> Any:
        number = {VALUE: gauge.value, MINIMUM: gauge.minimum, MAXIMUM: gauge.maximum}.get(column)
        if column in (VALUE, MINIMUM, MAXIMUM):
            known = number is not None and number == number
            return not known, number if known else 0
        if column == AGE:
            return -gauge.time_ns
        return (gauge.signal.unit if gauge.signal else "") if column == UNIT else gauge.name.lower()

    def _text(self, gauge: Gauge, column: int) -> str:
        if column == NAME:
            return gauge.name
        signal = gauge.signal
        if signal is None:
            return "not in any database" if column == VALUE else ""
        if column == UNIT:
            return signal.unit
        if column == AGE:
            return f"{max(0, self._now_ns - gauge.time_ns) / 1e9:.1f} s" if gauge.time_ns else ""
        number = {VALUE: gauge.value, MINIMUM: gauge.minimum, MAXIMUM: gauge.maximum}.get(column)
        if number is None:
            return ""
        text = number_text(signal, number)
        return f"{text} (!)" if column == VALUE and self._warning(gauge) else text

    def _warning(self, gauge: Gauge) -> str:
        if gauge.signal is None or gauge.value is None:
            return ""
        if number_text(gauge.signal, gauge.value) in gauge.signal.choices.values():
            return ""
        return range_warning(gauge.signal, gauge.value)
