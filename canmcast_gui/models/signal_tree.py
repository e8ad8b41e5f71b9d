"""The tree of databases, messages and signals, with the newest values of the signals that are looked at."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QPersistentModelIndex, Qt
from PySide6.QtCore import Signal as QtSignal

from canmcast_gui.database import Database, DatabaseSet, Scope
from canmcast_gui.frames.text import id_text
from canmcast_gui.models.drag import SIGNALS_MIME, Dragged, mime_of
from canmcast_gui.models.signal_nodes import Node, newest_entry, number_rows, tip
from canmcast_gui.recording import NewestById
from canmcast_gui.wording import counted

Index = QModelIndex | QPersistentModelIndex

TITLES = ("Signal", "Value")
NAME, VALUE = range(2)
# Stands behind a value that cannot be meant; the tool tip says why.
ODD = "(!)"

_NO_INDEX = QModelIndex()


class SignalTreeModel(QAbstractItemModel):
    """Databases, below them messages, below them signals.

    ``plot_toggled`` carries "Message.Signal" and whether the user wants it plotted.
    """

    plot_toggled = QtSignal(str, bool)

    def __init__(self, parent: Any = None) -> None:
        super().__init__(parent)
        self._nodes: list[Node] = []
        self._top: list[Node] = []
        self._plotted: frozenset[str] = frozenset()
        self._filter = ""
        self._decimal = False
        self._scopes: dict[Path, Scope] = {}

    # -- filling and filtering ---------------------------------------------------------------------------

    def set_databases(self, databases: DatabaseSet) -> None:
        """Show these databases."""
        self.beginResetModel()
        self._nodes = []
        self._scopes = {database.path: databases.scope(database.path) for database in databases}
        self._top = [self._add_database(database) for database in databases]
        self._apply_filter()
        self.endResetModel()

    def set_filter(self, text: str) -> None:
        """Show only messages and signals whose names or ids contain every word of ``text``, in any case."""
        text = " ".join(text.lower().split())
        if text == self._filter:
            return
        self.beginResetModel()
        self._filter = text
        self._apply_filter()
        self.endResetModel()

    @property
    def shown_lines(self) -> int:
        """How many messages and signals the filter lets through."""
        return sum(len(message.shown) + 1 for top in self._top for message in top.shown)

    def set_decimal(self, decimal: bool) -> None:
        """Show ids as decimal numbers, or as hexadecimal ones."""
        self.beginResetModel()
        self._decimal = decimal
        self.endResetModel()

    def _add(self, parent: Node | None, database: Database, message=None, signal=None) -> Node:
        node = Node(len(self._nodes), parent, database, message, signal)
        self._nodes.append(node)
        if parent is not None:
            parent.children.append(node)
        return node

    def _add_database(self, database: Database) -> Node:
        top = self._add(None, database)
        for message in database.messages:
            branch = self._add(top, database, message)
            number = id_text(message.arbitration_id, message.extended)
            branch.search = f"{message.name} {number} {message.arbitration_id}".lower()
            for signal in message.listed_signals:
                leaf = self._add(branch, database, message, signal)
                leaf.search = f"{branch.search} {message.name}.{signal.name}".lower()
        return top

    def _apply_filter(self) -> None:
        words = self._filter.split()
        for row, top in enumerate(self._top):
            top.row = row
            for branch in top.children:
                branch.shown = [
                    leaf for leaf in branch.children if all(word in leaf.search for word in words)
                ]
                number_rows(branch.shown)
            top.shown = [
                branch
                for branch in top.children
                if branch.shown or all(word in branch.search for word in words)
            ]
            number_rows(top.shown)

    # -- values ------------------------------------------------------------------------------------------

    def forget_values(self) -> None:
        """Show no values until frames come, as for a new recording."""
        for node in self._nodes:
            node.value, node.warning, node.last_row = "", "", -1
        for top in self._top:
            for branch in top.shown:
                self._values_changed(branch)

    def refresh(self, newest: NewestById, indexes: Iterable[Index]) -> None:
        """Bring the values of the messages that are at ``indexes`` (signals or messages) up to date."""
        branches = {}
        for index in indexes:
            node = self._node(index)
            branch = node.parent if node.signal is not None else node
            if branch is not None and branch.message is not None:
                branches[branch.number] = branch
        for branch in branches.values():
            self._refresh_message(newest, branch)

    def _refresh_message(self, newest: NewestById, branch: Node) -> None:
        entry = newest_entry(newest, branch.message)
        if entry is None or int(newest.last_row[entry]) == branch.last_row:
            return
        branch.last_row = int(newest.last_row[entry])
        frame = newest.frames
        if not self._scopes[branch.database.path].covers(int(frame.channel[entry]), None):
            return
        values = branch.database.decode_frame(
            int(frame.arbitration_id[entry]), branch.message.extended, frame.payload(entry)
        )
        known = {value.name: value for value in values}
        for leaf in branch.children:
            value = known.get(leaf.signal.name)
            text = f"{value.text} {value.unit}".rstrip() if value else ""
            leaf.warning = value.warning if value else ""
            leaf.value = f"{text} {ODD}" if leaf.warning else text
        self._values_changed(branch)

    def _values_changed(self, branch: Node) -> None:
        if branch.shown:
            first, last = branch.shown[0], branch.shown[-1]
            self.dataChanged.emit(
                self.createIndex(first.row, VALUE, first.number),
                self.createIndex(last.row, VALUE, last.number),
            )

    # -- which are plotted -------------------------------------------------------------------------------

    def set_plotted(self, names: Iterable[str]) -> None:
        """Check the signals that are plotted, and only those."""
        before, self._plotted = self._plotted, frozenset(names)
        for node in self._nodes:
            if node.signal is not None and node.name in before ^ self._plotted:
                index = self.createIndex(node.row, NAME, node.number)
                self.dataChanged.emit(index, index, [Qt.ItemDataRole.CheckStateRole])

    # -- asking ------------------------------------------------------------------------------------------

    def signal_name(self, index: Index) -> str | None:
        """ "Message.Signal" where the index is that of a signal."""
        node = self._node(index) if index.isValid() else None
        return node.name if node is not None and node.signal is not None else None

    def signal_names(self, index: Index) -> list[str]:
        """The "Message.Signal" of a signal, or of all signals of a message; none for a database."""
        node = self._node(index)
        if node.message is None:
            return []
        return [leaf.name for leaf in (node.children if node.signal is None else [node])]

    def key(self, index: Index) -> str:
        """What names a line through changes of the tree."""
        node = self._node(index)
        return f"{node.database.path}|{node.name if node.message else ''}"

    def database_path(self, index: Index) -> Any:
        """The file of the database that a line belongs to."""
        return self._node(index).database.path

    def lines(self) -> Iterable[QModelIndex]:
        """All lines that have others below them, and pass the filter."""
        for top in self._top:
            yield self.createIndex(top.row, NAME, top.number)
            for branch in top.shown:
                yield self.createIndex(branch.row, NAME, branch.number)

    def _node(self, index: Index) -> Node:
        return self._nodes[index.internalId()]

    # -- Qt's view of it ---------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: Index = _NO_INDEX) -> QModelIndex:
        shown = self._node(parent).shown if parent.isValid() else self._top
        if not (0 <= row < len(shown) and 0 <= column < len(TITLES)):
            return QModelIndex()
        return self.createIndex(row, column, shown[row].number)

    def parent(self, index: Index = _NO_INDEX) -> QModelIndex:
        above = self._node(index).parent if index.isValid() else None
        return self.createIndex(above.row, NAME, above.number) if above else QModelIndex()

    def rowCount(self, parent: Index = _NO_INDEX) -> int:
        if not parent.isValid():
            return len(self._top)
        return len(self._node(parent).shown) if parent.column() == NAME else 0

    def columnCount(self, _parent: Index = _NO_INDEX) -> int:
        return len(TITLES)

    def headerData(
        self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole
    ) -> Any:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return TITLES[section]
        return None

    def flags(self, index: Index) -> Qt.ItemFlag:
        if not index.isValid():
            return Qt.ItemFlag.NoItemFlags
        flags = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable
        if self._node(index).message is not None:
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        if self._node(index).signal is not None:
            flags |= Qt.ItemFlag.ItemNeverHasChildren
            if index.column() == NAME:
                flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node, is_name = self._node(index), index.column() == NAME
        if role == Qt.ItemDataRole.DisplayRole:
            return self._label(node) if is_name else self._value(node)
        if role == Qt.ItemDataRole.CheckStateRole and is_name and node.signal is not None:
            return Qt.CheckState.Checked if node.name in self._plotted else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ToolTipRole:
            return tip(node)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        name = self.signal_name(index)
        if role != Qt.ItemDataRole.CheckStateRole or name is None:
            return False
        wanted = Qt.CheckState(value) == Qt.CheckState.Checked
        self.set_plotted(self._plotted | {name} if wanted else self._plotted - {name})
        self.plot_toggled.emit(name, wanted)
        return True

    def mimeTypes(self) -> list[str]:
        return [SIGNALS_MIME, "text/plain"]

    def mimeData(self, indexes: Iterable[Index]) -> QMimeData:
        nodes = [self._node(index) for index in indexes]
        return mime_of(Dragged(one.database, one.message, one.signal) for one in nodes if one.message)

    def _label(self, node: Node) -> str:
        return node.signal.name if node.signal is not None else node.name

    def _value(self, node: Node) -> str:
        if node.signal is not None:
            return node.value
        if node.message is None:
            return counted(len(node.children), "message")
        return id_text(node.message.arbitration_id, node.message.extended, self._decimal)
