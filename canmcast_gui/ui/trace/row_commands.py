"""Commands for the selected rows of a view: copy, drag, filter by a cell, mark; and their context menu."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from functools import partial

from PySide6.QtCore import QMimeData, QObject, Qt, Signal
from PySide6.QtGui import QDrag, QGuiApplication, QKeySequence
from PySide6.QtWidgets import QMenu

from canmcast_gui.app.session import Session
from canmcast_gui.models.columns import DATA, IDENTIFIER, Column
from canmcast_gui.models.trace.cells import BLOCK_LINES, CellFilter, cell_filter, rows_text
from canmcast_gui.models.trace.lines import LineBlock, LineModel
from canmcast_gui.ui import icons
from canmcast_gui.ui.labels import label_text
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.trace.table import FrameTable
from canmcast_gui.wording import counted

COPY_FORMATS = (("text", "As &text"), ("csv", "As &CSV"), ("candump", "As candump &lines"))

# As text some 50 MB, made in some seconds; what is larger belongs into a file.
MAX_COPIED_ROWS = 500_000

# Made in some 30 ms: not worth a progress display.
FOREGROUND_ROWS = 2_000

# What is dragged is meant for another panel or an editor.
MAX_DRAGGED_ROWS = 1_000

Ranges = Sequence[tuple[int, int]]


class RowCommands(QObject):
    """The commands of one view.

    ``filter_requested`` carries a filter text that displayed frames must pass in addition to the filter in
    force. ``mark_requested`` carries the row of the recording that the user wants to mark.
    """

    filter_requested = Signal(str)
    mark_requested = Signal(int)

    def __init__(
        self,
        table: FrameTable,
        model: LineModel,
        context: ViewContext,
        current_row: Callable[[], int | None],
        parent: QObject,
    ) -> None:
        """``current_row`` gives the recording's row of the current line."""
        super().__init__(parent)
        self._table = table
        self._model = model
        self._context = context
        self._current_row = current_row
        table.menu_requested.connect(lambda position, column: self.menu(column).popup(position))
        table.drag_started.connect(self._drag)

    # -- copy and drag -----------------------------------------------------------------------------------

    def copy(self, text_format: str = "text") -> None:
        """Copy the selected rows to the clipboard in one of the FORMATS, with the visible columns."""
        columns = self._table.header.shown_columns()
        copy_rows(self._context.session, self._model, self._table.selected_lines(), columns, text_format)

    def copy_data(self) -> None:
        """Copy the payload of the current row to the clipboard."""
        found = self._current_frame()
        if found is not None:
            block, frame = found
            QGuiApplication.clipboard().setText(block.texts(DATA)[frame])

    def dragged_text(self) -> str:
        """The selected rows as candump lines, which editors and the transmit panel accept."""
        ranges = cut_ranges(self._table.selected_lines(), MAX_DRAGGED_ROWS)
        return rows_text(self._model.block_readers(ranges, BLOCK_LINES), [], "candump")

    def _drag(self) -> None:
        data = QMimeData()
        data.setText(self.dragged_text())
        drag = QDrag(self._table)
        drag.setMimeData(data)
        drag.exec(Qt.DropAction.CopyAction)

    # -- context menu ------------------------------------------------------------------------------------

    def menu(self, column: int = -1) -> QMenu:
        """The context menu of the current row, with filters by its cell in a column (-1: the id)."""
        menu = QMenu(self._table)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self._add_copy(menu)
        if self._table.currentIndex().row() >= 0:
            self._table.add_expand_action(menu)
            menu.addSeparator()
            self._add_filters(menu, column)
        row = self._current_row()
        if row is not None:
            menu.addSeparator()
            self._add_mark(menu, row)
        return menu

    def _add_copy(self, menu: QMenu) -> None:
        copy = menu.addMenu(icons.icon("copy"), "&Copy rows")
        copy.setEnabled(bool(self._table.selected_lines()))
        for text_format, text in COPY_FORMATS:
            action = copy.addAction(text, partial(self.copy, text_format))
            if text_format == "text":
                action.setShortcut(QKeySequence("Ctrl+C"))
                # The window's own action has the key.
                action.setShortcutContext(Qt.ShortcutContext.WidgetShortcut)
        menu.addAction("Copy &data", self.copy_data).setEnabled(self._table.currentIndex().row() >= 0)

    def _add_filters(self, menu: QMenu, column: int) -> None:
        cell, known = self.cell_filters(column)
        if cell is not None:
            self._add_filter_pair(menu, cell, icon=True)
        if known:
            self._add_all_filters(menu.addMenu("&Filter by"), known.values())

    def _add_filter_pair(self, menu: QMenu, cell: CellFilter, icon: bool = False) -> None:
        """A filter, and the filter for all other frames."""
        label, request = label_text(cell.label), self.filter_requested.emit
        only = menu.addAction(f"Only {label}", lambda: request(cell.text))
        if icon:
            only.setIcon(icons.icon("filter"))
        menu.addAction(f"Without {label}", lambda: request(cell.excluding))

    def _add_all_filters(self, menu: QMenu, cells: Iterable[CellFilter]) -> None:
        for number, cell in enumerate(cells):
            if number:
                menu.addSeparator()
            self._add_filter_pair(menu, cell)

    def _add_mark(self, menu: QMenu, row: int) -> None:
        context = self._context
        marked = context.mark_text(row) is not None
        menu.addAction("Edit the &mark…" if marked else "&Mark…", lambda: self.mark_requested.emit(row))
        if marked:
            menu.addAction("&Remove mark", lambda: context.remove_mark(row))
        menu.addAction("Set &time zero here", lambda: context.set_reference(row))
        if context.reference is not None:
            menu.addAction("Reset time &zero", lambda: context.set_reference(None))

    # -- cells -------------------------------------------------------------------------------------------

    def cell_filters(self, column: int) -> tuple[CellFilter | None, dict[str, CellFilter]]:
        """The filter of the current row's cell in a column, and those of all columns by their titles."""
        found = self._current_frame()
        if found is None:
            return None, {}
        columns = self._model.columns
        filters = {kind.title: cell_filter(kind, *found) for kind in columns}
        known = {title: cell for title, cell in filters.items() if cell is not None}
        clicked = columns[column] if 0 <= column < len(columns) else IDENTIFIER
        return known.get(clicked.title), known

    def _current_frame(self) -> tuple[LineBlock, int] | None:
        """A screen with the current row's frame, and its number there."""
        line = self._table.currentIndex().row()
        if not 0 <= line < self._model.rowCount():
            return None
        block = self._model.read_block(line, line)
        return (block, 0) if len(block.batch) else None


def copy_rows(
    session: Session, model: LineModel, ranges: Ranges, columns: Sequence[Column], text_format: str = "text"
) -> None:
    """Copy lines of a model to the clipboard in one of the FORMATS; many of them in the background."""
    wanted = sum(last - first + 1 for first, last in ranges)
    if not wanted:
        session.messages.info("Select rows first: the selected rows are copied.")
        return
    readers = model.block_readers(cut_ranges(ranges, MAX_COPIED_ROWS), BLOCK_LINES)
    if wanted > MAX_COPIED_ROWS:
        session.messages.warning(
            f"The first {MAX_COPIED_ROWS:,} of {wanted:,} rows are copied. To get all rows, save the shown "
            "rows to a file (File menu).",
        )
    text = partial(rows_text, readers, columns, text_format, titles=model.titles())
    if wanted <= FOREGROUND_ROWS:
        QGuiApplication.clipboard().setText(text())
        return
    task = session.tasks.make(f"Copying {counted(min(wanted, MAX_COPIED_ROWS), 'row')}", text)
    task.finished.connect(lambda text: QGuiApplication.clipboard().setText(text))
    task.failed.connect(lambda sentence: session.messages.error(f"Nothing was copied: {sentence}"))
    task.canceled.connect(lambda _text: session.messages.info("Copying was canceled."))
    task.start()


def cut_ranges(ranges: Ranges, limit: int) -> list[tuple[int, int]]:
    """The first ``limit`` lines of the ranges."""
    kept = []
    for first, last in ranges:
        last = min(last, first + limit - 1)
        if last >= first:
            kept.append((first, last))
        limit -= last - first + 1
    return kept
