"""The model of the signal tree: databases, messages, and signals with their newest values."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from PySide6.QtCore import QAbstractItemModel, QMimeData, QModelIndex, QObject, Qt
from PySide6.QtCore import Signal as QtSignal
from PySide6.QtGui import QBrush

from canmcast_gui.database import DatabaseSet, Message, Scope
from canmcast_gui.frames import Flag
from canmcast_gui.frames.text import id_text
from canmcast_gui.models.columns import NO_INDEX, Index
from canmcast_gui.models.drag import SIGNALS_MIME, mime_of
from canmcast_gui.models.signal_nodes import DatabaseNode, MessageNode, Node, SignalNode, database_node
from canmcast_gui.models.signal_values import NewestValues
from canmcast_gui.recording import NewestById

TITLES = ("Signal", "Value")
NAME, VALUE = range(2)

# The id of a message, which is drawn after its name.
ID_ROLE = Qt.ItemDataRole.UserRole + 1


class SignalTreeModel(QAbstractItemModel):
    """Databases with their messages, and these with their signals.

    ``plot_toggled`` carries "Message.Signal" and whether it must be plotted.
    """

    plot_toggled = QtSignal(str, bool)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._nodes: list[Node] = []
        self._top: list[DatabaseNode] = []
        self._plotted: frozenset[str] = frozenset()
        self._filter = ""
        self._decimal = False
        self._scopes: dict[Path, Scope] = {}
        self._node_of: dict[int, MessageNode] = {}  # by the identity of the message
        self._entries_seen = 0
        self._muted = QBrush()

    # -- databases and filter ----------------------------------------------------------------------------

    def set_databases(self, databases: DatabaseSet) -> None:
        """Show these databases."""
        self.beginResetModel()
        self._scopes = {database.path: databases.scope(database.path) for database in databases}
        self._top = [database_node(database, row) for row, database in enumerate(databases)]
        self._nodes = [node for top in self._top for node in top.nodes()]
        for number, node in enumerate(self._nodes):
            node.number = number
        self._node_of = {id(node.message): node for node in self._nodes if isinstance(node, MessageNode)}
        self._entries_seen = 0
        self._apply_filter()
        self.endResetModel()

    def set_filter(self, text: str) -> None:
        """Show only messages and signals whose names or ids contain every word of ``text``, in any case."""
        text = " ".join(text.lower().split())
        if text == self._filter:
            return
        self.beginResetModel()
        self._filter = text
        self._collapse_all()
        self._apply_filter()
        self.endResetModel()

    def _apply_filter(self) -> None:
        for top in self._top:
            top.apply_filter(self._filter.split())

    @property
    def shown_lines(self) -> int:
        """The number of messages and signals that pass the filter."""
        return sum(len(message.shown) + 1 for top in self._top for message in top.shown)

    def set_decimal(self, decimal: bool) -> None:
        """Show ids as decimal or hexadecimal numbers."""
        self.beginResetModel()
        self._decimal = decimal
        self._collapse_all()
        self.endResetModel()

    def _collapse_all(self) -> None:
        """Take note that views collapse all lines of a model that is reset."""
        for node in self._node_of.values():
            if node.expanded:
                node.expanded, node.last_row = False, -1

    # -- values ------------------------------------------------------------------------------------------

    def clear_values(self) -> None:
        """Show no values until the next frames, as for a new recording."""
        for node in self._nodes:
            node.clear_values()
        self._entries_seen = 0
        for message in (message for top in self._top for message in top.shown):
            self._emit_values_changed(message)

    def new_messages(self, newest: NewestById) -> list[QModelIndex]:
        """The shown messages whose first frame has come since the last call."""
        first, size = self._entries_seen, len(newest)
        self._entries_seen = size
        found: dict[int, MessageNode] = {}
        for record in newest.records[first:size]:
            flags = int(record["flags"])
            if flags & (Flag.ERROR | Flag.REMOTE):
                continue
            for top in self._top:
                message = top.database.message(int(record["arbitration_id"]), bool(flags & Flag.EXTENDED))
                node = None if message is None else self._node_of.get(id(message))
                if node is not None and self._scopes[top.database.path].covers(int(record["channel"]), None):
                    found[node.number] = node
        shown = [node for node in found.values() if node.is_shown]
        return [self.createIndex(node.row, NAME, node.number) for node in shown]

    def set_expanded(self, index: Index, expanded: bool) -> None:
        """Show the first values of a message in its line, or in the lines of its signals."""
        node = self._node(index)
        if isinstance(node, MessageNode) and node.expanded != expanded:
            node.expanded, node.last_row = expanded, -1
            self._emit_line_changed(node)

    def set_muted(self, brush: QBrush) -> None:
        """Set the color of messages without frames."""
        self._muted = brush

    def refresh(self, newest: NewestById, indexes: Iterable[Index], now_ns: int | None = None) -> None:
        """Update the values of the messages at ``indexes``, or of the messages of the signals there.

        ``now_ns`` is the time from which ages count, in the clock of frames; by default the newest frame's.
        """
        messages: dict[int, MessageNode] = {}
        for index in indexes:
            node = self._node(index)
            message = node.parent if isinstance(node, SignalNode) else node
            if isinstance(message, MessageNode):
                messages[message.number] = message
        values = NewestValues(newest, now_ns)
        for message in messages.values():
            if values.update(message, self._scopes[message.database.path]):
                self._emit_values_changed(message)

    def _emit_values_changed(self, node: MessageNode) -> None:
        self._emit_line_changed(node)
        if node.shown and node.expanded:
            first, last = node.shown[0], node.shown[-1]
            self.dataChanged.emit(
                self.createIndex(first.row, NAME, first.number),
                self.createIndex(last.row, VALUE, last.number),
            )

    def _emit_line_changed(self, node: MessageNode) -> None:
        if node.is_shown:
            self.dataChanged.emit(
                self.createIndex(node.row, NAME, node.number), self.createIndex(node.row, VALUE, node.number)
            )

    # -- plotted signals ---------------------------------------------------------------------------------

    def set_plotted(self, names: Iterable[str]) -> None:
        """Check these signals, and uncheck all others."""
        before, self._plotted = self._plotted, frozenset(names)
        changed = before ^ self._plotted
        for node in self._nodes:
            if isinstance(node, SignalNode) and node.name in changed:
                index = self.createIndex(node.row, NAME, node.number)
                self.dataChanged.emit(index, index, [Qt.ItemDataRole.CheckStateRole])

    # -- lines -------------------------------------------------------------------------------------------

    def signal_name(self, index: Index) -> str | None:
        """ "Message.Signal" of the signal at an index; None for other lines."""
        node = self._node(index) if index.isValid() else None
        return node.name if isinstance(node, SignalNode) else None

    def message(self, index: Index) -> Message | None:
        """The message at an index; None for other lines."""
        node = self._node(index) if index.isValid() else None
        return node.message if isinstance(node, MessageNode) else None

    def signal_names(self, index: Index) -> list[str]:
        """ "Message.Signal" of a signal, or of all signals of a message; none for a database."""
        return self._node(index).signal_names

    def key(self, index: Index) -> str:
        """A key of a line that stays the same when databases change."""
        node = self._node(index)
        return f"{node.database.path}|{'' if isinstance(node, DatabaseNode) else node.name}"

    def database_path(self, index: Index) -> Path:
        """The file of the database that a line belongs to."""
        return self._node(index).database.path

    def lines(self) -> Iterable[QModelIndex]:
        """All databases and messages that pass the filter."""
        for top in self._top:
            yield self.createIndex(top.row, NAME, top.number)
            for message in top.shown:
                yield self.createIndex(message.row, NAME, message.number)

    def _node(self, index: Index) -> Node:
        return self._nodes[index.internalId()]

    # -- QAbstractItemModel ------------------------------------------------------------------------------

    def index(self, row: int, column: int, parent: Index = NO_INDEX) -> QModelIndex:
        shown = self._shown(parent)
        if not (0 <= row < len(shown) and 0 <= column < len(TITLES)):
            return QModelIndex()
        return self.createIndex(row, column, shown[row].number)

    def _shown(self, parent: Index) -> Sequence[Node]:
        """The visible lines below an index."""
        if not parent.isValid():
            return self._top
        node = self._node(parent)
        return node.shown if isinstance(node, DatabaseNode | MessageNode) else ()

    def parent(self, index: Index = NO_INDEX) -> QModelIndex:  # type: ignore[override]  # QObject.parent()
        node = self._node(index) if index.isValid() else None
        if not isinstance(node, MessageNode | SignalNode):
            return QModelIndex()
        return self.createIndex(node.parent.row, NAME, node.parent.number)

    def rowCount(self, parent: Index = NO_INDEX) -> int:
        if parent.isValid() and parent.column() != NAME:
            return 0
        return len(self._shown(parent))

    def columnCount(self, _parent: Index = NO_INDEX) -> int:
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
        flags, node = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable, self._node(index)
        if not isinstance(node, DatabaseNode):
            flags |= Qt.ItemFlag.ItemIsDragEnabled
        if isinstance(node, SignalNode):
            flags |= Qt.ItemFlag.ItemNeverHasChildren
            if index.column() == NAME:
                flags |= Qt.ItemFlag.ItemIsUserCheckable
        return flags

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        if not index.isValid():
            return None
        node, is_name = self._node(index), index.column() == NAME
        if role == Qt.ItemDataRole.DisplayRole:
            return node.label if is_name else node.shown_value
        if role == Qt.ItemDataRole.CheckStateRole and is_name and isinstance(node, SignalNode):
            return Qt.CheckState.Checked if node.name in self._plotted else Qt.CheckState.Unchecked
        if role == Qt.ItemDataRole.ToolTipRole:
            return node.tip()
        message = node.parent if isinstance(node, SignalNode) else node
        if not isinstance(message, MessageNode):
            return None
        if role == Qt.ItemDataRole.ForegroundRole and self._entries_seen and not message.alive:
            return self._muted
        if role == ID_ROLE and is_name and node is message:
            return id_text(message.message.arbitration_id, message.message.extended, self._decimal)
        return None

    def setData(self, index: Index, value: Any, role: int = Qt.ItemDataRole.EditRole) -> bool:
        name = self.signal_name(index)
        if role != Qt.ItemDataRole.CheckStateRole or name is None:
            return False
        is_checked = Qt.CheckState(value) == Qt.CheckState.Checked
        self.set_plotted(self._plotted | {name} if is_checked else self._plotted - {name})
        self.plot_toggled.emit(name, is_checked)
        return True

    def mimeTypes(self) -> list[str]:
        return [SIGNALS_MIME, "text/plain"]

    def mimeData(self, indexes: Iterable[Index]) -> QMimeData:
        found = (self._node(index).dragged for index in indexes)
        return mime_of(dragged for dragged in found if dragged is not None)
