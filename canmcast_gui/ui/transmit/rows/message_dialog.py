"""The dialog that adds messages of the loaded databases to the transmit list."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QComboBox,
    QDialog,
    QDialogButtonBox,
    QHeaderView,
    QLineEdit,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.transmit.message_rows import row_for_message
from canmcast_gui.app.transmit.row import RowError
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames.text import id_text
from canmcast_gui.ui import icons, theme
from canmcast_gui.ui.content_size import widen

_INDEX = Qt.ItemDataRole.UserRole


class MessageDialog(QDialog):
    """A list of messages with a search field. ``chosen`` carries a list of rows, ``refused`` a message."""

    chosen = Signal(list)
    refused = Signal(str)

    def __init__(self, databases: DatabaseSet, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle("Add messages from the databases")
        self._messages = [(database, message) for database in databases for message in database.messages]
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search by name or id")
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self._filter)
        self.search.installEventFilter(self)
        self.node = QComboBox(self)
        widen(self.node)
        self.node.addItem("Messages of all nodes", None)
        for name in sorted({sender for _, message in self._messages for sender in message.senders}):
            self.node.addItem(f"Messages that {name} sends", name)
        self.node.setToolTip("Selects all messages that a node sends, to simulate it")
        self.node.currentIndexChanged.connect(self._choose_node)
        self.list = self._make_list()
        self.buttons = QDialogButtonBox(
            QDialogButtonBox.StandardButton.Ok | QDialogButtonBox.StandardButton.Cancel, self
        )
        self._ok = self.buttons.button(QDialogButtonBox.StandardButton.Ok)
        icons.without_icons(self.buttons)
        self._ok.setText("Add")
        self._ok.setEnabled(False)
        self._ok.setDefault(True)
        self.buttons.accepted.connect(self.accept)
        self.buttons.rejected.connect(self.reject)
        layout = QVBoxLayout(self)
        for widget in (self.node, self.search, self.list, self.buttons):
            layout.addWidget(widget)
        self.resize(520, 420)
        self.search.setFocus()

    def _make_list(self) -> QTreeWidget:
        view = QTreeWidget(self)
        view.setHeaderLabels(["Message", "ID", "Bytes", "Cycle ms", "Database"])
        for column in (1, 2, 3):
            view.headerItem().setTextAlignment(
                column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter
            )
        view.setRootIsDecorated(False)
        view.setUniformRowHeights(True)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.addTopLevelItems([self._make_item(index) for index in range(len(self._messages))])
        view.header().setSectionResizeMode(QHeaderView.ResizeMode.ResizeToContents)
        view.itemSelectionChanged.connect(lambda: self._ok.setEnabled(bool(view.selectedItems())))
        view.itemDoubleClicked.connect(lambda _item: self.accept())
        return view

    def _make_item(self, index: int) -> QTreeWidgetItem:
        database, message = self._messages[index]
        cycle = f"{message.cycle_ms:g}" if message.cycle_ms else ""
        number = id_text(message.arbitration_id, message.extended)
        item = QTreeWidgetItem([message.name, number, str(message.length), cycle, database.name])
        item.setData(0, _INDEX, index)
        item.setToolTip(0, message.comment)
        item.setFont(1, theme.fixed_font())
        for column in (1, 2, 3):
            item.setTextAlignment(column, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        return item

    def _items(self) -> list[QTreeWidgetItem]:
        items = (self.list.topLevelItem(number) for number in range(self.list.topLevelItemCount()))
        return [item for item in items if item is not None]

    def _choose_node(self) -> None:
        """Show and select the messages of a node."""
        self._filter(self.search.text())
        chosen = self.node.currentData() is not None
        for item in self._items():
            item.setSelected(chosen and not item.isHidden())

    def _filter(self, text: str) -> None:
        searched, node = text.strip().lower(), self.node.currentData()
        for item in self._items():
            _database, message = self._messages[item.data(0, _INDEX)]
            matches = searched in item.text(0).lower() or searched in item.text(1).lower()
            item.setHidden(not matches or (node is not None and node not in message.senders))
        self._select_first(bool(searched))

    def _select_first(self, is_searched: bool) -> None:
        """Select the first message that is found, so that Enter adds it."""
        shown = [item for item in self._items() if not item.isHidden()]
        if is_searched and self.node.currentData() is None and shown:
            self.list.setCurrentItem(shown[0])
        elif is_searched and not shown:
            self.list.clearSelection()

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        """Let the arrows move in the list while the user types in the search."""
        moves = (Qt.Key.Key_Down, Qt.Key.Key_Up, Qt.Key.Key_PageDown, Qt.Key.Key_PageUp)
        if watched is self.search and isinstance(event, QKeyEvent) and event.key() in moves:
            if event.type() == QEvent.Type.KeyPress:
                QApplication.sendEvent(self.list, event)
            return True
        return super().eventFilter(watched, event)

    def accept(self) -> None:
        """Emit ``chosen`` with the rows of the selected messages."""
        rows = []
        for item in self.list.selectedItems():
            try:
                rows.append(row_for_message(*self._messages[item.data(0, _INDEX)]))
            except RowError as error:
                self.refused.emit(str(error))
        if rows:
            self.chosen.emit(rows)
        super().accept()
