"""The time that a plot shows: what the mouse and the keys do to its span and its cursors."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent

from canmcast_gui.app.session import Session
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.plot.span import PlotSpan, SpanMode
from canmcast_gui.ui.plot.cursors import A, B, PlotCursors
from canmcast_gui.ui.plot.picture import PlotPicture
from canmcast_gui.ui.plot.signals import PlotSignals

# Of the visible time: how far a key moves, and how much it zooms.
KEY_PART = 0.1
KEY_ZOOM = 1.5

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class PlotTime(QObject):
    """Moves ``span`` and the cursors when the user does. Times are seconds since the recording's start.

    ``moved`` is emitted when another time must be drawn, ``changed`` when the user chose it; ``clicked``
    carries the time that cursor A was moved to by a click.
    """

    moved = Signal()
    changed = Signal()
    clicked = Signal(float)

    def __init__(
        self,
        session: Session,
        signals: PlotSignals,
        picture: PlotPicture,
        cursors: PlotCursors,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.span = PlotSpan()
        self._session = session
        self._signals = signals
        self._cursors = cursors
        picture.zoomed.connect(self._on_zoomed)
        picture.dragged.connect(self._on_dragged)
        picture.span_drawn.connect(self._on_span_drawn)
        picture.clicked.connect(self._on_clicked)

    def follow(self) -> None:
        """Show the newest seconds."""
        self.span.follow()
        self._emit_changed()

    def show_all(self) -> None:
        """Show the whole recording."""
        self.span.show_all()
        self._emit_changed()

    def set_window(self, seconds: float) -> None:
        """Show a number of seconds."""
        self.span.set_window(seconds)
        self._emit_changed()

    def show_time(self, second: float) -> None:
        """Move cursor A to a time, and the span if that time is not visible."""
        self.span.bring_into_view(second)
        self._cursors.move(A, second)
        self._emit_changed()

    def copy_span(self, other: PlotSpan) -> None:
        """Show the span of another plot."""
        self.span.copy(other)
        self.moved.emit()

    def restart(self) -> None:
        """Show the newest seconds of a live recording, or the whole file."""
        if self._session.document.file_path is None:
            self.span.follow()
        else:
            self.span.show_all()

    def _emit_changed(self) -> None:
        self.moved.emit()
        self.changed.emit()

    # -- the extent of the recording ---------------------------------------------------------------------

    def update_extent(self) -> None:
        """Update the span from the first and last sample, unless a paused plot must not move."""
        if not self._session.clock.paused or self.span.mode is SpanMode.ALL:
            self.span.update(*self._extent())

    def _extent(self) -> tuple[float | None, float | None]:
        """First and last second of the decoded samples; while following, up to the newest frame."""
        first, last = self._extent_ns()
        if first is None or last is None:
            return None, None
        start_ns = self._session.document.recording.start_ns
        start, stop = (first - start_ns) / NS_PER_SECOND, (last - start_ns) / NS_PER_SECOND
        other = self._signals.comparison.extent() if self.span.mode is SpanMode.ALL else None
        return (start, stop) if other is None else (min(start, other[0]), max(stop, other[1]))

    def _extent_ns(self) -> tuple[int | None, int | None]:
        recording = self._session.document.recording
        stores = [signal.samples for signal in self._signals.data.signals]
        first = min((store.first_ns for store in stores if store.first_ns is not None), default=None)
        last = max((store.last_ns for store in stores if store.last_ns is not None), default=None)
        if self.span.mode is SpanMode.FOLLOW and len(recording):
            newest = recording.rows(recording.end_row - 1).timestamp_ns
            last = max(last or 0, int(newest[0])) if len(newest) else last
            first = last if first is None else first
        return first, last

    # -- the user ----------------------------------------------------------------------------------------

    def _on_zoomed(self, factor: float, second: float) -> None:
        self.span.zoom(factor, second)
        self._emit_changed()

    def _on_dragged(self, seconds: float) -> None:
        self.span.move(seconds)
        self._emit_changed()

    def _on_span_drawn(self, start: float, stop: float) -> None:
        self.span.show(start, stop)
        self._emit_changed()

    def _on_clicked(self, second: float) -> None:
        if QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._cursors.show_first(self.span.span)
            self._cursors.move(B, second)
        elif self._cursors.seconds[A] is not None:
            self._cursors.move(A, second)
            self.clicked.emit(second)

    def step_cursor(self, direction: int, cursor: int = A) -> None:
        """Move a cursor to the next (1) or the previous (-1) sample of any signal."""
        second = self._cursors.next_sample(cursor, direction, self._session.document.recording.start_ns)
        if second is not None:
            self.span.bring_into_view(second)
            self._cursors.move(cursor, second)
            self.moved.emit()

    def handle_key(self, event: QKeyEvent) -> bool:
        """Left and Right step cursor A, with Shift cursor B, or move in time while there is no cursor.

        Esc removes the cursors. Returns whether it was one of these keys.
        """
        if event.key() == Qt.Key.Key_Escape:
            return self._cursors.hide()
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            return False
        if self._cursors.seconds == [None, None] or event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._on_dragged(step * KEY_PART * (self.span.span[1] - self.span.span[0]))
        else:
            self.step_cursor(step, B if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else A)
        return True

    def zoom_in(self) -> None:
        """Show less time around cursor A, or around the middle."""
        self._zoom(1 / KEY_ZOOM)

    def zoom_out(self) -> None:
        """Show more time around cursor A, or around the middle."""
        self._zoom(KEY_ZOOM)

    def _zoom(self, factor: float) -> None:
        start, stop = self.span.span
        cursor = self._cursors.seconds[A]
        is_visible = cursor is not None and start <= cursor <= stop
        self._on_zoomed(factor, cursor if is_visible and cursor is not None else (start + stop) / 2)
