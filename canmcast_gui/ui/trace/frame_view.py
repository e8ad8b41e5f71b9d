"""The base of all trace views: a table of frames with the settings, searches and hints that views share."""

from __future__ import annotations

from collections.abc import Callable, Collection

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout, QWidget

from canmcast_gui.app.program.tasks import Task
from canmcast_gui.app.session import SessionState
from canmcast_gui.frames.filters import Filter
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.columns import Column
from canmcast_gui.models.trace.lines import LineModel
from canmcast_gui.models.trace.telling import TellingColumns
from canmcast_gui.ui.labels import EmptyHint, HintButton
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.trace.live_bar import LiveBar
from canmcast_gui.ui.trace.row_commands import RowCommands
from canmcast_gui.ui.trace.table.frame_table import FrameTable
from canmcast_gui.ui.updates import VisibleTicks

# Five times a second: a count that changes more often cannot be read.
LIVE_TICKS = 5

# Ticks between two looks for columns that tell something: columns that come a bit later do not disturb.
COLUMNS_EVERY = 5

# Why the recording is empty, by the state of the session.
_EMPTY_HINTS = {
    SessionState.CONNECTING: "Connecting…",
    SessionState.LOADING: "Opening…",
    SessionState.LIVE: "Connected to the bus. No frames have been received yet.\n\nIf another node is "
    "sending, check the settings of the bus (Ctrl+B), or diagnose it.",
    SessionState.FILE: "The file has no frames.",
}


class FrameView(QWidget):
    """A table of frames, and ``commands`` for its rows."""

    def __init__(
        self,
        model: LineModel,
        key: str,
        context: ViewContext,
        hidden: Collection[Column] = (),
        parent: QWidget | None = None,
    ) -> None:
        """``key`` identifies the columns in the settings; ``hidden`` columns are not shown at first."""
        super().__init__(parent)
        self.context = context
        self._session = session = context.session
        self._model = model
        self.table = FrameTable(model, context.settings, key, hidden, self)
        self.commands = RowCommands(self.table, model, context, self.current_row, self)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        self.live_bar = LiveBar(session, self)
        self._top = QHBoxLayout()
        self._top.setSpacing(0)
        self._top.addWidget(self.live_bar, 1)
        layout.addLayout(self._top)
        layout.addWidget(self.table)
        self.live_bar.jump.connect(lambda: self.set_following(True))
        self._live_ticks = VisibleTicks(session.clock, self, self.show_live_state, LIVE_TICKS)
        session.clock.paused_changed.connect(self.show_live_state)
        self.setFocusProxy(self.table)
        self.hint = EmptyHint(self.table, "")
        self.diagnose = HintButton(self.hint, "Diagnose…", self.table)
        self.diagnose.clicked.connect(context.diagnose_requested)
        self.clear_filter = HintButton(self.hint, "Clear the filter", self.table)
        for signal in (model.rowsInserted, model.rowsRemoved, model.modelReset, session.state_changed):
            signal.connect(self.update_hint)
        self._follow_settings()
        self._telling = TellingColumns()
        session.document.replaced.connect(self._on_replaced)
        self._columns_ticks = VisibleTicks(session.clock, self, self._update_columns, COLUMNS_EVERY)
        session.databases.changed.connect(self._update_columns)
        self._update_columns()

    def _on_replaced(self) -> None:
        self._telling.clear()
        self.table.header.show_telling(self._telling)
        self._update_columns()

    def _update_columns(self) -> None:
        """Hide columns that tell nothing about the frames, such as the only channel."""
        has_databases = len(self._session.databases.loaded) > 0
        if self._telling.update(self._session.document.newest, has_databases):
            self.table.header.show_telling(self._telling)

    def _follow_settings(self) -> None:
        model, context, settings = self._model, self.context, self.context.settings
        settings.decimal.changed.connect(model.set_decimal)
        settings.time_mode.changed.connect(model.set_time_mode)
        context.reference_changed.connect(model.set_reference)
        context.rules_changed.connect(self.table.set_rules)
        self._session.databases.changed.connect(model.databases_changed)
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
    def following(self) -> bool:
        """Whether the newest frames are visible; a by-ID view always shows them."""
        return True

    def set_following(self, on: bool) -> None:
        """Turn auto-scroll on or off, where a view has it."""

    def put_above(self, widget: QWidget) -> None:
        """Put a widget above the table, on the line of the live bar."""
        self._top.insertWidget(0, widget, 1)

    def show_live_state(self) -> None:
        """Show whether the view follows the bus."""
        below = self._model.line_count() - 1 - self.table.visible_lines()[1]
        self.live_bar.show_view(self.following, max(below, 0))

    @property
    def filter(self) -> Filter:
        """The filter in force."""
        raise NotImplementedError

    def current_row(self) -> int | None:
        """The recording's row of the current line; in a by-ID view that of the newest frame."""
        raise NotImplementedError

    def search(self, condition: Filter, backwards: bool, done: Callable[[bool, bool], None]) -> Task | None:
        """Go to the next (or previous) line that passes a condition, starting at the visible lines.

        The search wraps at the end. ``done`` receives whether there is such a line, and whether the search
        wrapped. Returns the task that searches, which does not call ``done`` if it is canceled; None if the
        search is complete.
        """
        raise NotImplementedError

    def count_matches(self, condition: Filter, done: Callable[[int, int], None]) -> Task | None:
        """Call ``done`` with the number of the current line among those that pass, and their count.

        Returns the task that counts; see ``search``.
        """
        raise NotImplementedError

    def match_count(self) -> tuple[int, int, str]:
        """How many lines match the filter, of how many, and what they are: "frames" or "IDs"."""
        raise NotImplementedError

    def search_start(self, backwards: bool) -> int:
        """The line where a search starts: the current one if visible, else the first or last visible one.

        -1 if there are no lines.
        """
        first, last = self.table.visible_lines()
        current = self.table.currentIndex().row()
        if first <= current <= last:
            return current
        return -1 if last < first else last if backwards else first

    def selection_text(self) -> str:
        """The number of selected rows, their time span and rate; "" for up to one row."""
        ranges = self.table.selected_lines()
        if not ranges or ranges[0][0] == ranges[-1][1]:
            return ""
        count, first, last = self._model.time_span(ranges)
        seconds = abs(last - first) / NS_PER_SECOND
        rate = f" · {(count - 1) / seconds:,.1f}/s" if seconds and count > 1 else ""
        return f"{count:,} selected · {seconds:,.6f} s{rate}"

    def update_hint(self) -> None:
        """Show why the view is empty, if it is: frames may have arrived that do not pass the filter."""
        empty = not self._model.rowCount()
        if empty:
            self.hint.setText(self._why_empty())
        if empty == self.hint.isHidden():
            self.hint.setVisible(empty)
        is_silent = self._session.state is SessionState.LIVE and not len(self._session.document.recording)
        self.diagnose.setVisible(empty and is_silent)
        is_filtered = len(self._session.document.recording) > 0 and not self.filter.passes_all
        self.clear_filter.setVisible(empty and is_filtered)

    def _why_empty(self) -> str:
        if len(self._session.document.recording):
            return "No frames match the filter."
        return _EMPTY_HINTS.get(self._session.state, "No frames.")
