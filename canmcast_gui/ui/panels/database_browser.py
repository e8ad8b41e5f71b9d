"""The database browser: messages, signals, nodes and issues of all databases, with their details."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, Qt, Signal
from PySide6.QtGui import QShowEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHeaderView,
    QLineEdit,
    QSplitter,
    QTableView,
    QTabWidget,
    QVBoxLayout,
    QWidget,
)

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.models.database_entries import (
    Entry,
    message_entries,
    node_entries,
    problem_entries,
    signal_entries,
)
from canmcast_gui.models.database_tables import (
    MESSAGE_COLUMNS,
    NODE_COLUMNS,
    PROBLEM_COLUMNS,
    SIGNAL_COLUMNS,
    EntryTable,
    TableColumn,
)
from canmcast_gui.ui.icons import icon
from canmcast_gui.ui.item_views import leave_by_tab
from canmcast_gui.ui.labels import EmptyHint
from canmcast_gui.ui.panels.database_details import DatabaseDetails
from canmcast_gui.ui.panels.database_files import DatabaseFiles

NO_DATABASE = (
    "No database is loaded.\nLoad a DBC, KCD, SYM or ARXML file, or drop one on the window, "
    "to see its messages and signals."
)
NO_ISSUES = "The loaded databases have no issues."


class DatabaseBrowser(QWidget):
    """Tables on the left, the details of the current row on the right.

    ``plot_requested`` carries "Message.Signal" of a signal that was double-clicked. Rows can be dragged into
    a plot or the transmit list.
    """

    plot_requested = Signal(str)

    def __init__(self, session: Session, settings: AppSettings, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self._is_outdated = True
        self.search = QLineEdit(self)
        self.search.setPlaceholderText("Search messages, signals, nodes, ids, issues")
        self.search.setClearButtonEnabled(True)
        self.search.addAction(icon("find"), QLineEdit.ActionPosition.LeadingPosition)
        self.files = DatabaseFiles(session, self)
        self.tabs = QTabWidget(self)
        self.tabs.setDocumentMode(True)
        self.messages = self._add("Messages", MESSAGE_COLUMNS)
        self.signals = self._add("Signals", SIGNAL_COLUMNS)
        self.nodes = self._add("Nodes", NODE_COLUMNS)
        self.problems = self._add("Issues", PROBLEM_COLUMNS)
        self.tabs.addTab(self.files, "Files")
        self.details = DatabaseDetails(self)
        self.hint = EmptyHint(self.messages, NO_DATABASE)
        self.no_issues = EmptyHint(self.problems, NO_ISSUES)
        self._arrange()
        self.search.textChanged.connect(self._on_search)
        self.tabs.currentChanged.connect(self._on_tab)
        self.details.signal_chosen.connect(self.show_signal)
        session.databases.changed.connect(self.reload)
        settings.decimal.changed.connect(self._on_decimal)
        self._on_decimal(settings.decimal.value)

    def _add(self, title: str, columns: tuple[TableColumn, ...]) -> QTableView:
        view = QTableView(self)
        model = EntryTable(columns, view)
        view.setModel(model)
        leave_by_tab(view)
        view.setFrameShape(QTableView.Shape.NoFrame)
        view.setShowGrid(False)
        view.setAlternatingRowColors(True)
        view.setSortingEnabled(True)
        view.setWordWrap(False)
        view.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        view.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        view.setDragEnabled(True)
        view.setDragDropMode(QAbstractItemView.DragDropMode.DragOnly)
        view.verticalHeader().hide()
        view.verticalHeader().setDefaultSectionSize(view.fontMetrics().height() + 6)
        header = view.horizontalHeader()
        header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder)
        header.setSortIndicatorClearable(True)
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setStretchLastSection(True)
        header.setSectionResizeMode(QHeaderView.ResizeMode.Interactive)
        character = view.fontMetrics().averageCharWidth()
        for number, column in enumerate(columns):
            header.resizeSection(number, character * (column.characters + 2))
        view.selectionModel().currentChanged.connect(lambda index, _before: self._on_current(index))
        view.doubleClicked.connect(self._on_double_click)
        self.tabs.addTab(view, title)
        return view

    def _arrange(self) -> None:
        left = QWidget(self)
        column = QVBoxLayout(left)
        column.setContentsMargins(4, 4, 0, 0)
        column.addWidget(self.search)
        column.addWidget(self.tabs)
        splitter = QSplitter(self)
        splitter.addWidget(left)
        splitter.addWidget(self.details)
        splitter.setStretchFactor(0, 3)
        splitter.setStretchFactor(1, 2)
        splitter.setChildrenCollapsible(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(splitter)

    # -- contents -----------------------------------------------------------------------------------------

    def reload(self) -> None:
        """Show the current databases, and keep the current rows if they still exist."""
        if not self.isVisible():
            self._is_outdated = True
            return
        self._is_outdated = False
        databases = self._session.databases.loaded
        chosen = [(view, self._current(view)) for view in self._views()]
        for view, entries in (
            (self.messages, message_entries(databases)),
            (self.signals, signal_entries(databases)),
            (self.nodes, node_entries(databases)),
            (self.problems, problem_entries(databases)),
        ):
            _model(view).set_entries(entries)
        for number, view in enumerate(self._views()):
            title = ("Messages", "Signals", "Nodes", "Issues")[number]
            total = _model(view).total
            self.tabs.setTabText(number, f"{title} ({total:,})" if total else title)
        self.hint.setVisible(len(databases) == 0)
        self.no_issues.setVisible(_model(self.problems).total == 0)
        for view, entry in chosen:
            if entry is not None:
                view.setCurrentIndex(_model(view).index_of(entry.database, entry.name))
        self._on_tab()

    def showEvent(self, event: QShowEvent) -> None:
        super().showEvent(event)
        if self._is_outdated:
            self.reload()

    def show_signal(self, name: str) -> None:
        """Select "Message.Signal" in the table of signals."""
        self._show(self.signals, name)

    def show_message(self, name: str) -> None:
        """Select a message in the table of messages."""
        self._show(self.messages, name)

    def show_node(self, name: str) -> None:
        """Select a node in the table of nodes."""
        self._show(self.nodes, name)

    def _show(self, view: QTableView, name: str) -> None:
        self.search.clear()
        for database in self._session.databases.loaded:
            index = _model(view).index_of(database, name)
            if index.isValid():
                self.tabs.setCurrentWidget(view)
                view.setCurrentIndex(index)
                view.scrollTo(index)
                return

    def show_files(self) -> None:
        """Show the files with their order and scope."""
        self.tabs.setCurrentWidget(self.files)

    def show_problems(self) -> None:
        """Show the issues of the files."""
        self.tabs.setCurrentWidget(self.problems)

    def _views(self) -> tuple[QTableView, ...]:
        return self.messages, self.signals, self.nodes, self.problems

    def _current(self, view: QTableView) -> Entry | None:
        return _model(view).entry(view.currentIndex())

    def _on_search(self, text: str) -> None:
        for view in self._views():
            _model(view).set_filter(text)

    def _on_decimal(self, decimal: bool) -> None:
        for view in self._views():
            _model(view).set_decimal(decimal)

    def _on_tab(self) -> None:
        view = self.tabs.currentWidget()
        self.details.setVisible(view is not self.files)
        if isinstance(view, QTableView):
            if not view.currentIndex().isValid():
                view.setCurrentIndex(_model(view).index(0, 0))  # so that the details show something
            self.details.show_entry(self._current(view), self._settings.decimal.value)

    def _on_current(self, index: QModelIndex) -> None:
        view = self.tabs.currentWidget()
        if isinstance(view, QTableView) and index.model() is view.model():
            self.details.show_entry(self._current(view), self._settings.decimal.value)

    def _on_double_click(self, index: QModelIndex) -> None:
        view = self.tabs.currentWidget()
        entry = _model(view).entry(index) if isinstance(view, QTableView) else None
        if entry is not None and entry.signal is not None:
            self.plot_requested.emit(entry.name)
        elif entry is not None and entry.message is not None:
            self.search.setText(f"{entry.message.name}.")
            self.tabs.setCurrentWidget(self.signals)


def _model(view: QTableView) -> EntryTable:
    model = view.model()
    assert isinstance(model, EntryTable)
    return model
