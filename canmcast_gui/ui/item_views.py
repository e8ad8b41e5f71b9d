"""What the tables and trees of panels have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QHeaderView,
    QListView,
    QPlainTextEdit,
    QTableView,
    QTableWidget,
    QTextEdit,
    QTreeView,
    QWidget,
)

from canmcast_gui.ui import theme
from canmcast_gui.ui.updates import Debouncer


def leave_by_tab(view: QAbstractItemView | QPlainTextEdit | QTextEdit) -> None:
    """Let Tab move the focus to the next widget. Every table and every text field needs this.

    By default Tab moves from cell to cell in a table, without end, and inserts a tab in a text field.
    """
    if isinstance(view, QAbstractItemView):
        view.setTabKeyNavigation(False)
    else:
        view.setTabChangesFocus(True)


def prepare_table(table: QTableView, row_padding: int) -> None:
    """Set up a table of whole rows without grid; ``row_padding`` is added to the height of the text."""
    leave_by_tab(table)
    table.setFrameShape(QTableView.Shape.NoFrame)
    table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
    table.setAlternatingRowColors(True)
    table.setShowGrid(False)
    table.setWordWrap(False)
    table.setTextElideMode(Qt.TextElideMode.ElideRight)
    table.setHorizontalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
    table.verticalHeader().hide()
    table.verticalHeader().setDefaultSectionSize(table.fontMetrics().height() + row_padding)
    table.horizontalHeader().setHighlightSections(False)


def select_rows(table: QTableView, rows: Sequence[int], column: int = 0) -> None:
    """Select only these rows; the first becomes the current one.

    ``setCurrentIndex`` would extend or toggle the selection while Shift or Ctrl is pressed, for example with
    Shift+F3.
    """
    selection, flags = table.selectionModel(), QItemSelectionModel.SelectionFlag
    for number, row in enumerate(rows):
        index = table.model().index(row, column)
        if number:
            selection.select(index, flags.Select | flags.Rows)
        else:
            selection.setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)


# TabEditing is a mixin for subclasses of QTableView, and PySide6 does not allow two Qt classes as bases.
if TYPE_CHECKING:
    _Table = QTableView
else:
    _Table = object


class TabEditing(_Table):
    """For tables: Tab in a cell editor moves to the next editable cell, Shift+Tab to the previous one.

    Qt would stop at the first cell that is not editable.
    """

    def moveCursor(  # noqa: N802
        self, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        steps = {QAbstractItemView.CursorAction.MoveNext: 1, QAbstractItemView.CursorAction.MovePrevious: -1}
        return _next_cell(self, steps[action]) if action in steps else super().moveCursor(action, modifiers)


def _next_cell(table: QTableView, step: int) -> QModelIndex:
    """The next (1) or previous (-1) editable cell, in the visible order."""
    header, model, here = table.horizontalHeader(), table.model(), table.currentIndex()
    columns = [header.logicalIndex(position) for position in range(header.count())]
    shown = [column for column in columns if not header.isSectionHidden(column)]
    cells = [(row, column) for row in range(here.row() - 1, here.row() + 2) for column in shown]
    current = cells.index((here.row(), here.column())) if here.column() in shown else len(cells)
    wanted = Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsEnabled
    for row, column in cells[current + 1 :] if step > 0 else reversed(cells[:current]):
        index = model.index(row, column)
        if index.flags() & wanted == wanted:
            return index
    return QModelIndex()


class EditTable(TabEditing, QTableWidget):
    """A table whose cells the user edits."""

    def __init__(self, titles: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(0, len(titles), parent)
        self.setHorizontalHeaderLabels(titles)
        leave_by_tab(self)


class WideNumbers(QObject):
    """Keeps columns of a table as wide as their titles and cells: a truncated number reads as another one.

    Columns only grow, so that a table does not move while its numbers change. Only visible rows are measured:
    thousands of them would take a second.
    """

    def __init__(self, table: QTableView, columns: Iterable[int]) -> None:
        super().__init__(table)
        self._table = table
        self._columns = list(columns)
        self._fit_soon = Debouncer(self.fit, self)
        table.verticalScrollBar().valueChanged.connect(self._fit_soon.start)
        model = table.model()
        for changed in (model.dataChanged, model.rowsInserted, model.modelReset):
            changed.connect(self._fit_soon.start)

    def fit(self) -> None:
        """Widen columns that are too narrow."""
        table, header = self._table, self._table.horizontalHeader()
        if not table.isVisible():
            return
        header.setResizeContentsPrecision(0)  # at each fit, because restoreState() sets another
        for column in self._columns:
            needed = max(table.sizeHintForColumn(column), header.sectionSizeHint(column))
            if not header.isSectionHidden(column) and needed > header.sectionSize(column):
                header.resizeSection(column, needed)


class VisibleChecks(QObject):
    """Keeps the frames of check boxes in a view visible in the dark theme.

    Apart from these frames, item views use the color of the window only for the space beside their headers.
    """

    def __init__(self, view: QTableView | QTreeView | QListView) -> None:
        super().__init__(view)
        self._view = view
        view.installEventFilter(self)
        self._apply()

    def eventFilter(self, _view: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.PaletteChange:
            self._apply()
        return False

    def _apply(self) -> None:
        self._view.setPalette(theme.box_palette(QApplication.palette()))
        self._view.viewport().setPalette(QPalette())  # that of the view, also after a change of the theme
        for header in self._view.findChildren(QHeaderView):
            header.setPalette(QPalette(QApplication.palette()))
