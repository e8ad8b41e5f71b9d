"""Where the signals of a message lie in its payload: a row for each byte, a column for each bit."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtGui import QColor

from canmcast_gui.database import Message, Signal
from canmcast_gui.models.signal_nodes import signal_facts

Index = QModelIndex | QPersistentModelIndex
_NO_INDEX = QModelIndex()

BITS = 8
# Longer messages come by transport protocols; nobody counts bits there.
MOST_BYTES = 64
# Neighbours differ in hue by the golden angle, so that any few of them can be told apart.
_GOLDEN_DEGREES = 137.508

Selection = tuple[str, int]


@dataclass(slots=True)
class Cell:
    """One bit: the numbers of the signals that have it in the message, in order."""

    signals: list[int] = field(default_factory=list)


def bits_of(signal: Signal) -> Iterable[tuple[int, int]]:
    """(byte, column 0 to 7) of each of a signal's bits, the most significant first."""
    if signal.big_endian:
        places = range(signal.first_bit, signal.first_bit + signal.length)
        return ((place // BITS, place % BITS) for place in places)
    places = range(signal.start + signal.length - 1, signal.start - 1, -1)
    return ((place // BITS, BITS - 1 - place % BITS) for place in places)


def selections_of(message: Message) -> list[Selection]:
    """The numbers of the message's multiplexers that select signals, as (multiplexer, number)."""
    found = {
        (signal.multiplexer, number)
        for signal in message.signals
        if signal.multiplexer is not None
        for number in signal.multiplexer_ids
    }
    return sorted(found)


def is_selected(message: Message, signal: Signal, selection: Selection | None) -> bool:
    """Whether a signal is there where a multiplexer has that number; those of other multiplexers may be."""
    at: Signal | None = signal
    for _ in message.signals:
        if selection is None or at is None or at.multiplexer is None:
            return True
        if at.multiplexer == selection[0]:
            return selection[1] in at.multiplexer_ids
        at = message.signal(at.multiplexer)
    return True


class LayoutModel(QAbstractTableModel):
    """The bits of one message. ``runs`` are cells to be shown as one: (row, first column, count)."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.message: Message | None = None
        self.runs: list[tuple[int, int, int]] = []
        self._cells: list[list[Cell]] = []
        self._dark = False

    def set_message(self, message: Message | None, selection: Selection | None = None) -> None:
        """Show a message, or only what is there for one number of a multiplexer."""
        self.beginResetModel()
        self.message = message
        self._cells = []
        if message is not None:
            last = max([message.length, *(one.bytes_needed for one in message.signals)], default=0)
            self._cells = [[Cell() for _ in range(BITS)] for _ in range(min(MOST_BYTES, last))]
            for number, signal in enumerate(message.signals):
                if is_selected(message, signal, selection):
                    self._place(number, signal)
        self.runs = list(self._find_runs())
        self.endResetModel()

    def set_dark(self, dark: bool) -> None:
        """Colours for a dark window, or for a light one."""
        self._dark = dark
        if self._cells:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._cells) - 1, BITS - 1))

    def signal_at(self, index: Index) -> Signal | None:
        """The first signal that has the bit at an index."""
        signals = self._cells[index.row()][index.column()].signals if index.isValid() else []
        return self.message.signals[signals[0]] if self.message is not None and signals else None

    def _place(self, number: int, signal: Signal) -> None:
        for byte, bit in bits_of(signal):
            if byte < len(self._cells):
                self._cells[byte][bit].signals.append(number)

    def _find_runs(self) -> Iterable[tuple[int, int, int]]:
        for row, cells in enumerate(self._cells):
            first = 0
            for column in range(1, BITS + 1):
                if column < BITS and cells[column].signals == cells[first].signals and cells[first].signals:
                    continue
                if column - first > 1:
                    yield row, first, column - first
                first = column

    # -- Qt's view of it ---------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._cells)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else BITS

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return str(section) if orientation == Qt.Orientation.Vertical else str(BITS - 1 - section)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid() or self.message is None:
            return None
        numbers = self._cells[index.row()][index.column()].signals
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        if not numbers:
            return None
        signals = [self.message.signals[number] for number in numbers]
        if role == Qt.ItemDataRole.DisplayRole:
            more = f" +{len(signals) - 1}" if len(signals) > 1 else ""
            return signals[0].name + more
        if role == Qt.ItemDataRole.BackgroundRole:
            return self._color(numbers[0])
        if role == Qt.ItemDataRole.ToolTipRole:
            name = self.message.name
            facts = ("\n".join(signal_facts(f"{name}.{one.name}", one)) for one in signals[:4])
            return "\n\n".join(facts)
        return None

    def _color(self, number: int) -> QColor:
        hue = (number * _GOLDEN_DEGREES % 360) / 360
        return QColor.fromHsvF(hue, 0.45, 0.45) if self._dark else QColor.fromHsvF(hue, 0.28, 0.95)
