"""The center of the window: the start page, the by-ID view or the chronological view."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.ui.filters.box import FilterBox
from canmcast_gui.ui.filters.state import FilterState
from canmcast_gui.ui.message_bar import MessageBar
from canmcast_gui.ui.overview.bar import OverviewBar, VisibleRows
from canmcast_gui.ui.trace.by_id_view import ByIdView
from canmcast_gui.ui.trace.chronological_view import ChronologicalView
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.trace.find import FindBar
from canmcast_gui.ui.trace.frame_view import FrameView


class TracePanel(QWidget):
    """Shows one of both views; ``mode_changed`` carries which one, "by_id" or "chronological".

    Live frames are shown in the mode that the user chose last, a file in the chronological view.
    ``current_view`` gives the view that the find bar searches; the window replaces it for views in docks.
    """

    mode_changed = Signal(str)

    def __init__(
        self, session: Session, settings: AppSettings, start_page: QWidget, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._settings = settings
        self.context = ViewContext(session, settings, self)
        self.filters = FilterState(session, self, self.context.sources)
        self.filter_box = FilterBox(self.filters, settings)
        self.messages = MessageBar(session, self)
        self.chronological = ChronologicalView(self.context, self.filters)
        self.by_id = ByIdView(self.context, self.filters)
        self.overview = OverviewBar(session, settings, self._visible_rows, self._time_zero)
        self.overview.row_requested.connect(self._show_row)
        self.chronological.put_above(self.overview.minimap)
        self.overview.minimap_shown.connect(self.chronological.live_bar.set_beside)
        self.current_view: Callable[[], FrameView] = lambda: self.view
        self.filter_box.count_with(lambda: self.view.match_count())
        for view in (self.by_id, self.chronological):
            view.clear_filter.clicked.connect(self.filter_box.clear)
        words = partial(self.filters.words, settings)
        self.find_bar = FindBar(self.filters.compile, lambda: self.current_view(), self, words)
        self.mode = settings.trace_mode.value
        self._start_page = self._page = start_page
        self._stack = QStackedWidget()
        for page in (start_page, self.by_id, self.chronological):
            self._stack.addWidget(page)
        self._lay_out()
        session.state_changed.connect(self._choose_page)
        session.document.replaced.connect(self._on_recording)
        self._choose_page()

    def _lay_out(self) -> None:
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.messages)
        layout.addWidget(self.overview)
        layout.addWidget(self._stack, 1)
        layout.addWidget(self.find_bar)

    @property
    def view(self) -> FrameView:
        """The view of the current mode."""
        return self.by_id if self.mode == "by_id" else self.chronological

    def _visible_rows(self) -> VisibleRows | None:
        """The visible rows and the current row, for the overview; None while the view is not in front."""
        if self._page is not self.chronological:
            return None
        first, last = self.chronological.table.visible_lines()
        model = self.chronological.model
        return model.row_number(first), model.row_number(last), self.chronological.current_row()

    def _time_zero(self) -> int:
        """The time that relative times count from."""
        reference = self.context.reference
        return self._session.document.recording.start_ns if reference is None else reference.timestamp_ns

    def _show_row(self, row: int) -> None:
        """Show a row that was chosen in the overview."""
        self.show_chronological()
        self.chronological.refresh()
        self.chronological.show_row(row)

    @property
    def is_empty(self) -> bool:
        """Whether the start page is shown, because there are no frames and no bus."""
        return self._page is self._start_page

    def shown_frames(self) -> int | None:
        """The number of frames that pass the filter of the chronological view; None without a filter."""
        filtered = self.mode == "chronological" and not self.filters.filter.passes_all
        return self.chronological.shown_frames() if filtered else None

    def set_mode(self, mode: str) -> None:
        """Show the by-ID or the chronological view, and remember it for live frames."""
        if self._session.document.file_path is None:
            self._settings.trace_mode.set(mode)
        self._show_mode(mode)

    def focus_view(self) -> None:
        """Give the focus to the visible page."""
        self._page.setFocus()

    def show_chronological(self) -> None:
        """Show the chronological view, without remembering it."""
        self._show_mode("chronological")

    def _show_mode(self, mode: str) -> None:
        if mode != self.mode:
            self.mode = mode
            self.mode_changed.emit(mode)
        self._choose_page()

    def _choose_page(self) -> None:
        empty = self._session.state is SessionState.OFFLINE and not len(self._session.document.recording)
        page = self._start_page if empty else self.view
        if self._page is not page:
            self._page = page
            self._stack.setCurrentWidget(page)
            page.setFocus()

    def _on_recording(self) -> None:
        from_file = self._session.document.file_path is not None
        self._show_mode("chronological" if from_file else self._settings.trace_mode.value)
