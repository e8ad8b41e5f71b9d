"""The selected rows of a view: what commands act on, copying and dragging."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial

from PySide6.QtCore import QMimeData, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QGuiApplication

from canmcast_gui.app.session import Session
from canmcast_gui.frames import FrameBatch
from canmcast_gui.models.columns import IDENTIFIER, Column
from canmcast_gui.models.drag import MOST_ROWS, rows_to_mime
from canmcast_gui.models.trace.cells import BLOCK_LINES, CellFilter, cell_filter, rows_text
from canmcast_gui.models.trace.lines import LineBlock, LineModel
from canmcast_gui.ui.commands.subject import Subject, Subjects
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.trace.table.frame_table import FrameTable
from canmcast_gui.wording import counted

# As text some 50 MB, made in some seconds; what is larger belongs into a file.
MAX_COPIED_ROWS = 500_000

# Made in some 30 ms: not worth a progress display.
FOREGROUND_ROWS = 2_000

# What is dragged is meant for another panel or an editor.
MAX_DRAGGED_ROWS = 1_000

# The most signals of a message, between a line and that of its frame.
MAX_SIGNALS = 1_000

Ranges = Sequence[tuple[int, int]]


class RowCommands(QObject):
    """What the window's commands need of one view: the subject, and the rows to copy and drag.

    ``menu_requested`` carries the position of a context menu on the screen.
    """

    menu_requested = Signal(QPoint)

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
        self._subjects = Subjects(context.session)
        self._column = -1
        table.menu_requested.connect(self._on_menu)
        table.drag_started.connect(self._drag)

    # -- copy and drag -----------------------------------------------------------------------------------

    def copy(self, text_format: str = "text") -> None:
        """Copy the selected rows to the clipboard in one of the FORMATS, with the visible columns."""
        columns = self._table.header.shown_columns()
        copy_rows(self._context.session, self._model, self._table.selected_lines(), columns, text_format)

    def dragged_text(self) -> str:
        """The selected rows as candump lines, which editors and the transmit panel accept."""
        ranges = cut_ranges(self._table.selected_lines(), MAX_DRAGGED_ROWS)
        return rows_text(self._model.block_readers(ranges, BLOCK_LINES), [], "candump")

    def dragged_data(self) -> QMimeData:
        """The selected rows as text, and as transmit rows for the transmit list."""
        rows = self._context.session.transmit.rows_of_frames(self._selected_frames())
        data = rows_to_mime(rows[:MOST_ROWS]) if rows else QMimeData()
        data.setText(self.dragged_text())
        return data

    def _drag(self) -> None:
        drag = QDrag(self._table)
        drag.setMimeData(self.dragged_data())
        drag.exec(Qt.DropAction.CopyAction)

    # -- cells -------------------------------------------------------------------------------------------

    def subject(self) -> Subject:
        """The current row: its frame, or the signal below a frame."""
        found = self._current_frame()
        if found is None:
            return Subject()
        block, frame, signal = found
        cell, cells = (None, {}) if signal else self._cell_filters(block, frame)
        batch = block.batch[frame : frame + 1]
        subject = self._subjects.of_frame(batch, self._current_row(), cell, cells, signal)
        return replace(subject, selected=self._selected_frames, copy=self.copy)

    def _selected_frames(self) -> FrameBatch:
        """The frames of the selected rows; of a selected signal its frame."""
        ranges = cut_ranges(self._table.selected_lines(), MAX_DRAGGED_ROWS)
        blocks = [read() for read in self._model.block_readers(ranges, BLOCK_LINES)]
        batches = [block.batch for block in blocks if len(block.batch)]
        if batches:
            return FrameBatch.concatenate(batches)
        found = self._current_frame()
        return FrameBatch.empty() if found is None else found[0].batch[found[1] : found[1] + 1]

    def _cell_filters(self, block: LineBlock, frame: int) -> tuple[CellFilter | None, dict[str, CellFilter]]:
        """The filter of the current cell, and those of all columns by their titles."""
        columns, column, found = self._model.columns, self._column, (block, frame)
        filters = {kind.title: cell_filter(kind, *found) for kind in columns}
        known = {title: cell for title, cell in filters.items() if cell is not None}
        clicked = columns[column] if 0 <= column < len(columns) else IDENTIFIER
        return known.get(clicked.title), known

    def _current_frame(self) -> tuple[LineBlock, int, str] | None:
        """A block with the frame of the current line, its number there, and the signal on the line if any."""
        line = self._table.currentIndex().row()
        if not 0 <= line < self._model.rowCount():
            return None
        block = self._model.read_block(line, line)
        if block.frames[0] is None:  # below the line of its frame
            block = self._model.read_block(max(0, line - MAX_SIGNALS), line)
        here = line - block.first
        signal = block.signals.get(here)
        above = (number for number in range(here, -1, -1) if block.frames[number] is not None)
        found = block.frames[next(above, here)] if signal or block.frames[here] is not None else None
        return None if found is None else (block, found, signal.name if signal else "")

    def _on_menu(self, position: QPoint, column: int) -> None:
        self._column = column
        self.menu_requested.emit(position)


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
