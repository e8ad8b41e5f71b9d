"""The menu of a trace header: which columns are shown, their order, and the sorting."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QMenu

from canmcast_gui.ui.trace.table.header import TraceHeader


def menu_of(header: TraceHeader) -> QMenu:
    """The context menu of a header; it is deleted when it closes."""
    menu = QMenu(header)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    fill_menu(menu, header)
    return menu


def fill_menu(menu: QMenu, header: TraceHeader) -> None:
    """Add a checkable action for each column; the last visible one cannot be hidden."""
    shown = header.count() - header.hiddenSectionCount()
    for visual in range(header.count()):
        section = header.logicalIndex(visual)
        is_hidden = header.isSectionHidden(section)
        action = menu.addAction(header.column(section).title)
        action.setCheckable(True)
        action.setChecked(not is_hidden)
        action.setEnabled(is_hidden or shown > 1)
        action.toggled.connect(partial(header.show_column, section))
    menu.addSeparator()
    _add_moves(menu, header)
    if header.isSortIndicatorShown():
        _add_sorting(menu, header)
    menu.addAction("&Restore defaults", header.reset_columns).setEnabled(header.is_changed)


def _add_moves(menu: QMenu, header: TraceHeader) -> None:
    """Add actions that move columns."""
    shown = header.shown_sections()
    left, right = menu.addMenu("Move to the &left"), menu.addMenu("Move to the &right")
    for index, section in enumerate(shown):
        for submenu, other in ((left, index - 1), (right, index + 1)):
            action = submenu.addAction(header.column(section).title)
            action.setEnabled(0 <= other < len(shown))
            if action.isEnabled():
                visuals = header.visualIndex(section), header.visualIndex(shown[other])
                action.triggered.connect(lambda _on=False, visuals=visuals: header.moveSection(*visuals))


def _add_sorting(menu: QMenu, header: TraceHeader) -> None:
    sort = menu.addMenu("&Sort by")
    for section in header.shown_sections():
        action = sort.addAction(header.column(section).title)
        action.setCheckable(True)
        action.setChecked(section == header.sortIndicatorSection())
        action.triggered.connect(lambda _on=False, section=section: header.sort_by(section))
    sort.addAction("Order of appearance", lambda: header.setSortIndicator(-1, Qt.SortOrder.AscendingOrder))
