"""What the tables and trees of the panels have in common."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, Qt
from PySide6.QtGui import QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QApplication,
    QPlainTextEdit,
    QTableView,
    QTextEdit,
    QTreeView,
)

from canmcast_gui.ui import theme


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
