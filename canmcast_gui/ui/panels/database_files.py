"""The files of the loaded databases: their order, scope and number of issues."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QToolButton,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.session import Session
from canmcast_gui.database import Scope
from canmcast_gui.ui.actions import allow, new_action
from canmcast_gui.ui.dialogs.files import ask_files, database_filters
from canmcast_gui.ui.item_views import EditTable

TITLES = ("Database", "Messages", "Issues", "Channels", "Sources")
FILE, MESSAGES, PROBLEMS, CHANNELS, SOURCES = range(5)
_SCOPE_TIP = "Channels or sources whose frames use the database, separated by commas; empty: all frames"


def ask_databases(parent: QWidget, session: Session) -> None:
    """Ask for database files and load them."""

    def load(paths: list[str]) -> None:
        for path in paths:
            session.databases.load(path)

    ask_files(parent, "Load databases", "", database_filters(), load)


class DatabaseFiles(QWidget):
    """A row for each database. The order decides if several databases have an id.

    Channels and sources can be edited. The database then applies to their frames only.
    """

    def __init__(self, session: Session, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self.table = self._make_table()
        load = partial(ask_databases, self, session)
        self.load_action = new_action(self, "Load databases…", load, icon="add")
        self.remove_action = new_action(self, "Remove the selected databases", self.remove, icon="remove")
        self.up_action = new_action(
            self, "Move up: has priority over the databases below", partial(self._move, -1), icon="up"
        )
        self.down_action = new_action(self, "Move down", partial(self._move, 1), icon="down")
        buttons = QHBoxLayout()
        for action in (self.load_action, self.remove_action, self.up_action, self.down_action):
            button = QToolButton(self)
            button.setDefaultAction(action)
            button.setAutoRaise(True)
            buttons.addWidget(button)
        buttons.addStretch()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(buttons)
        layout.addWidget(self.table)
        layout.addWidget(_explanation(self))
        self.table.itemChanged.connect(self._on_edited)
        self.table.itemSelectionChanged.connect(self._update_actions)
        session.databases.changed.connect(self.reload)
        self.reload()

    def _make_table(self) -> QTableWidget:
        table = EditTable(TITLES, self)
        table.setFrameShape(QTableWidget.Shape.NoFrame)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + 6)
        table.setShowGrid(False)
        table.setAlternatingRowColors(True)
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        header = table.horizontalHeader()
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        header.setSectionResizeMode(FILE, QHeaderView.ResizeMode.Stretch)
        character = table.fontMetrics().horizontalAdvance("0")
        for column, width in ((MESSAGES, 10), (PROBLEMS, 10), (CHANNELS, 12), (SOURCES, 16)):
            header.resizeSection(column, character * width)
        return table

    def reload(self) -> None:
        """Show the current databases."""
        chosen = set(self._chosen())
        databases = self._session.databases.loaded
        self.table.blockSignals(True)
        self.table.setRowCount(len(databases))
        for row, database in enumerate(databases):
            scope = databases.scope(database.path)
            texts = (
                database.path.name,
                f"{len(database.messages):,}",
                f"{len(database.problems):,}" if database.problems else "",
                ", ".join(map(str, sorted(scope.channels))),
                ", ".join(sorted(scope.sources)),
            )
            for column, text in enumerate(texts):
                item = QTableWidgetItem(text)
                item.setToolTip(_SCOPE_TIP if column in (CHANNELS, SOURCES) else str(database.path))
                item.setData(Qt.ItemDataRole.UserRole, str(database.path))
                if column not in (CHANNELS, SOURCES):
                    item.setFlags(item.flags() & ~Qt.ItemFlag.ItemIsEditable)
                self.table.setItem(row, column, item)
        self.table.clearSelection()
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.MultiSelection)
        for row, database in enumerate(databases):
            if database.path in chosen:
                self.table.selectRow(row)
        self.table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        self.table.blockSignals(False)
        self._update_actions()

    # -- actions ------------------------------------------------------------------------------------------

    def remove(self) -> None:
        """Remove the selected databases."""
        for path in self._chosen():
            self._session.databases.remove(path)

    def _move(self, by: int) -> None:
        (path,) = self._chosen()
        order = [database.path for database in self._session.databases.loaded]
        self._session.databases.move(path, order.index(path) + by)

    def _on_edited(self, item: QTableWidgetItem) -> None:
        path, row = Path(item.data(Qt.ItemDataRole.UserRole)), item.row()
        channels = _words(self.table.item(row, CHANNELS))
        wrong = [word for word in channels if not (word.isdecimal() and len(word) < 10 and int(word) <= 255)]
        if wrong:
            self._session.messages.warning(
                f"{wrong[0]} is not a channel: write numbers from 0 to 255, separated by commas."
            )
            self.reload()
            return
        sources = frozenset(_words(self.table.item(row, SOURCES)))
        self._session.databases.set_scope(path, Scope(frozenset(map(int, channels)), sources))

    def _chosen(self) -> list[Path]:
        rows = sorted({index.row() for index in self.table.selectedIndexes()})
        items = (self.table.item(row, FILE) for row in rows)
        return [Path(item.data(Qt.ItemDataRole.UserRole)) for item in items if item]

    def _update_actions(self) -> None:
        chosen = self._chosen()
        order = [database.path for database in self._session.databases.loaded]
        position = order.index(chosen[0]) if len(chosen) == 1 and chosen[0] in order else None
        allow(self.remove_action, bool(chosen), "Select a database first.")
        reason = (
            "Select one database first." if position is None else "There is no database in that direction."
        )
        allow(self.up_action, position is not None and position > 0, reason)
        allow(self.down_action, position is not None and position < len(order) - 1, reason)


def _explanation(parent: QWidget) -> QLabel:
    label = QLabel(
        "The first database with an id decodes its frames. To apply a database to some frames only, write "
        "channels or source addresses, separated by commas.",
        parent,
    )
    label.setWordWrap(True)
    label.setMargin(6)
    label.setForegroundRole(QPalette.ColorRole.PlaceholderText)
    return label


def _words(item: QTableWidgetItem | None) -> list[str]:
    return (item.text() if item else "").replace(",", " ").replace(";", " ").split()
