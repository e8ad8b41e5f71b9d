"""Trace and plots look at one time: a click in one finds the place in the other."""

from __future__ import annotations

from PySide6.QtCore import QObject

from canmcast_gui.app.session import Session
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.trace.rows import first_row_since
from canmcast_gui.ui.plot.docks import PlotDocks
from canmcast_gui.ui.trace.chronological_view import TraceView
from canmcast_gui.ui.trace.docks import ViewDocks


class TimeLink(QObject):
    """A place chosen with a plot's cursor is shown in a visible chronological view; a row that is chosen
    there moves the cursor, where there is one.
    """

    def __init__(self, session: Session, views: ViewDocks, plots: PlotDocks) -> None:
        super().__init__(views)
        self._session = session
        self._views = views
        self._plots = plots
        self._followed: set[TraceView] = set()
        self._is_showing = False
        plots.time_chosen.connect(self._show_in_trace)
        views.changed.connect(self._follow_views)
        self._follow_views()

    def _chronological(self) -> list[TraceView]:
        return [view for view in self._views.views if isinstance(view, TraceView)]

    def _follow_views(self) -> None:
        for view in self._chronological():
            if view not in self._followed:
                self._followed.add(view)
                view.table.selection_changed.connect(lambda view=view: self._show_in_plot(view))
                view.destroyed.connect(lambda _=None, view=view: self._followed.discard(view))

    def _show_in_trace(self, second: float) -> None:
        recording = self._session.recording
        visible = [view for view in self._chronological() if view.isVisible()]
        if not len(recording) or not visible:
            return
        row = min(
            first_row_since(recording, recording.start_ns + round(second * NS_PER_SECOND)),
            recording.end_row - 1,
        )
        self._is_showing = True
        (self._views.current if self._views.current in visible else visible[0]).show_row(row)
        self._is_showing = False

    def _show_in_plot(self, view: TraceView) -> None:
        recording, row = self._session.recording, view.current_row()
        if self._is_showing or row is None or not recording.first_row <= row < recording.end_row:
            return
        time_ns = int(recording.rows(row, row + 1).timestamp_ns[0])
        self._plots.follow_time((time_ns - recording.start_ns) / NS_PER_SECOND)
