"""The bits of a message in a table: a row for each byte, a column for each bit."""

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
# The longest CAN FD payload. Messages of transport protocols can be longer, but are not shown bit by bit.
MOST_BYTES = 64
# The hues of adjacent signals differ by the golden angle, so that they can be distinguished.
_GOLDEN_DEGREES = 137.508

Selection = tuple[str, int]


@dataclass(slots=True)
class Cell:
    """A bit: the indexes of the signals that contain it."""

    signals: list[int] = field(default_factory=list)


def bits_of(signal: Signal) -> Iterable[tuple[int, int]]:
    """The byte and the column (0 to 7) of each bit of a signal, the most significant bit first."""
    if signal.big_endian:
        positions = range(signal.first_bit, signal.first_bit + signal.length)
        return ((position // BITS, position % BITS) for position in positions)
    positions = range(signal.start + signal.length - 1, signal.start - 1, -1)
    return ((position // BITS, BITS - 1 - position % BITS) for position in positions)


def selections_of(message: Message) -> list[Selection]:
    """The multiplexer values that select signals of a message, as (multiplexer, value)."""
    found = {
        (signal.multiplexer, number)
        for signal in message.signals
        if signal.multiplexer is not None
        for number in signal.multiplexer_ids
    }
    return sorted(found)


def is_selected(message: Message, signal: Signal, selection: Selection | None) -> bool:
    """Whether a signal can be in a frame with a multiplexer value; signals of other multiplexers can."""
    selector: Signal | None = signal
    for _ in message.signals:
        if selection is None or selector is None or selector.multiplexer is None:
            return True
        if selector.multiplexer == selection[0]:
            return selection[1] in selector.multiplexer_ids
        selector = message.signal(selector.multiplexer)
    return True


class LayoutModel(QAbstractTableModel):
    """The bits of one message. ``runs`` are cells to merge: (row, first column, count)."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self.message: Message | None = None
        self.runs: list[tuple[int, int, int]] = []
        self._cells: list[list[Cell]] = []
        self._dark = False

    def set_message(self, message: Message | None, selection: Selection | None = None) -> None:
        """Show a message, or only its signals for one multiplexer value."""
        self.beginResetModel()
        self.message = message
        self._cells = []
        if message is not None:
            last = max([message.length, *(signal.bytes_needed for signal in message.signals)], default=0)
            self._cells = [[Cell() for _ in range(BITS)] for _ in range(min(MOST_BYTES, last))]
            for number, signal in enumerate(message.signals):
                if is_selected(message, signal, selection):
                    self._add_signal(number, signal)
        self.runs = list(self._find_runs())
        self.endResetModel()

    def set_dark(self, dark: bool) -> None:
        """Use colors for a dark or a light theme."""
        self._dark = dark
        if self._cells:
            self.dataChanged.emit(self.index(0, 0), self.index(len(self._cells) - 1, BITS - 1))

    def signal_at(self, index: Index) -> Signal | None:
        """The first signal that contains the bit at an index."""
        signals = self._cells[index.row()][index.column()].signals if index.isValid() else []
        return self.message.signals[signals[0]] if self.message is not None and signals else None

    def _add_signal(self, number: int, signal: Signal) -> None:
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
            facts = ("\n".join(signal_facts(f"{name}.{signal.name}", signal)) for signal in signals[:4])
            return "\n\n".join(facts)
        return None

    def _color(self, number: int) -> QColor:
        hue = (number * _GOLDEN_DEGREES % 360) / 360
        return QColor.fromHsvF(hue, 0.45, 0.45) if self._dark else QColor.fromHsvF(hue, 0.28, 0.95)


class FrameBitsModel(LayoutModel):
    """The bits of one frame, 0 or 1, in the colors of the signals that it contains."""

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._payload = b""
        self._present: tuple[str, ...] = ()

    def set_frame(self, message: Message | None, payload: bytes, present: Iterable[str]) -> None:
        """Show a frame; ``present`` are the signals that its multiplexers select."""
        present = tuple(present)
        same = message is self.message and present == self._present and len(payload) == len(self._payload)
        if same:
            if payload != self._payload:
                self._payload = payload
                self.dataChanged.emit(self.index(0, 0), self.index(len(payload) - 1, BITS - 1))
                self.headerDataChanged.emit(Qt.Orientation.Vertical, 0, len(payload) - 1)
            return
        self.beginResetModel()
        self.message, self._payload, self._present = message, payload, present
        self._cells = [[Cell() for _ in range(BITS)] for _ in range(len(payload))]
        for number, signal in enumerate(message.signals if message is not None else ()):
            if signal.name in present:
                self._add_signal(number, signal)
        self.endResetModel()

    def color_of(self, name: str) -> QColor:
        """The color of the bits of a signal."""
        signals = self.message.signals if self.message is not None else ()
        return self._color(next((number for number, one in enumerate(signals) if one.name == name), 0))

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        text = super().headerData(section, orientation, role)
        if text is not None and orientation == Qt.Orientation.Vertical:
            return f"{section:2d}   {self._payload[section]:02X}"
        return text

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        if role == Qt.ItemDataRole.DisplayRole:
            return str(self._payload[index.row()] >> (BITS - 1 - index.column()) & 1)
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return Qt.AlignmentFlag.AlignCenter
        return super().data(index, role)
