"""The chronological view: every frame in order, newest at the end, followed until the user scrolls up."""

from __future__ import annotations

import time

from PySide6.QtCore import QModelIndex, QTimer, Signal
from PySide6.QtWidgets import QWidget

from canmcast_gui.app.session import Session
from canmcast_gui.app.settings import AppSettings
from canmcast_gui.frames.filters import Filter
from canmcast_gui.models.columns import TRACE_HIDDEN_BESIDE
from canmcast_gui.models.trace import TraceModel
from canmcast_gui.models.trace_rows import AllRows, MatchingRows
from canmcast_gui.ui.ticks import VisibleTicks
from canmcast_gui.ui.trace_base import FrameView
from canmcast_gui.ui.trace_filter import FilterState
from canmcast_gui.ui.trace_follow import Follower

# A filter's search takes this much of a turn of the event loop, and then lets the window live.
SEARCH_SECONDS = 0.012


class TraceView(FrameView):
    """Frames of the session's recording that pass the filter. Does nothing while hidden."""

    following_changed = Signal(bool)

    def __init__(
        self,
        session: Session,
        settings: AppSettings,
        filters: FilterState,
        key: str = "",
        parent: QWidget | None = None,
    ) -> None:
        """``key`` is "" for the view in the middle of the window; columns are remembered under it."""
        self.model = TraceModel(session.databases)
        super().__init__(
            self.model, f"{key}trace", session, settings, TRACE_HIDDEN_BESIDE if key else (), parent
        )
        self.model.setParent(self)
        self._filters = filters
        self.follower = Follower(self.table.verticalScrollBar(), self)
        self.follower.changed.connect(self.following_changed)
        self.table.opened.connect(lambda: self.follower.set_following(False))
        self.model.rowsRemoved.connect(self._on_rows_removed)
        self._searching = QTimer(self)
        self._searching.setSingleShot(True)
        self._searching.timeout.connect(self.refresh)
        filters.changed.connect(self._on_filter)
        session.recording_replaced.connect(self._on_recording)
        session.paused_changed.connect(self._on_paused)
        self._on_recording()
        self._ticks = VisibleTicks(session.clock, self, self.refresh)

    def shown_frames(self) -> int:
        """How many frames pass the filter, as far as they have been looked for."""
        rows = self.model.rows
        return rows.end - rows.first if rows else 0

    def set_following(self, on: bool) -> None:
        """Stay at the newest frame, or stay here."""
        self.follower.set_following(on)

    def refresh(self) -> None:
        """Take in what is new."""
        end = time.perf_counter() + SEARCH_SECONDS
        while self.model.refresh():
            if time.perf_counter() > end:
                if self.isVisible():
                    self._searching.start(1)
                return

    def find(self, condition: Filter, backwards: bool = False) -> bool:
        """Go to the next shown frame, or the one before, that meets a condition; False where none does."""
        rows = self.model.rows
        current = self.table.currentIndex().row()
        here = self.model.row_number(current) if current >= 0 else None
        if rows is None or not self.model.rowCount():
            return False
        found = self._find_row(condition, here, backwards)
        line = None if found is None else self.model.line_of_row(found)
        if line is None:
            return False
        self.follower.set_following(False)
        self.table.select_line(line)
        return True

    def _find_row(self, condition: Filter, here: int | None, backwards: bool) -> int | None:
        """The nearest row of the recording, in blocks, that meets the condition and passes the filter."""
        recording = self._session.recording
        first, end = recording.first_row, recording.end_row
        shown = self._filters.filter
        step = 1 << 18
        if backwards:
            start = end if here is None else here
            blocks = [(max(stop - step, first), stop) for stop in range(start, first, -step)]
        else:
            start = first if here is None else here + 1
            blocks = [(begin, min(begin + step, end)) for begin in range(start, end, step)]
        for begin, stop in blocks:
            found = recording.find(condition, begin, stop)
            if len(found) and not shown.passes_all:
                found = found[shown.mask(recording.take(found))]
            if len(found):
                return int(found[-1 if backwards else 0])
        return None

    # -- what happens elsewhere --------------------------------------------------------------------------

    def _on_recording(self) -> None:
        self.follower.set_following(self._session.file_path is None)
        self._on_paused(self._session.paused)
        self._on_filter(self._filters.filter)

    def _on_filter(self, condition: Filter) -> None:
        recording = self._session.recording
        everything = condition.passes_all
        current = self.table.currentIndex().row()
        row = self.model.row_number(current) if current >= 0 else None
        self.model.set_rows(AllRows(recording) if everything else MatchingRows(recording, condition))
        if self.isVisible():
            self.refresh()
        self._go_back_to(row)

    def _go_back_to(self, row: int | None) -> None:
        """The frame that was current stays in view under another filter."""
        if self.follower.following or row is None:
            self.follower.set_following(self.follower.following)
            return
        line = self.model.line_of_row(row)
        if line is not None:
            self.table.select_line(line)

    def _on_paused(self, paused: bool) -> None:
        self.model.set_stop_row(self._session.recording.end_row if paused else None)

    def _on_rows_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        if first == 0:
            self.follower.rows_gone(last + 1)
