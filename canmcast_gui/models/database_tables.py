"""Tables of the messages, signals, nodes and issues of databases."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from PySide6.QtCore import QAbstractTableModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt

from canmcast_gui.database import Database, Message, Problem, Signal
from canmcast_gui.frames.text import id_text
from canmcast_gui.models.database_entries import Entry
from canmcast_gui.models.drag import SIGNALS_MIME, Dragged, mime_of

Index = QModelIndex | QPersistentModelIndex
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
_NO_INDEX = QModelIndex()


@dataclass(frozen=True, slots=True)
class TableColumn:
    """A column; ``characters`` is its initial width, ``key`` sorts the rows (None: by the text)."""

    title: str
    characters: int
    text: Callable[[Entry, bool], str]
    key: Callable[[Entry], Any] | None = None
    right: bool = False


class EntryTable(QAbstractTableModel):
    """A table of entries, which can be searched by words and sorted by any column."""

    def __init__(self, columns: tuple[TableColumn, ...], parent: Any = None) -> None:
        super().__init__(parent)
        self.columns = columns
        self._entries: list[Entry] = []
        self._shown: list[Entry] = []
        self._words: list[str] = []
        self._sorting: tuple[int, Qt.SortOrder] | None = None
        self._decimal = False

    def set_entries(self, entries: Iterable[Entry]) -> None:
        """Set the rows."""
        self._entries = list(entries)
        self._show()

    def set_filter(self, text: str) -> None:
        """Show only rows that contain every word, ignoring case."""
        self._words = text.lower().split()
        self._show()

    def set_decimal(self, decimal: bool) -> None:
        """Show ids in decimal or hexadecimal."""
        self._decimal = decimal
        self._show()

    def entry(self, index: Index) -> Entry | None:
        """The row at an index."""
        return self._shown[index.row()] if index.isValid() else None

    def index_of(self, database: Database, name: str) -> QModelIndex:
        """The index of the entry with this name; invalid if it is not shown."""
        for row, entry in enumerate(self._shown):
            if entry.database.path == database.path and entry.name == name:
                return self.index(row, 0)
        return QModelIndex()

    @property
    def total(self) -> int:
        """The number of rows, including hidden ones."""
        return len(self._entries)

    def _show(self) -> None:
        self.beginResetModel()
        self._shown = [entry for entry in self._entries if all(word in entry.search for word in self._words)]
        if self._sorting is not None:
            column, order = self.columns[self._sorting[0]], self._sorting[1]
            key = column.key or (lambda entry: column.text(entry, self._decimal).lower())
            self._shown.sort(key=key, reverse=order == Qt.SortOrder.DescendingOrder)
        self.endResetModel()

    # -- Qt's view of it ---------------------------------------------------------------------------------

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self._shown)

    def columnCount(self, parent: Index = _NO_INDEX) -> int:
        return 0 if parent.isValid() else len(self.columns)

    def sort(self, column: int, order: Qt.SortOrder = Qt.SortOrder.AscendingOrder) -> None:
        self._sorting = (column, order) if column >= 0 else None
        self._show()

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self.columns[section].title
        return _RIGHT if role == Qt.ItemDataRole.TextAlignmentRole and self.columns[section].right else None

    def flags(self, index: Index) -> Qt.ItemFlag:
        flags = super().flags(index)
        entry = self.entry(index)
        return flags | Qt.ItemFlag.ItemIsDragEnabled if entry and entry.message else flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        entry = self.entry(index)
        if entry is None:
            return None
        column = self.columns[index.column()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return column.text(entry, self._decimal)
        if role == Qt.ItemDataRole.TextAlignmentRole and column.right:
            return _RIGHT
        return None

    def mimeTypes(self) -> list[str]:
        return [SIGNALS_MIME, "text/plain"]

    def mimeData(self, indexes: Iterable[Index]) -> QMimeData:
        rows = dict.fromkeys(index.row() for index in indexes)
        found = (self._shown[row] for row in rows)
        return mime_of(
            Dragged(entry.database, entry.message, entry.signal) for entry in found if entry.message
        )


# -- texts and orders of the columns ---------------------------------------------------------------------


def _of_message(text: Callable[[Message], str]) -> Callable[[Entry, bool], str]:
    return lambda entry, _decimal: text(entry.message) if entry.message else ""


def _of_signal(text: Callable[[Signal], str]) -> Callable[[Entry, bool], str]:
    return lambda entry, _decimal: text(entry.signal) if entry.signal else ""


def _of_problem(text: Callable[[Problem], str]) -> Callable[[Entry, bool], str]:
    return lambda entry, _decimal: text(entry.problem) if entry.problem else ""


def _by_message(key: Callable[[Message], Any]) -> Callable[[Entry], Any]:
    return lambda entry: key(entry.message) if entry.message else None


def _sent_messages(entry: Entry) -> int:
    return sum(entry.name in message.senders for message in entry.database.messages)


def _received_messages(entry: Entry) -> int:
    return sum(entry.name in message.receivers for message in entry.database.messages)


def _id(entry: Entry, decimal: bool) -> str:
    message = entry.message
    return id_text(message.arbitration_id, message.extended, decimal) if message else ""


def range_text(signal: Signal) -> str:
    """The range of a signal as text, "" if it has none."""
    if signal.minimum is None and signal.maximum is None:
        return ""
    low = "" if signal.minimum is None else f"{signal.minimum:g}"
    high = "" if signal.maximum is None else f"{signal.maximum:g}"
    return f"{low} … {high}"


_FILE = TableColumn("Database", 12, lambda entry, _decimal: entry.database.path.name)

MESSAGE_COLUMNS = (
    TableColumn("Message", 22, _of_message(lambda message: message.name)),
    TableColumn("ID", 10, _id, _by_message(lambda message: (message.extended, message.arbitration_id)), True),
    TableColumn(
        "Bytes",
        6,
        _of_message(lambda message: str(message.length)),
        _by_message(lambda message: message.length),
        True,
    ),
    TableColumn(
        "Cycle",
        9,
        _of_message(lambda message: f"{message.cycle_ms:g} ms" if message.cycle_ms else ""),
        _by_message(lambda message: message.cycle_ms or 0),
        True,
    ),
    TableColumn(
        "Signals",
        8,
        _of_message(lambda message: str(len(message.listed_signals))),
        _by_message(lambda message: len(message.listed_signals)),
        True,
    ),
    TableColumn("Sender", 12, _of_message(lambda message: ", ".join(message.senders))),
    _FILE,
)
SIGNAL_COLUMNS = (
    TableColumn("Signal", 22, _of_signal(lambda signal: signal.name)),
    TableColumn("Message", 18, _of_message(lambda message: message.name)),
    TableColumn("Unit", 7, _of_signal(lambda signal: signal.unit)),
    TableColumn(
        "Bits",
        6,
        _of_signal(lambda signal: str(signal.length)),
        lambda entry: entry.signal.length if entry.signal else 0,
        True,
    ),
    TableColumn("Range", 14, _of_signal(range_text)),
    TableColumn("ID", 10, _id, _by_message(lambda message: (message.extended, message.arbitration_id)), True),
    _FILE,
)
NODE_COLUMNS = (
    TableColumn("Node", 18, lambda entry, _decimal: entry.node.name if entry.node else ""),
    TableColumn(
        "Sends",
        8,
        lambda entry, _decimal: str(_sent_messages(entry)),
        _sent_messages,
        True,
    ),
    TableColumn(
        "Receives",
        9,
        lambda entry, _decimal: str(_received_messages(entry)),
        _received_messages,
        True,
    ),
    TableColumn("Comment", 30, lambda entry, _decimal: entry.node.comment if entry.node else ""),
    _FILE,
)
PROBLEM_COLUMNS = (
    _FILE,
    TableColumn(
        "Line",
        6,
        _of_problem(lambda problem: str(problem.line) if problem.line else ""),
        lambda entry: entry.problem.line if entry.problem else 0,
        True,
    ),
    TableColumn("Kind", 9, _of_problem(lambda problem: problem.kind)),
    TableColumn("Issue", 60, _of_problem(lambda problem: problem.text)),
)
