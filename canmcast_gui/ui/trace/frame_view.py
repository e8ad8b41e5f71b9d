"""What the views of a trace share: a table, the number and time settings, copying, dragging, the menu."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PySide6.QtCore import QMimeData, QPoint, Qt, Signal
from PySide6.QtGui import QDrag, QGuiApplication
from PySide6.QtWidgets import QMenu, QVBoxLayout, QWidget

from canmcast_gui.app.program.tasks import Task
from canmcast_gui.frames.filters import Filter
from canmcast_gui.models.columns import DATA, IDENTIFIER, Column
from canmcast_gui.models.trace.by_id_model import ByIdModel
from canmcast_gui.models.trace.cell_filters import CellFilter, cell_filter
from canmcast_gui.models.trace.chronological_model import TraceModel
from canmcast_gui.models.trace.lines import Screen
from canmcast_gui.models.trace.text import BLOCK, rows_text
from canmcast_gui.ui.hint import EmptyHint
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.trace.copy import copy_rows, cut_ranges
from canmcast_gui.ui.trace.menu import row_menu
from canmcast_gui.ui.trace.table import FrameTable

_NOTHING_YET = {
    "connecting": "Connecting…",
    "loading": "Opening…",
    "live": "On the bus. Nothing has arrived yet.\n\nIf somebody is sending: do group, port and network "
    "interface agree (Ctrl+B)? The command “canmcast doctor” looks for the reason.",
    "file": "The file holds no frames.",
}

# What is dragged is meant for another panel or an editor.
MOST_DRAGGED = 1_000


class FrameView(QWidget):
    """A table of frames.

    ``filter_requested`` carries a filter text that the user chose from a menu; what is shown now must pass
    it, too. ``mark_requested`` carries the row of the recording that the user wants to write a note about.
    """

    filter_requested = Signal(str)
    mark_requested = Signal(int)

    def __init__(
        self,
        model: TraceModel | ByIdModel,
        key: str,
        context: ViewContext,
        hidden: Collection[Column] = (),
        parent: QWidget | None = None,
    ) -> None:
        """``key`` is the name under which the columns are remembered, ``hidden`` those not shown at first."""
        super().__init__(parent)
        self.context = context
        self._session = session = context.session
        self._model = model
        self.table = FrameTable(model, context.settings, key, hidden, self)
        self.table.menu_requested.connect(self._show_menu)
        self.table.drag_started.connect(self._drag)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.addWidget(self.table)
        self.setFocusProxy(self.table)
        self._hint = EmptyHint(self.table, "")
        for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset, session.state_changed):
            signal.connect(self._update_hint)
        self._follow_settings()

    def _follow_settings(self) -> None:
        model, context, settings = self._model, self.context, self.context.settings
        settings.decimal.changed.connect(model.set_decimal)
        settings.time_mode.changed.connect(model.set_time_mode)
        context.reference_changed.connect(model.set_reference)
        context.rules_changed.connect(self.table.set_rules)
        self._session.databases_changed.connect(model.databases_changed)
        model.set_decimal(settings.decimal.value)
        model.set_time_mode(settings.time_mode.value)
        model.set_reference(context.reference)
        self.table.set_rules(context.rules)
        context.sources.changed.connect(self._on_source_names)
        self._on_source_names()

    def _on_source_names(self) -> None:
        self._model.set_source_names(self.context.sources.names)
        self.table.viewport().update()

    @property
    def filter(self) -> Filter:
        """The filter in force."""
        raise NotImplementedError

    def current_row(self) -> int | None:
        """The recording's row of the current line; in a by-ID view that of the newest frame."""
        raise NotImplementedError

    def search(self, condition: Filter, backwards: bool, done: Callable[[bool, bool], None]) -> Task | None:
        """Go to the next shown line that meets a condition, or the one before, starting at what is seen.

        At the end the search starts again at the other end. ``done`` takes whether there is such a line, and
        whether the search came around to it. Returns the task that looks for it, which does not call ``done``
        when it is cancelled; None where the answer was at hand.
        """
        raise NotImplementedError

    def count_matches(self, condition: Filter, done: Callable[[int, int], None]) -> Task | None:
        """Tell ``done`` which of the lines that meet a condition the current one is, and how many there are.

        Returns the task that counts, as ``search`` does.
        """
        raise NotImplementedError

    def seen_line(self, backwards: bool) -> int:
        """The line where a search starts: the current one where it can be seen, else the first that can be,
        or the last one for a search backwards; -1 where there is none.
        """
        first, last = self.table.visible_lines()
        here = self.table.currentIndex().row()
        if first <= here <= last:
            return here
        return -1 if last < first else last if backwards else first

    def selection_text(self) -> str:
        """How much is selected, how long it took, and how often that is a second; "" for up to one row."""
        ranges = self.table.selected_lines()
        if not ranges or ranges[0][0] == ranges[-1][1]:
            return ""
        count, first, last = self._model.time_span(ranges)
        seconds = abs(last - first) / 1e9
        rate = f" · {(count - 1) / seconds:,.1f}/s" if seconds and count > 1 else ""
        return f"{count:,} selected · {seconds:,.6f} s{rate}"

    def _update_hint(self) -> None:
        """An empty view says why it is empty."""
        empty = not self._model.rowCount()
        if empty:
            self._hint.setText(self._why_empty())
        if empty == self._hint.isHidden():
            self._hint.setVisible(empty)

    def _why_empty(self) -> str:
        if len(self._session.recording):
            return "No frame passes the filter."
        return _NOTHING_YET.get(self._session.state, "No frames.")

    # -- copying -----------------------------------------------------------------------------------------

    def copy(self, form: str = "text") -> None:
        """Put the selected rows on the clipboard as one of the FORMATS, with the columns that are shown."""
        columns = self.table.header.shown_columns()
        copy_rows(self._session, self._model, self.table.selected_lines(), columns, form)

    def copy_cell(self, column: Column) -> None:
        """Put one cell of the current row on the clipboard."""
        found = self._current_frame()
        if found is not None:
            screen, frame = found
            QGuiApplication.clipboard().setText(screen.texts(column)[frame])

    def _drag(self) -> None:
        """Selected rows as candump lines, which editors take, and the transmit panel."""
        data = QMimeData()
        data.setText(self.dragged_text())
        drag = QDrag(self.table)
        drag.setMimeData(data)
        drag.exec(Qt.DropAction.CopyAction)

    def dragged_text(self) -> str:
        """What dragging the selected rows hands over."""
        ranges = cut_ranges(self.table.selected_lines(), MOST_DRAGGED)
        return rows_text(self._model.screen_makers(ranges, BLOCK), [], "candump")

    # -- context menu ------------------------------------------------------------------------------------

    def menu(self, column: int = -1) -> QMenu:
        """What can be done with the current row and the cell in a column."""
        return row_menu(self, column)

    def cell_filters(self, column: int) -> tuple[CellFilter | None, dict[str, CellFilter]]:
        """The filter of the current row's cell in a column, and those of all columns, by their titles."""
        found = self._current_frame()
        if found is None:
            return None, {}
        screen, frame = found
        columns = self._model.columns
        every = {one.title: cell_filter(one, screen, frame) for one in columns}
        known = {title: one for title, one in every.items() if one is not None}
        wanted = columns[column] if 0 <= column < len(columns) else IDENTIFIER
        return known.get(wanted.title), known

    def _current_frame(self) -> tuple[Screen, int] | None:
        """A screen with the current row's frame, and its number there."""
        line = self.table.currentIndex().row()
        if not 0 <= line < self._model.rowCount():
            return None
        screen = self._model.make_screen(line, line)
        return (screen, 0) if len(screen.batch) else None

    def copy_data(self) -> None:
        """Put the payload of the current row on the clipboard."""
        self.copy_cell(DATA)

    def _show_menu(self, position: QPoint, column: int) -> None:
        self.menu(column).popup(position)
