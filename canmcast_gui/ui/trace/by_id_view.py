"""The by-ID view: one line for each id with its newest frame, and recently changed bytes in color."""

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
from canmcast_gui.ui.filters.state import FilterState
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.trace.frame_view import FrameView
from canmcast_gui.ui.updates import VisibleTicks


class ByIdView(FrameView):
    """The newest frame of each id of the session's recording. Not updated while hidden."""

    def __init__(
        self, context: ViewContext, filters: FilterState, key: str = "", parent: QWidget | None = None
    ) -> None:
        """``key`` identifies the columns in the settings; "" is the view in the center of the window."""
        session = context.session
        self.model = ByIdModel(session.databases.loaded)
        super().__init__(self.model, f"{key}byid", context, BY_ID_HIDDEN, parent)
        self.model.setParent(self)
        self._filters = filters
        header = self.table.header
        header.setSortIndicatorShown(True)
        header.setSortIndicatorClearable(True)
        header.set_default_sort(0)
        header.sortIndicatorChanged.connect(self.model.sort)
        self.model.sort(header.sortIndicatorSection(), header.sortIndicatorOrder())
        filters.changed.connect(self._on_filter)
        session.document.replaced.connect(self._show_newest)
        session.clock.paused_changed.connect(self._on_paused)
        self._show_newest()
        self._on_filter(filters.filter)
        self._ticks = VisibleTicks(session.clock, self, self.refresh)

    def shown_ids(self) -> int:
        """The number of ids that pass the filter."""
        return self.model.shown_ids()

    def match_count(self) -> tuple[int, int, str]:
        """See FrameView."""
        return self.shown_ids(), len(self._session.document.newest), "IDs"

    @property
    def filter(self) -> Filter:
        """The filter in force."""
        return self._filters.filter

    def current_row(self) -> int | None:
        """The recording's row of the newest frame of the current line's id."""
        line = self.table.currentIndex().row()
        if not 0 <= line < self.model.line_count():
            return None
        return int(self._session.document.newest.last_row[self.model.entry(line)])

    def search(self, condition: Filter, backwards: bool, done: Callable[[bool, bool], None]) -> Task | None:
        """See FrameView; the newest frame of each id is searched."""
        start, lines = self.search_start(backwards), self.model.lines_that_pass(condition)
        is_current = start == self.table.currentIndex().row()
        following = [
            line
            for line in lines
            if (line < start if backwards else line > start) or (line == start and not is_current)
        ]
        if lines:
            self.table.select_line((following or lines)[-1 if backwards else 0])
        done(bool(lines), bool(lines) and not following)
        return None

    def count_matches(self, condition: Filter, done: Callable[[int, int], None]) -> Task | None:
        """See FrameView."""
        lines, current = self.model.lines_that_pass(condition), self.table.currentIndex().row()
        done(sum(line <= current for line in lines), len(lines))
        return None

    def refresh(self) -> None:
        """Repaint if visible lines may have changed."""
        if self.model.refresh(time.time_ns()):
            self.table.viewport().update()
        self.update_hint()

    def _newest(self) -> NewestById:
        """The entries of the session; while paused, a copy that does not change."""
        newest = self._session.document.newest
        return copy.deepcopy(newest) if self._session.clock.paused else newest

    def _show_newest(self) -> None:
        self.model.set_newest(self._newest(), self._session.document.recording)

    def _on_paused(self, _paused: bool) -> None:
        self.model.swap_newest(self._newest(), time.time_ns())

    def _on_filter(self, condition: Filter) -> None:
        self.model.set_filter(condition)
