"""The signals panel: messages and signals of the databases with their newest values."""

from __future__ import annotations

import time
from collections.abc import Iterator

from PySide6.QtCore import QEvent, QModelIndex, Qt, Signal
from PySide6.QtGui import QAction, QBrush, QKeySequence, QShortcut
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QLineEdit,
    QToolButton,
    QTreeView,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.database import Message
from canmcast_gui.models.signal_tree import NAME, VALUE, SignalTreeModel
from canmcast_gui.ui import theme
from canmcast_gui.ui.actions import allow, new_action
from canmcast_gui.ui.icons import icon
from canmcast_gui.ui.item_views import VisibleChecks
from canmcast_gui.ui.labels import EmptyHint
from canmcast_gui.ui.panels.database_files import ask_databases
from canmcast_gui.ui.panels.signal_lines import Expansion, NameDelegate
from canmcast_gui.ui.updates import Debouncer, VisibleTicks

# Eight times a second; numbers that change more often cannot be read.
EVERY_TICKS = 3

NO_DATABASE = (
    "No database is loaded.\nLoad a DBC, KCD, SYM or ARXML file to see messages and signals by name."
)

SELECT_SIGNALS = "Select signals, or a message with signals, first."
SELECT_LINE = "Select a line of the database first."


class SignalsPanel(QWidget):
    """A tree of databases, messages and signals with check boxes for plotting.

    ``plot_requested`` and ``unplot_requested`` carry "Message.Signal", ``gauges_requested`` a list of them.
    ``browse_requested`` asks for the database browser.
    """

    plot_requested = Signal(str)
    unplot_requested = Signal(str)
    browse_requested = Signal()
    gauges_requested = Signal(list)

    def __init__(self, session: Session, settings: AppSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self.model = SignalTreeModel(self)
        self.search = self._make_search()
        self.tree = self._make_tree()
        self._expansion = Expansion(self.tree, self.model, settings)
        self._make_actions()
        self.hint = EmptyHint(self.tree, NO_DATABASE)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addLayout(self._make_top())
        layout.addWidget(self.tree)
        self._refresh_soon = Debouncer(self.refresh, self)
        self._connect()
        self._reload()
        self._ticks = VisibleTicks(session.clock, self, self.refresh, EVERY_TICKS)

    # -- making -------------------------------------------------------------------------------------------

    def _make_search(self) -> QLineEdit:
        search = QLineEdit(self)
        search.setPlaceholderText("Search signals and messages")
        search.setClearButtonEnabled(True)
        search.addAction(icon("find"), QLineEdit.ActionPosition.LeadingPosition)
        return search

    def _make_tree(self) -> QTreeView:
        tree = QTreeView(self)
        tree.setModel(self.model)
        tree.setFrameShape(QTreeView.Shape.NoFrame)
        tree.setUniformRowHeights(True)
        VisibleChecks(tree)
        tree.setAlternatingRowColors(True)
        tree.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        tree.setDragEnabled(True)
        tree.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        tree.setExpandsOnDoubleClick(False)
        tree.setIndentation(tree.fontMetrics().averageCharWidth() * 3 // 2)
        header = tree.header()
        header.setStretchLastSection(False)
        header.setSectionResizeMode(NAME, QHeaderView.ResizeMode.Stretch)
        header.setSectionResizeMode(VALUE, QHeaderView.ResizeMode.Interactive)
        header.resizeSection(VALUE, tree.fontMetrics().horizontalAdvance("0") * 12)
        tree.setItemDelegateForColumn(NAME, NameDelegate(tree))
        return tree

    def _make_actions(self) -> None:
        self.load_action = new_action(
            self, "Load database…", self.choose_database, icon="add",
            tip="Load a database (DBC, KCD, SYM, ARXML)",
        )  # fmt: skip
        self.remove_action = new_action(
            self, "Remove database", self.remove_database, icon="remove",
            tip="Remove the database of the selected line",
        )  # fmt: skip
        self.gauge_action = new_action(
            self, "Add to Watch", self._show_gauges, icon="signal",
            tip="Show the current values of the selected signals",
        )  # fmt: skip
        self.browse_action = new_action(
            self, "Database browser", self.browse_requested.emit, icon="database",
            tip="All details of messages, signals and nodes",
        )  # fmt: skip
        self.plot_action = new_action(
            self, "Plot", self.plot_selected, icon="plot", tip="Plot the selected signals"
        )
        for keys in ("Return", "Enter"):
            shortcut = QShortcut(QKeySequence(keys), self.tree)
            shortcut.setContext(Qt.ShortcutContext.WidgetShortcut)
            shortcut.activated.connect(self._on_return)

    def _make_top(self) -> QHBoxLayout:
        top = QHBoxLayout()
        top.setContentsMargins(4, 4, 4, 4)
        top.setSpacing(4)
        top.addWidget(self.search)
        for action in (self.plot_action, self.browse_action, self.load_action, self.remove_action):
            button = QToolButton(self)
            button.setDefaultAction(action)
            button.setAutoRaise(True)
            top.addWidget(button)
        return top

    def _connect(self) -> None:
        self.search.textChanged.connect(self._on_search)
        self.search.returnPressed.connect(self.tree.setFocus)
        self.tree.doubleClicked.connect(self._on_double_click)
        self._expansion.changed.connect(self._refresh_soon.start)
        self.tree.selectionModel().selectionChanged.connect(self._update_actions)
        self.tree.verticalScrollBar().valueChanged.connect(self.refresh)
        self.model.plot_toggled.connect(self._on_plot_toggled)
        self._session.databases.changed.connect(self._reload)
        self._session.document.replaced.connect(self._on_replaced)
        self._settings.decimal.changed.connect(self._on_decimal)

    # -- actions ------------------------------------------------------------------------------------------

    def choose_database(self) -> None:
        """Ask for database files and load them."""
        ask_databases(self, self._session)

    def remove_database(self) -> None:
        """Remove the databases of the selected lines."""
        for path in {self.model.database_path(index) for index in self.tree.selectedIndexes()}:
            self._session.databases.remove(path)

    def plot_selected(self) -> None:
        """Plot the selected signals and all signals of the selected messages."""
        for name in self.selected_names():
            self.plot_requested.emit(name)

    def _show_gauges(self) -> None:
        self.gauges_requested.emit(self.selected_names())

    def menu_actions(self) -> list[QAction]:
        """The actions of the context menu that are not commands for messages and signals."""
        return [self.browse_action, self.load_action, self.remove_action]

    def selected_message(self) -> Message | None:
        """The message that is selected, if nothing else is."""
        chosen = self.tree.selectionModel().selectedRows(NAME)
        return self.model.message(chosen[0]) if len(chosen) == 1 else None

    def selected_names(self) -> list[str]:
        """The selected signals, and those of the selected messages, as "Message.Signal"."""
        chosen = sorted(self.tree.selectionModel().selectedRows(NAME), key=self._rows_to_root)
        return list(dict.fromkeys(name for index in chosen for name in self.model.signal_names(index)))

    def _rows_to_root(self, index: QModelIndex) -> list[int]:
        """The row numbers from the root to a line, as a sort key."""
        above = self._rows_to_root(index.parent()) if index.parent().isValid() else []
        return [*above, index.row()]

    def _on_return(self) -> None:
        """Do the same as a double-click: plot signals, expand messages."""
        chosen = self.tree.selectionModel().selectedRows(NAME)
        signals = [index for index in chosen if self.model.signal_name(index) is not None]
        for index in signals or [self.tree.currentIndex()]:
            if index.isValid():
                self._on_double_click(index)

    def _on_double_click(self, index: QModelIndex) -> None:
        name = self.model.signal_name(index)
        if name is None:
            index = index.siblingAtColumn(NAME)
            self.tree.setExpanded(index, not self.tree.isExpanded(index))
        else:
            self.plot_requested.emit(name)

    def _on_plot_toggled(self, name: str, is_plotted: bool) -> None:
        (self.plot_requested if is_plotted else self.unplot_requested).emit(name)

    def set_plotted(self, names: list[str]) -> None:
        """Check the signals that are plotted."""
        self.model.set_plotted(names)

    def _on_search(self, text: str) -> None:
        self.model.set_filter(text)
        self._expansion.searching = bool(text.strip())
        self._expansion.restore()
        self.refresh()

    # -- expanded lines -----------------------------------------------------------------------------------

    def _reload(self) -> None:
        self.model.set_muted(QBrush(theme.colors(self.palette()).muted))
        self.model.set_databases(self._session.databases.loaded)
        self._expansion.start()
        self.hint.setVisible(self.model.rowCount() == 0)
        self._update_actions()

    def _on_replaced(self) -> None:
        self.model.clear_values()
        self.refresh()

    def _on_decimal(self, decimal: bool) -> None:
        self.model.set_decimal(decimal)
        self._expansion.restore()

    def _update_actions(self) -> None:
        """Enable the actions for the selected lines; tool tips give the reason for disabled ones."""
        chosen = self.tree.selectionModel().selectedRows(NAME)
        has_signals = any(self.model.signal_names(index) for index in chosen)
        allow(self.plot_action, has_signals, SELECT_SIGNALS)
        allow(self.gauge_action, has_signals, SELECT_SIGNALS)
        allow(self.remove_action, bool(chosen), SELECT_LINE)

    # -- values -------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """Update the visible values, unless views are paused."""
        if self._session.clock.paused:
            return
        self._expansion.expand_new(self._session.document.newest)
        self.model.refresh(self._session.document.newest, self.visible_lines(), self._now_ns())

    def _now_ns(self) -> int | None:
        """The time from which ages count: now on a bus, else that of the newest frame."""
        return time.time_ns() if self._session.state is SessionState.LIVE else None

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.PaletteChange and hasattr(self, "model"):
            self.model.set_muted(QBrush(theme.colors(self.palette()).muted))

    def visible_lines(self) -> Iterator[QModelIndex]:
        """The visible lines."""
        bottom = self.tree.viewport().height()
        index = self.tree.indexAt(self.tree.viewport().rect().topLeft())
        while index.isValid() and self.tree.visualRect(index).top() <= bottom:
            yield index
            index = self.tree.indexBelow(index)
