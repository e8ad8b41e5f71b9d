"""Measurements between two cursors: the values at both, and lowest, highest and mean between them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QObject, Qt

from canmcast_gui.models.columns import NO_INDEX, ColumnTable, Index
from canmcast_gui.models.plot.data import PlotSignal, short_names


@dataclass(frozen=True)
class Measured:
    """A signal between two times; None where it has no value. ``thinned``: the mean is that of extremes."""

    signal: PlotSignal
    first: float | None
    second: float | None
    lowest: float | None
    highest: float | None
    mean: float | None
    thinned: bool

    @property
    def difference(self) -> float | None:
        """The second value minus the first."""
        return None if self.first is None or self.second is None else self.second - self.first


def measure(signal: PlotSignal, first_ns: int, second_ns: int) -> Measured:
    """Measure a signal at two times, in any order, and between them, both included."""
    inside = signal.samples.inside(min(first_ns, second_ns), max(first_ns, second_ns))
    values = inside.values
    lowest, highest, mean = (
        (float(values.min()), float(values.max()), float(values.mean())) if len(values) else (None,) * 3
    )
    first, second = signal.samples.value_at(first_ns), signal.samples.value_at(second_ns)
    return Measured(signal, first, second, lowest, highest, mean, inside.thinned)


def span_text(first_s: float, second_s: float) -> str:
    """The two times and their distance, in seconds and as a rate."""
    distance = second_s - first_s
    rate = f"   1/Δt {1 / abs(distance):,.6g} Hz" if distance else ""
    return f"A {first_s:.6f} s   B {second_s:.6f} s   Δt {distance:.6f} s{rate}"


def _number(value: float | None) -> str:
    """A number without the name of a state: a mean or a difference is not a state."""
    return "–" if value is None else f"{value:.6g}"


def _with_unit(name: str, row: Measured) -> str:
    """A name with the unit, which the numbers leave out so that they fit."""
    return f"{name} [{row.signal.unit}]" if row.signal.unit else name


@dataclass(frozen=True)
class Column:
    """A column of the table: its title, and the text of a row."""

    title: str
    text: Callable[[Measured], str]
    right: bool = True
    tip: str = ""


COLUMNS = (
    Column("Signal", lambda row: _with_unit(row.signal.name, row), right=False),
    Column("At A", lambda row: row.signal.number(row.first)),
    Column("At B", lambda row: row.signal.number(row.second)),
    Column("B − A", lambda row: _number(row.difference)),
    Column("Min", lambda row: row.signal.number(row.lowest), tip="The lowest value between A and B"),
    Column("Max", lambda row: row.signal.number(row.highest), tip="The highest value between A and B"),
    Column("Mean", lambda row: ("≈ " if row.thinned else "") + _number(row.mean)),
)


class MeasureModel(ColumnTable):
    """A row for each signal."""

    columns = COLUMNS

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._rows: list[Measured] = []
        self._names: list[str] = []

    def show_signals(self, signals: Sequence[PlotSignal], first_ns: int, second_ns: int) -> None:
        """Measure these signals between two times."""
        rows = [measure(signal, first_ns, second_ns) for signal in signals]
        self._names = short_names([signal.name for signal in signals])
        if len(rows) != len(self._rows):
            self.beginResetModel()
            self._rows = rows
            self.endResetModel()
            return
        self._rows = rows
        if rows:
            self.dataChanged.emit(self.index(0, 0), self.index(len(rows) - 1, len(COLUMNS) - 1))

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if role == Qt.ItemDataRole.DisplayRole and index.column() == 0:
            return _with_unit(self._names[index.row()], self._rows[index.row()])
        if role == Qt.ItemDataRole.DisplayRole:
            return COLUMNS[index.column()].text(self._rows[index.row()])
        if role == Qt.ItemDataRole.ToolTipRole and index.column() == 0:
            return self._rows[index.row()].signal.name
        return self.alignment(index.column()) if role == Qt.ItemDataRole.TextAlignmentRole else None

    def as_text(self) -> str:
        """The whole table, cells separated by tabs, for the clipboard."""
        lines = ["\t".join(column.title for column in COLUMNS)]
        lines += ["\t".join(column.text(row) for column in COLUMNS) for row in self._rows]
        return "\n".join(lines)
