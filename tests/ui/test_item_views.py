"""Columns of numbers grow with their visible cells; check boxes are visible in each theme."""

import pytest
from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QListWidget, QTableView, QTableWidget, QTreeWidget

from canmcast_gui.ui import theme
from canmcast_gui.ui.item_views import VisibleChecks, WideNumbers

ROWS = 20_000
LONG = "1,234,567,890,123"


class Numbers(QAbstractTableModel):
    """Short numbers, and a long one in the last row; ``asked`` are the rows that a view wanted to know of."""

    def __init__(self) -> None:
        super().__init__()
        self.asked: set[int] = set()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return ROWS

    def columnCount(self, parent: QModelIndex | None = None) -> int:
        return 2

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> str | None:
        self.asked.add(index.row())
        if role != Qt.ItemDataRole.DisplayRole:
            return None
        return LONG if index.row() == ROWS - 1 else "1"


@pytest.fixture
def table(qtbot):
    table = QTableView()
    qtbot.addWidget(table)
    table.setModel(Numbers())
    table.setColumnWidth(0, 20)
    state = table.horizontalHeader().saveState()
    numbers = WideNumbers(table, [0])
    table.horizontalHeader().restoreState(state)
    with qtbot.waitExposed(table):
        table.show()
    table.model().asked.clear()
    numbers.fit()
    return table


def test_only_rows_that_are_seen_are_looked_at(table):
    assert 0 < len(table.model().asked) < 100


def test_a_number_that_comes_into_sight_is_not_cut_short(qtbot, table):
    needed = table.fontMetrics().horizontalAdvance(LONG)
    assert table.columnWidth(0) < needed
    table.scrollToBottom()
    qtbot.waitUntil(lambda: table.columnWidth(0) >= needed)


@pytest.mark.parametrize("kind", [QListWidget, QTableWidget, QTreeWidget])
def test_frames_of_check_boxes_are_visible_in_a_dark_theme(qtbot, kind):
    before, dark = QPalette(QApplication.palette()), QPalette(QColor("#202124"))
    assert theme.is_dark(dark)
    QApplication.setPalette(dark)
    try:
        view = kind()
        qtbot.addWidget(view)
        VisibleChecks(view)
        assert view.palette().color(QPalette.ColorRole.Window) == theme.colors(dark).muted
    finally:
        QApplication.setPalette(before)
