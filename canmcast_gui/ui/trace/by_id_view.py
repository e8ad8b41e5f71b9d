"""The by-ID view: one line for each id, always its newest frame, and what changed lately in colour."""

from __future__ import annotations

import copy
import time
from collections.abc import Callable

from PySide6.QtWidgets import QWidget

from canmcast_gui.app.program.tasks import Task
from canmcast_gui.frames.filters import Filter
from canmcast_gui.models.columns import BY_ID_HIDDEN
from canmcast_gui.models.trace.by_id_model import ByIdModel
from canmcast_gui.recording import NewestById
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.trace.filter import FilterState
from canmcast_gui.ui.trace.frame_view import FrameView
from canmcast_gui.ui.updates import VisibleTicks


class ByIdView(FrameView):
    """The newest frame of each id of the session's recording. Does nothing while hidden."""

    def __init__(
        self, context: ViewContext, filters: FilterState, key: str = "", parent: QWidget | None = None
    ) -> None:
        """``key`` is "" for the view in the middle of the window; columns are remembered under it."""
        session = context.session
        self.model = ByIdModel(session.databases)
        super().__init__(self.model, f"{key}byid", context, BY_ID_HIDDEN, parent)
        self.model.setParent(self)
        self._filters = filters
        header = self.table.header
        header.setSortIndicatorShown(True)
        header.setSortIndicatorClearable(True)
        header.sort_at_first(0)
        header.sortIndicatorChanged.connect(self.model.sort)
        self.model.sort(header.sortIndicatorSection(), header.sortIndicatorOrder())
        filters.changed.connect(self._on_filter)
        session.recording_replaced.connect(self._show_newest)
        session.paused_changed.connect(self._on_paused)
        self._show_newest()
        self._on_filter(filters.filter)
        self._ticks = VisibleTicks(session.clock, self, self.refresh)

    def shown_ids(self) -> int:
        """How many ids there are that pass the filter."""
        return self.model.shown_ids()

    @property
    def filter(self) -> Filter:
        """The filter in force."""
        return self._filters.filter

    def current_row(self) -> int | None:
        """The recording's row of the newest frame of the current line's id."""
        line = self.table.currentIndex().row()
        if not 0 <= line < self.model.line_count():
            return None
        return int(self._session.newest.last_row[self.model.entry(line)])

    def search(self, condition: Filter, backwards: bool, done: Callable[[bool, bool], None]) -> Task | None:
        """See FrameView; what counts is the newest frame of each id."""
        start, lines = self.seen_line(backwards), self.model.lines_that_pass(condition)
        is_current = start == self.table.currentIndex().row()
        beyond = [
            line
            for line in lines
            if (line < start if backwards else line > start) or (line == start and not is_current)
        ]
        if lines:
            self.table.select_line((beyond or lines)[-1 if backwards else 0])
        done(bool(lines), bool(lines) and not beyond)
        return None

    def count_matches(self, condition: Filter, done: Callable[[int, int], None]) -> Task | None:
        """See FrameView."""
        lines, here = self.model.lines_that_pass(condition), self.table.currentIndex().row()
        done(sum(line <= here for line in lines), len(lines))
        return None

    def refresh(self) -> None:
        """Repaint if anything on the screen may look different."""
        if self.model.refresh(time.time_ns()):
            self.table.viewport().update()

    def _newest(self) -> NewestById:
        """The session's entries; while paused a copy of them, which stands still."""
        newest = self._session.newest
        return copy.deepcopy(newest) if self._session.paused else newest

    def _show_newest(self) -> None:
        self.model.set_newest(self._newest(), self._session.recording)

    def _on_paused(self, _paused: bool) -> None:
        self.model.swap_newest(self._newest(), time.time_ns())

    def _on_filter(self, condition: Filter) -> None:
        self.model.set_filter(condition)
