"""The chronological view: every frame in order, with auto-scroll to the newest."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial

from PySide6.QtCore import QModelIndex, QObject, QTimer, Signal
from PySide6.QtWidgets import QScrollBar, QWidget

from canmcast_gui.app.program.tasks import Task
from canmcast_gui.frames.filters import Filter
from canmcast_gui.models.trace.chronological_model import ChronologicalModel
from canmcast_gui.models.trace.rows import AllRows, MatchingRows
from canmcast_gui.recording import Found, MatchCount
from canmcast_gui.ui.filters.state import FilterState
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.trace.frame_view import FrameView
from canmcast_gui.ui.updates import VisibleTicks

# How long a filter searches in one turn of the event loop.
SEARCH_SECONDS = 0.008


class AutoScroll(QObject):
    """Keeps a scroll bar at its end while ``following``; ``changed`` is emitted when that starts or stops."""

    changed = Signal(bool)

    def __init__(self, bar: QScrollBar, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.following = True
        self._bar = bar
        self._is_moving = False
        bar.rangeChanged.connect(self._on_range)
        bar.valueChanged.connect(self._on_value)

    def set_following(self, on: bool) -> None:
        """Scroll to the end and stay there, or stop following.

        At the end Qt shows part of the first row, and elsewhere all of it. So that rows do not move when the
        next frames arrive, the first row is aligned when following stops.
        """
        if on:
            self._move(self._bar.maximum())
        elif self.following and self._bar.value() >= self._bar.maximum() > 0:
            self._move(self._bar.maximum() - 1)
        if on != self.following:
            self.following = on
            self.changed.emit(on)

    def rows_evicted(self, count: int) -> None:
        """Keep visible rows in place after rows were removed at the top."""
        if not self.following:
            self._move(max(self._bar.value() - count, 0))

    def _on_range(self, _minimum: int, maximum: int) -> None:
        if self.following:
            self._move(maximum)

    def _on_value(self, value: int) -> None:
        if self._is_moving:
            return
        following = value >= self._bar.maximum()
        if following != self.following:
            self.following = following
            self.changed.emit(following)

    def _move(self, value: int) -> None:
        self._is_moving = True
        self._bar.setValue(value)
        self._is_moving = False


class ChronologicalView(FrameView):
    """Frames of the session's recording that pass the filter. Not updated while hidden."""

    following_changed = Signal(bool)

    def __init__(
        self, context: ViewContext, filters: FilterState, key: str = "", parent: QWidget | None = None
    ) -> None:
        """``key`` identifies the columns in the settings; "" is the view in the center of the window."""
        session = context.session
        self.model = ChronologicalModel(session.databases.loaded)
        super().__init__(self.model, f"{key}trace", context, parent=parent)
        self.model.setParent(self)
        self._filters = filters
        self._matches: MatchCount | None = None
        self.auto_scroll = AutoScroll(self.table.verticalScrollBar(), self)
        self.auto_scroll.changed.connect(self.following_changed)
        self.auto_scroll.changed.connect(self.show_live_state)
        self.table.row_chosen.connect(lambda: self.set_following(False))
        self.table.end_chosen.connect(lambda: self.set_following(True))
        self.model.rowsRemoved.connect(self._on_rows_removed)
        self._searching = QTimer(self)
        self._searching.setSingleShot(True)
        self._searching.timeout.connect(self.refresh)
        filters.changed.connect(self._on_filter)
        session.document.replaced.connect(self._on_recording)
        session.clock.paused_changed.connect(self._on_paused)
        session.databases.changed.connect(self._clear_matches)
        self._on_recording()
        self._ticks = VisibleTicks(session.clock, self, self.refresh)

    def shown_frames(self) -> int:
        """The number of frames that pass the filter, as far as the recording has been searched."""
        rows = self.model.rows
        return rows.end - rows.first if rows else 0

    def match_count(self) -> tuple[int, int, str]:
        """See FrameView. Frames that a paused view does not show yet are not counted."""
        recording, stop = self._session.document.recording, self.model.stop_row
        end = recording.end_row if stop is None else stop
        return self.shown_frames(), max(end - recording.first_row, 0), "frames"

    @property
    def filter(self) -> Filter:
        """The filter in force."""
        return self._filters.filter

    def current_row(self) -> int | None:
        """The recording's row of the current line."""
        line = self.table.currentIndex().row()
        return self.model.row_number(line) if line >= 0 else None

    @property
    def following(self) -> bool:
        """See FrameView."""
        return self.auto_scroll.following

    def set_following(self, on: bool) -> None:
        """Turn auto-scroll on or off."""
        self.auto_scroll.set_following(on)

    def refresh(self) -> None:
        """Show new frames."""
        if self.model.marks_changed():
            self.table.viewport().update()
        self.update_hint()
        end = time.perf_counter() + SEARCH_SECONDS
        while self.model.refresh():
            if time.perf_counter() > end:
                if self.isVisible():
                    self._searching.start(1)
                return

    def show_row(self, row: int) -> bool:
        """Select a row of the recording, or the next one that is shown; False if there is none."""
        line = self.model.line_of_row(row)
        if line is None:
            return False
        self.auto_scroll.set_following(False)
        self.table.select_line(line)
        return True

    def search(self, condition: Filter, backwards: bool, done: Callable[[bool, bool], None]) -> Task | None:
        """See FrameView. The search runs in the background."""
        line, end = self.search_start(backwards), self.model.stop_row
        row = self.model.row_number(line)
        if row is None:
            row = self._session.document.recording.first_row
        elif (line == self.table.currentIndex().row()) != backwards:
            row += 1  # exclude the current row, but include the first visible one
        task = self._session.document.find(self._shown_and(condition), row, backwards, end)

        def show(found: Found | None) -> None:
            done(found is not None and self.show_row(found.row), found is not None and found.wrapped)

        task.finished.connect(show)
        return task.start()

    def count_matches(self, condition: Filter, done: Callable[[int, int], None]) -> Task | None:
        """See FrameView. Counted rows are not counted again for the next match."""
        recording, row = self._session.document.recording, self.current_row()
        if row is None:
            return None
        condition = self._shown_and(condition)
        matches = self._matches
        if matches is None or matches.recording is not recording or matches.condition.text != condition.text:
            matches = self._matches = MatchCount(recording, condition)
        work = partial(matches.position, row, self.model.stop_row)
        task = self._session.tasks.make("Counting", work)
        task.finished.connect(lambda counts: done(*counts) if counts is not None else None)
        return task.start()

    def _shown_and(self, condition: Filter) -> Filter:
        """A condition combined with the filter of the view."""
        shown = self._filters.filter
        return (
            condition if shown.passes_all else self._filters.compile(f"({shown.text}) and ({condition.text})")
        )

    def _clear_matches(self) -> None:
        """Count again, because names have changed."""
        self._matches = None

    # -- the session -------------------------------------------------------------------------------------

    def _on_recording(self) -> None:
        self.auto_scroll.set_following(self._session.document.file_path is None)
        self._on_paused(self._session.clock.paused)
        self._on_filter(self._filters.filter)

    def _on_filter(self, condition: Filter) -> None:
        recording, rows = self._session.document.recording, self.model.rows
        row = self.current_row()
        everything = condition.passes_all
        if everything and isinstance(rows, AllRows) and rows.recording is recording:
            return  # the same rows: keep selected and expanded ones
        self.model.set_rows(AllRows(recording) if everything else MatchingRows(recording, condition))
        if self.isVisible():
            self.refresh()
        self._restore_current(row)

    def _restore_current(self, row: int | None) -> None:
        """Keep the current frame visible under another filter."""
        if self.auto_scroll.following or row is None:
            self.auto_scroll.set_following(self.auto_scroll.following)
        else:
            self.show_row(row)

    def _on_paused(self, paused: bool) -> None:
        self.model.set_stop_row(self._session.document.recording.end_row if paused else None)

    def _on_rows_removed(self, _parent: QModelIndex, first: int, last: int) -> None:
        if first == 0:
            self.auto_scroll.rows_evicted(last + 1)
