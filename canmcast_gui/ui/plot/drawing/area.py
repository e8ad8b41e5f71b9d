"""Lanes below each other with one time axis that stays in place: signals, layout, visible lanes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QGuiApplication,
    QPalette,
    QResizeEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QWidget

from canmcast_gui.frames.arrays import Times
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui.plot.drawing.entry import LegendEntry
from canmcast_gui.ui.plot.drawing.lane import Lane, lane_key, lanes_of
from canmcast_gui.ui.plot.drawing.time_axis import TimeAxis

# Name and value fit into a lane of this height; lower ones would hide the curve. More lanes scroll.
MIN_LANE_HEIGHT = 26

TOP, SPACING, RIGHT = 4, 4, 10

_NO_TIMES: Times = np.zeros(0, dtype=np.int64)


class LanesArea(QAbstractScrollArea):
    """Lanes that show the same ``span`` of seconds since the recording's start.

    ``zoomed`` carries a factor and the time that stays in place, ``dragged`` seconds, ``clicked`` a time,
    ``span_drawn`` the two times of a rectangle that is drawn with Ctrl held, ``cursor_dragged`` the number of
    a cursor and its new time, ``remove_clicked`` a name, ``menu_requested`` a name or "" and a position on
    the screen.
    """

    zoomed = Signal(float, float)
    dragged = Signal(float)
    clicked = Signal(float)
    span_drawn = Signal(float, float)
    cursor_dragged = Signal(int, float)
    remove_clicked = Signal(str)
    menu_requested = Signal(str, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.viewport().setMouseTracking(True)
        self.viewport().setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.times = TimeAxis(self)
        self.lanes: list[Lane] = []
        self.entries: list[LegendEntry] = []  # of the lanes; none where a legend is shown
        self.rectangle = QRectF()  # that is drawn with Ctrl held
        self._widths: list[tuple[float, float]] = []
        self.hovered: LegendEntry | None = None
        self._drawn_with: tuple[int, Times, int] = (0, _NO_TIMES, 0)

    @property
    def span(self) -> tuple[float, float]:
        """The visible time in seconds since the recording's start."""
        return self.times.span

    @property
    def cursors(self) -> list[float | None]:
        """The times of the cursors A and B; None for a hidden one."""
        return self.times.cursors

    # -- what is shown -----------------------------------------------------------------------------------

    def show_signals(
        self,
        signals: Sequence[PlotSignal],
        overlaid: bool,
        colors: dict[str, QColor],
        others: Mapping[str, PlotSignal],
    ) -> None:
        """Show signals, each in a lane of its own or all in one. Lanes that do not change are kept.

        ``others`` are the signals that they are compared with, by name.
        """
        groups = lanes_of(signals, overlaid)
        old = list(self.lanes)
        self.lanes = []
        for group in groups:
            key = lane_key(group, others)
            kept = next((lane for lane in old if lane.key == key), None)
            self.lanes.append(kept or Lane(group, others))
            self.lanes[-1].name_axes(are_titled=overlaid)
        self.set_colors(colors)
        self.lay_out()

    def show_entries(self, entries: list[LegendEntry]) -> None:
        """Name the lanes by these entries, one for each; none where a legend names the curves."""
        self.entries = entries
        self.hovered = None
        self.lay_out()

    def set_colors(self, colors: dict[str, QColor]) -> None:
        """Use the colors of the application's palette, and ``colors`` for the curves."""
        text = QGuiApplication.palette().color(QPalette.ColorRole.Text)
        for lane in self.lanes:
            lane.set_colors(text, colors)
        self._update()

    def show_span(self, start: float, stop: float) -> None:
        """Show the time from one second to another."""
        self.times.show_span((start, stop))
        self.viewport().update()

    def show_cursors(self, seconds: Sequence[float | None]) -> None:
        """Move the cursors to their times, in seconds; None hides one."""
        self.times.show_cursors(seconds)
        self.viewport().update()

    def refit(self) -> None:
        """Fit the value axes to the visible samples again."""
        for lane in self.lanes:
            for axis in lane.axes:
                axis.refit()

    def draw(self, start_ns: int, losses: Times, other_start_ns: int = 0) -> None:
        """Draw the samples of the span, with as many points as are visible.

        Lines are broken at ``losses``, the times where frames are missing, int64 (n,). Times of the signals
        that are compared with count from ``other_start_ns``. Lanes that are scrolled out are not updated.
        """
        self._drawn_with = (start_ns, losses, other_start_ns)
        points = max(2 * self.viewport().width(), 200)
        for lane in self.visible_lanes():
            lane.update(start_ns, self.span, points, losses, other_start_ns)
        if self._axis_widths() != self._widths:  # other numbers need more room
            self.lay_out()
        self.viewport().update()

    def _axis_widths(self) -> list[tuple[float, float]]:
        metrics = QFontMetricsF(self.font())
        return [(lane.left_width(metrics), lane.right_width(metrics)) for lane in self.lanes]

    def redraw(self) -> None:
        """Draw the same recording again."""
        self.draw(*self._drawn_with)

    def visible_lanes(self) -> list[Lane]:
        """The lanes that are not scrolled out."""
        top, height = self.offset, self.viewport().height()
        return [lane for lane in self.lanes if lane.area.bottom() > top and lane.area.top() < top + height]

    def _update(self) -> None:
        self.viewport().update()
        self.times.update()

    # -- layout ------------------------------------------------------------------------------------------

    def lay_out(self) -> None:
        """Divide the height among the lanes, and give their axes one width, so that times are aligned."""
        height = self.times.sizeHint().height() if self.lanes else 0
        self.setViewportMargins(0, 0, 0, height)
        self._place_lanes()
        view = self.viewport().geometry()
        self.times.setVisible(bool(self.lanes))
        self.times.setGeometry(view.left(), view.bottom() + 1, view.width(), height)
        self._update()

    def _place_lanes(self) -> None:
        view, count = self.viewport(), len(self.lanes)
        lowest = max(MIN_LANE_HEIGHT, self.fontMetrics().height() + 8)
        room = view.height() - TOP - 2
        each = max((room - SPACING * (count - 1)) / max(count, 1), lowest)
        needed = TOP + count * (each + SPACING) - SPACING + 2
        bar = self.verticalScrollBar()
        bar.setRange(0, max(round(needed - view.height()), 0))
        bar.setPageStep(view.height())
        bar.setSingleStep(round(each + SPACING))
        self._widths = self._axis_widths()
        left = max((left for left, _ in self._widths), default=0.0)
        right = view.width() - max((right for _, right in self._widths), default=0.0) - RIGHT
        for number, lane in enumerate(self.lanes):
            top = round(TOP + number * (each + SPACING))
            bottom = round(TOP + number * (each + SPACING) + each)
            lane.area = QRectF(round(left), top, max(right - round(left), 20), bottom - top)
        self.times.set_room(round(left), max(right, round(left) + 20))
        self._place_entries()

    def _place_entries(self) -> None:
        for entry, lane in zip(self.entries, self.lanes, strict=False):
            area = lane.area.toRect().translated(0, -self.offset)
            width = min(entry.width(self.fontMetrics()), area.width() - 4)
            entry.rect = QRect(area.left() + 2, area.top() + 1, width, self.fontMetrics().height() + 4)

    @property
    def offset(self) -> int:
        """How many pixels of the lanes are scrolled out at the top."""
        return self.verticalScrollBar().value()

    def place_entries(self) -> None:
        """Make room for wider values."""
        self._place_entries()
        self.viewport().update()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.lay_out()
        self.redraw()

    def scrollContentsBy(self, _dx: int, _dy: int) -> None:  # noqa: N802
        self._place_entries()
        self.redraw()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "lanes"):
            self.lay_out()

    def lane_at(self, position: QPointF) -> Lane | None:
        """The lane at a position on the viewport."""
        y = position.y() + self.offset
        return next((lane for lane in self.lanes if lane.area.top() <= y <= lane.area.bottom()), None)

    def content(self, position: QPointF) -> QPointF:
        """A position on the viewport as one among the lanes, whichever are visible."""
        return position + QPointF(0, self.offset)
