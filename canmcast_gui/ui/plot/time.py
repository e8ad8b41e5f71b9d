"""Which time a plot shows: what the mouse and the keys do to its span and its cursors."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent

from canmcast_gui.app.session import Session
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.plot.compare import Comparison
from canmcast_gui.models.plot.data import PlotData
from canmcast_gui.models.plot.span import PlotSpan, SpanMode
from canmcast_gui.ui.plot.cursors import A, B, PlotCursors
from canmcast_gui.ui.plot.lanes import PlotView

_STEPS = {Qt.Key.Key_Left: -1, Qt.Key.Key_Right: 1}


class PlotTime(QObject):
    """Moves ``span`` and the cursors as the view is used.

    ``moved`` says that another time is to be drawn, ``changed`` that the user chose it, ``chosen`` carries a
    time that he points at, in seconds since the recording's start.
    """

    moved = Signal()
    changed = Signal()
    chosen = Signal(float)

    def __init__(
        self, session: Session, data: PlotData, view: PlotView, cursors: PlotCursors, parent: QObject
    ) -> None:
        super().__init__(parent)
        self.span = PlotSpan()
        self._session = session
        self._data = data
        self._cursors = cursors
        view.zoomed.connect(lambda factor, second: self._change(self.span.zoom(factor, second)))
        view.dragged.connect(lambda seconds: self._change(self.span.move(seconds)))
        view.framed.connect(lambda start, stop: self._change(self.span.show(start, stop)))
        view.clicked.connect(self._on_click)

    def _change(self, _done: None) -> None:
        self.moved.emit()
        self.changed.emit()

    def follow(self) -> None:
        """Show the newest seconds."""
        self._change(self.span.follow())

    def show_all(self) -> None:
        """Show the whole recording."""
        self._change(self.span.show_all())

    def set_window(self, seconds: float) -> None:
        """Show so many seconds."""
        self._change(self.span.set_window(seconds))

    def adopt(self, other: PlotSpan) -> None:
        """Show the time that another plot shows."""
        self.span.adopt(other)
        self.moved.emit()

    def show_time(self, second: float) -> None:
        """Put cursor A at a time, and bring it into view."""
        self.span.bring_into_view(second)
        self._cursors.move(A, second)
        self._change(None)

    def update_extent(self, comparison: Comparison) -> None:
        """Let the span know what there is to be shown."""
        if not self._session.paused or self.span.mode is SpanMode.ALL:
            self.span.update(*self._extent(comparison))

    def _extent(self, comparison: Comparison) -> tuple[float | None, float | None]:
        """First and last second: of what was decoded, and while following of the newest frame at all."""
        recording = self._session.recording
        stores = [one.samples for one in self._data.signals if one.samples.first_ns is not None]
        first = min((store.first_ns for store in stores), default=None)
        last = max((store.last_ns for store in stores), default=None)
        if self.span.mode is SpanMode.FOLLOW and len(recording):
            newest = recording.rows(recording.end_row - 1).timestamp_ns
            last = max(last or 0, int(newest[0])) if len(newest) else last
            first = last if first is None else first
        if first is None or last is None:
            return None, None
        start, stop = (
            (first - recording.start_ns) / NS_PER_SECOND,
            (last - recording.start_ns) / NS_PER_SECOND,
        )
        other = comparison.extent() if self.span.mode is SpanMode.ALL else None
        return (start, stop) if other is None else (min(start, other[0]), max(stop, other[1]))

    # -- cursors -----------------------------------------------------------------------------------------

    def _on_click(self, second: float) -> None:
        if QGuiApplication.keyboardModifiers() & Qt.KeyboardModifier.ShiftModifier:
            self._cursors.add_first(self.span.span)
            self._cursors.move(B, second)
        elif self._cursors.seconds[A] is not None:
            self._cursors.move(A, second)
            self.chosen.emit(second)

    def step_cursor(self, direction: int, which: int = A) -> None:
        """Move a cursor to the next (1) or the previous (-1) sample of any signal."""
        second = self._cursors.beside(which, direction, self._session.recording.start_ns)
        if second is not None:
            self.span.bring_into_view(second)
            self._cursors.move(which, second)
            self.moved.emit()

    def take_key(self, event: QKeyEvent) -> bool:
        """Left and right step cursor A, with Shift cursor B; whether it was one of these keys."""
        step = _STEPS.get(Qt.Key(event.key()))
        if step is None:
            return False
        self.step_cursor(step, B if event.modifiers() & Qt.KeyboardModifier.ShiftModifier else A)
        return True
