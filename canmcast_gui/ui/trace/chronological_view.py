"""The chronological view: every frame in order, with auto-scroll to the newest."""

from __future__ import annotations

import time
from collections.abc import Callable

from PySide6.QtCore import QModelIndex, QObject, QTimer, Signal
from PySide6.QtWidgets import QScrollBar, QWidget

from canmcast_gui.app.program.tasks import Task
from canmcast_gui.frames.filters import Filter
from canmcast_gui.models.trace.chronological_model import TraceModel
from canmcast_gui.models.trace.rows import AllRows, MatchingRows
from canmcast_gui.recording import Found, MatchCount
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.trace.filter import FilterState
from canmcast_gui.ui.trace.frame_view import FrameView
from canmcast_gui.ui.updates import VisibleTicks


class Follower(QObject):
    """Keeps a scroll bar at its end while ``following``; ``changed`` says when that begins or ends."""

    changed = Signal(bool)

    def __init__(self, bar: QScrollBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.following = True
        self._bar = bar
        self._ours = False
        bar.rangeChanged.connect(self._on_range)
        bar.valueChanged.connect(self._on_value)

    def set_following(self, on: bool) -> None:
        """Go to the end and stay there, or stay here."""
        if on:
            self._move(self._bar.maximum())
        if on != self.following:
            self.following = on
            self.changed.emit(on)

    def rows_gone(self, count: int) -> None:
        """Rows went away at the top: what is in view stays in view."""
        if not self.following:
            self._move(max(self._bar.value() - count, 0))

    def _on_range(self, _minimum: int, maximum: int) -> None:
        if self.following:
            self._move(maximum)

    def _on_value(self, value: int) -> None:
        if self._ours:
            return
        following = value >= self._bar.maximum()
        if following != self.following:
            self.following = following
            self.changed.emit(following)

    def _move(self, value: int) -> None:
        self._ours = True
        self._bar.setValue(value)
        self._ours = False


# A filter's search takes this much of a turn of the event loop, and then lets the window live.
SEARCH_SECONDS = 0.008


class TraceView(FrameView):
    """Frames of the session's recording that pass the filter. Does nothing while hidden."""

    following_changed = Signal(bool)

    def __init__(
        self, context: ViewContext, filters: FilterState, key: str = "", parent: QWidget | None = None
    ) -> None:
        """``key`` is "" for the view in the middle of the window; columns are remembered under it."""
        session = context.session
        self.model = TraceModel(session.databases)
        super().__init__(self.model, f"{key}trace", context, parent=parent)
        self.model.setParent(self)
        self._filters = filters
        self._matches: MatchCount | None = None
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
        session.databases_changed.connect(self._forget_matches)
        self._on_recording()
        self._ticks = VisibleTicks(session.clock, self, self.refresh)

    def shown_frames(self) -> int:
        """How many frames pass the filter, as far as they have been looked for."""
        rows = self.model.rows
        return rows.end - rows.first if rows else 0

    @property
    def filter(self) -> Filter:
        """The filter in force."""
        return self._filters.filter

    def current_row(self) -> int | None:
        """The recording's row of the current line."""
        line = self.table.currentIndex().row()
        return self.model.row_number(line) if line >= 0 else None

    def set_following(self, on: bool) -> None:
        """Stay at the newest frame, or stay here."""
        self.follower.set_following(on)

    def refresh(self) -> None:
        """Take in what is new."""
        if self.model.notes_changed():
            self.table.viewport().update()
        end = time.perf_counter() + SEARCH_SECONDS
        while self.model.refresh():
            if time.perf_counter() > end:
                if self.isVisible():
                    self._searching.start(1)
                return

    def show_row(self, row: int) -> bool:
        """Make a row of the recording current, or the next one that is shown; False where there is none."""
        line = self.model.line_of_row(row)
        if line is None:
            return False
        self.follower.set_following(False)
        self.table.select_line(line)
        return True

    def search(self, condition: Filter, backwards: bool, done: Callable[[bool, bool], None]) -> Task | None:
        """See FrameView. A search takes its time in the background."""
        line, end = self.seen_line(backwards), self.model.stop_row
        row = self.model.row_number(line)
        if row is None:
            row = self._session.recording.first_row
        elif (line == self.table.currentIndex().row()) != backwards:
            row += 1  # the current row is not what is looked for; another one that is seen may be
        task = self._session.find(self._shown_and(condition), row, backwards, end)

        def show(found: Found | None) -> None:
            done(found is not None and self.show_row(found.row), found is not None and found.wrapped)

        task.finished.connect(show)
        return task.start()

    def count_matches(self, condition: Filter, done: Callable[[int, int], None]) -> Task | None:
        """See FrameView. What was counted is not counted again for the next match."""
        recording, row = self._session.recording, self.current_row()
        if row is None:
            return None
        condition = self._shown_and(condition)
        matches = self._matches
        if matches is None or matches.recording is not recording or matches.condition.text != condition.text:
            matches = self._matches = MatchCount(recording, condition)
        task = self._session.count_matches(matches, row, self.model.stop_row)
        task.finished.connect(lambda place: place is not None and done(*place))
        return task.start()

    def _shown_and(self, condition: Filter) -> Filter:
        """A condition together with the filter of what is shown."""
        shown = self._filters.filter
        return (
            condition if shown.passes_all else self._filters.compile(f"({shown.text}) and ({condition.text})")
        )

    def _forget_matches(self) -> None:
        """Names mean something else now."""
        self._matches = None

    # -- what happens elsewhere --------------------------------------------------------------------------

    def _on_recording(self) -> None:
        self.follower.set_following(self._session.file_path is None)
        self._on_paused(self._session.paused)
        self._on_filter(self._filters.filter)

    def _on_filter(self, condition: Filter) -> None:
        recording, rows = self._session.recording, self.model.rows
        row = self.current_row()
        everything = condition.passes_all
        if everything and isinstance(rows, AllRows) and rows.recording is recording:
            return  # the same rows: what is selected and open stays
        self.model.set_rows(AllRows(recording) if everything else MatchingRows(recording, condition))
        if self.isVisible():
            self.refresh()
        self._go_back_to(row)

    def _go_back_to(self, row: int | None) -> None:
        """The frame that was current stays in view under another filter."""
        if self.follower.following or row is None:
            self.follower.set_following(self.follower.following)
        else:
            self.show_row(row)

    def _on_paused(self, paused: bool) -> None:
        self.model.set_stop_row(self._session.recording.end_row if paused else None)

    def _on_rows_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        if first == 0:
            self.follower.rows_gone(last + 1)
