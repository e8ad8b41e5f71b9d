"""The by-ID view: one line for each id, always its newest frame, and what changed lately in colour."""

from __future__ import annotations

import copy
import time

from PySide6.QtWidgets import QWidget

from canmcast_gui.app.session import Session
from canmcast_gui.app.settings import AppSettings
from canmcast_gui.frames.filters import Filter
from canmcast_gui.models.byid import ByIdModel
from canmcast_gui.models.columns import BY_ID_HIDDEN, BY_ID_HIDDEN_BESIDE
from canmcast_gui.recording import NewestById
from canmcast_gui.ui.ticks import VisibleTicks
from canmcast_gui.ui.trace_base import FrameView
from canmcast_gui.ui.trace_filter import FilterState


class ByIdView(FrameView):
    """The newest frame of each id of the session's recording. Does nothing while hidden."""

    def __init__(
        self,
        session: Session,
        settings: AppSettings,
        filters: FilterState,
        key: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """``key`` is "" for the view in the middle of the window; columns are remembered under it."""
        self.model = ByIdModel(session.databases)
        hidden = BY_ID_HIDDEN_BESIDE if key else BY_ID_HIDDEN
        super().__init__(self.model, f"{key}byid", session, settings, hidden, parent)
        self.model.setParent(self)
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
