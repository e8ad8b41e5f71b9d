"""The header line of a file and the overview of the recording, linked with the chronological view."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import Signal
from PySide6.QtWidgets import QVBoxLayout, QWidget

from canmcast_gui.app.document.timeline import Spread
from canmcast_gui.app.program.settings import AppSettings, Setting
from canmcast_gui.app.session import Session
from canmcast_gui.models.overview.times import TimeRange
from canmcast_gui.recording import Recording, RowsGoneError
from canmcast_gui.recording.search import first_row_since
from canmcast_gui.ui.overview.header import FileHeader
from canmcast_gui.ui.overview.minimap import Minimap, Places
from canmcast_gui.ui.updates import VisibleTicks

SHOW_OVERVIEW = Setting("trace/overview", bool, True)

# Ticks of the display clock between two looks at what the trace shows.
EVERY_TICKS = 3


class OverviewBar(QWidget):
    """The header line; the owner puts ``minimap``, the overview, above the chronological view.

    ``row_requested`` carries the row of the recording that a click in the overview asks for,
    ``minimap_shown`` whether there is something to show in the overview.

    ``visible_rows`` returns the first and the last visible row of the chronological view and its current row,
    each None where there is none; it returns None while that view is not in front.
    """

    row_requested = Signal(int)
    minimap_shown = Signal(bool)

    def __init__(
        self,
        session: Session,
        settings: AppSettings,
        visible_rows: Callable[[], VisibleRows | None],
        zero: Callable[[], int],
        parent: QWidget | None = None,
    ) -> None:
        super().__init__(parent)
        self._session = session
        self._zero = zero
        self._visible_rows = visible_rows
        self._shown = settings.field(SHOW_OVERVIEW)
        self.header = FileHeader(session, settings)
        self.minimap = Minimap(zero)
        self.minimap.hide()
        layout = QVBoxLayout(self)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(0)
        layout.addWidget(self.header)
        self.minimap.time_requested.connect(self.go_to)
        self._shown.changed.connect(lambda _value: self.refresh())
        session.overview.changed.connect(self.refresh)
        session.document.replaced.connect(self.refresh)
        self._ticks = VisibleTicks(session.clock, self, self.refresh_visible, EVERY_TICKS)

    def time_range(self) -> TimeRange | None:
        """The times of the recording; None while it has none."""
        spread = self._session.overview.spread
        if not len(self._session.document.recording):
            return None
        return TimeRange(spread.first_ns, spread.last_ns, self._zero())

    def current_time(self) -> int | None:
        """The time of the current row of the trace, else of the first visible one."""
        rows = self._visible_rows()
        if rows is None:
            return None
        first, _last, current = rows
        return _time_of(self._session.document.recording, first if current is None else current)

    def position_text(self, row: int | None) -> str:
        """The number and the time of a row, for the status bar; "" without one."""
        time_ns = _time_of(self._session.document.recording, row)
        if row is None or time_ns is None:
            return ""
        return f"row {row:,} at {(time_ns - self._zero()) / 1e9:,.6f} s"

    def row_at(self, time_ns: int) -> int | None:
        """The first row that is not older than a time, or the last row; None without frames."""
        recording = self._session.document.recording
        if not len(recording):
            return None
        return max(min(first_row_since(recording, time_ns), recording.end_row - 1), recording.first_row)

    def go_to(self, time_ns: int) -> None:
        """Ask for the first row that is not older than a time."""
        row = self.row_at(time_ns)
        if row is not None:
            self.row_requested.emit(row)

    def refresh(self) -> None:
        """Show the frames counted so far."""
        if self._shown.value:
            recording, spread = self._session.document.recording, self._session.overview.spread
            self.minimap.show_recording(spread, self._places(recording, spread))
        self.refresh_visible()

    def refresh_visible(self) -> None:
        """Show which part of the recording the trace shows; hide what would be empty."""
        rows = self._visible_rows()
        is_shown = self._shown.value and self._session.overview.spread.span_ns > 0
        if is_shown == self.minimap.isHidden():
            self.minimap.setVisible(is_shown)
            self.minimap_shown.emit(is_shown)
        if rows is None or not is_shown:
            return
        recording = self._session.document.recording
        first, last, current = (_time_of(recording, row) for row in rows)
        if first is not None and last is not None:
            self.minimap.show_visible(first, last, current)

    def _places(self, recording: Recording, spread: Spread) -> Places:
        opened = self._session.document.opened
        rows = [finding.row for finding in opened.findings if finding.row is not None] if opened else []
        problems = (_time_of(recording, row) for row in rows)
        return Places(
            tuple(mark.timestamp_ns for mark in recording.marks),
            tuple(gap.timestamp_ns or spread.first_ns for gap in recording.gaps),
            tuple(time for time in problems if time is not None),
        )


# The first, the last and the current row of a view.
VisibleRows = tuple[int | None, int | None, int | None]


def _time_of(recording: Recording, row: int | None) -> int | None:
    if row is None or not recording.first_row <= row < recording.end_row:
        return None
    try:
        return int(recording.rows(row, row + 1).timestamp_ns[0])
    except RowsGoneError:
        return None
