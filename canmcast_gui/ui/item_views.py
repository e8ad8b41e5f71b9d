"""What the tables and trees of the panels have in common."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from PySide6.QtCore import QEvent, QItemSelectionModel, QModelIndex, QObject, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
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
    """Let Tab go to the next part of the window; every table and every text field needs this.

    Qt's tables walk their cells with it, and never leave; its text fields insert a tabulator.
    """
    if isinstance(view, QAbstractItemView):
        view.setTabKeyNavigation(False)
    else:
        view.setTabChangesFocus(True)


def prepare_table(table: QTableView, row_padding: int) -> None:
    """Make a table of whole rows without grid; ``row_padding`` pixels are added to the text's height."""
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
    """Select just these rows, the first of them current.

    ``setCurrentIndex`` would extend or toggle what is selected while Shift or Ctrl is held, as it is when the
    row comes by a key such as Shift+F3.
    """
    selection, flags = table.selectionModel(), QItemSelectionModel.SelectionFlag
    for number, row in enumerate(rows):
        index = table.model().index(row, column)
        if number:
            selection.select(index, flags.Select | flags.Rows)
        else:
            selection.setCurrentIndex(index, flags.ClearAndSelect | flags.Rows)


class TabEditing:
    """For a table: Tab in a cell editor goes to the next cell that can be edited, Shift+Tab back.

    Qt would stop at the first cell that cannot be edited.
    """

    def moveCursor(  # noqa: N802
        self: QTableView, action: QAbstractItemView.CursorAction, modifiers: Qt.KeyboardModifier
    ) -> QModelIndex:
        steps = {QAbstractItemView.CursorAction.MoveNext: 1, QAbstractItemView.CursorAction.MovePrevious: -1}
        return _next_cell(self, steps[action]) if action in steps else super().moveCursor(action, modifiers)


def _next_cell(table: QTableView, step: int) -> QModelIndex:
    """The next (1) cell that can be edited, in the order that is seen, or the one before (-1)."""
    header, model, here = table.horizontalHeader(), table.model(), table.currentIndex()
    columns = [header.logicalIndex(place) for place in range(header.count())]
    shown = [column for column in columns if not header.isSectionHidden(column)]
    cells = [(row, column) for row in range(here.row() - 1, here.row() + 2) for column in shown]
    place = cells.index((here.row(), here.column())) if here.column() in shown else len(cells)
    wanted = Qt.ItemFlag.ItemIsEditable | Qt.ItemFlag.ItemIsEnabled
    for row, column in cells[place + 1 :] if step > 0 else reversed(cells[:place]):
        index = model.index(row, column)
        if index.flags() & wanted == wanted:
            return index
    return QModelIndex()


class EditTable(TabEditing, QTableWidget):
    """A table whose cells are typed in."""

    def __init__(self, titles: Sequence[str], parent: QWidget | None = None) -> None:
        super().__init__(0, len(titles), parent)
        self.setHorizontalHeaderLabels(titles)
        leave_by_tab(self)


class WideNumbers(QObject):
    """Keeps columns of a table as wide as their titles and cells: a number that is cut short is a wrong one.

    They only grow, so that a table does not move while its numbers change. Of a long table only the rows that
    are seen are looked at: thousands of them would take a second.
    """

    def __init__(self, table: QTableView, columns: Iterable[int]) -> None:
        super().__init__(table)
        self._table = table
        self._columns = list(columns)
        self._later = Debouncer(self.fit, self)
        table.verticalScrollBar().valueChanged.connect(self._later.start)
        model = table.model()
        for changed in (model.dataChanged, model.rowsInserted, model.modelReset):
            changed.connect(self._later.start)

    def fit(self) -> None:
        """Widen what is too narrow now."""
        table, header = self._table, self._table.horizontalHeader()
        if not table.isVisible():
            return
        header.setResizeContentsPrecision(0)  # of each fit, because restoreState() has brought back another
        for column in self._columns:
            needed = max(table.sizeHintForColumn(column), header.sectionSizeHint(column))
            if not header.isSectionHidden(column) and needed > header.sectionSize(column):
                header.resizeSection(column, needed)


class VisibleChecks(QObject):
    """Keeps the frames of check boxes in a view visible.

    The Fusion style draws them in the window's colour, darkened: on a dark base that cannot be seen. Item
    views use that colour for nothing else but the space beside their headers.
    """

    def __init__(self, view: QTableView | QTreeView) -> None:
        super().__init__(view)
        self._view = view
        view.installEventFilter(self)
        self._apply()

    def eventFilter(self, _view: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.PaletteChange:
            self._apply()
        return False

    def _apply(self) -> None:
        palette = QPalette(QApplication.palette(self._view))
        if theme.is_dark(palette):
            palette.setColor(QPalette.ColorRole.Window, theme.colors(palette).muted)
        self._view.setPalette(palette)
        header = self._view.horizontalHeader() if isinstance(self._view, QTableView) else self._view.header()
        header.setPalette(QPalette(QApplication.palette(header)))
