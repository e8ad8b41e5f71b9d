"""The context menu of a row of the trace."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import QMenu

from canmcast_gui.models.trace.cell_filters import CellFilter
from canmcast_gui.ui import icons
from canmcast_gui.ui.plain_text import label_text

if TYPE_CHECKING:
    from canmcast_gui.ui.trace.frame_view import FrameView

COPY_FORMS = (("text", "As &text"), ("csv", "As &CSV"), ("candump", "As candump &lines"))


def row_menu(view: FrameView, column: int) -> QMenu:
    """What can be done with the current row of a view, and with its cell in a column (-1: the id)."""
    menu = QMenu(view)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    _add_copy(menu, view)
    row = view.current_row()
    if view.table.currentIndex().row() >= 0:
        view.table.add_open_actions(menu)
        menu.addSeparator()
        cell, known = view.cell_filters(column)
        if cell is not None:
            _add_pair(menu, view, cell, icon=True)
        if known:
            more = menu.addMenu("&Filter by")
            _add_all(more, view, known.values())
    if row is not None:
        menu.addSeparator()
        _add_marks(menu, view, row)
    return menu


def _add_copy(menu: QMenu, view: FrameView) -> None:
    selected = bool(view.table.selected_lines())
    copy = menu.addMenu(icons.icon("copy"), "&Copy rows")
    copy.setEnabled(selected)
    for form, text in COPY_FORMS:
        action = copy.addAction(text, lambda form=form: view.copy(form))
        if form == "text":
            action.setShortcut(QKeySequence("Ctrl+C"))
            action.setShortcutContext(
                Qt.ShortcutContext.WidgetShortcut
            )  # the window's own action has the key
    menu.addAction("Copy &data", view.copy_data).setEnabled(view.table.currentIndex().row() >= 0)


def _add_pair(menu: QMenu, view: FrameView, cell: CellFilter, icon: bool = False) -> None:
    """Only what is so, and all else."""
    only = menu.addAction(f"Only {label_text(cell.label)}", lambda: view.filter_requested.emit(cell.text))
    if icon:
        only.setIcon(icons.icon("filter"))
    menu.addAction(f"Without {label_text(cell.label)}", lambda: view.filter_requested.emit(cell.excluding))


def _add_all(menu: QMenu, view: FrameView, cells: Iterable[CellFilter]) -> None:
    for number, cell in enumerate(cells):
        if number:
            menu.addSeparator()
        _add_pair(menu, view, cell)


def _add_marks(menu: QMenu, view: FrameView, row: int) -> None:
    context = view.context
    marked = context.note_at(row) is not None
    menu.addAction("Edit the &mark…" if marked else "&Mark…", lambda: view.mark_requested.emit(row))
    if marked:
        menu.addAction("&Remove the mark", lambda: context.unmark(row))
    menu.addAction("Count &time from here", lambda: context.set_reference(row))
    if context.reference is not None:
        menu.addAction("Count time from the &start", lambda: context.set_reference(None))
