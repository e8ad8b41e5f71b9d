"""The lanes of a plot over time, below each other, with one time axis that stays in place."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
from PySide6.QtCore import QEvent, QPoint, QPointF, QRect, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFontMetricsF,
    QGuiApplication,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPalette,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QAbstractScrollArea, QGraphicsRectItem, QToolTip, QWidget

from canmcast_gui.frames.arrays import Times
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui import theme
from canmcast_gui.ui.plot.drawing.axis import PlotAxis
from canmcast_gui.ui.plot.drawing.entry import LegendEntry
from canmcast_gui.ui.plot.drawing.lane import Lane, lane_key, lanes_of
from canmcast_gui.ui.plot.drawing.times import TimeBox
from canmcast_gui.ui.plot.drawing.view import PlotView

# Name and value fit into a lane of this height; lower ones would hide the curve. More lanes scroll.
MIN_LANE_HEIGHT = 26

TOP, SPACING, RIGHT = 4, 4, 10

_SCROLL_KEYS = (Qt.Key.Key_Up, Qt.Key.Key_Down, Qt.Key.Key_PageUp, Qt.Key.Key_PageDown)
_NO_TIMES: Times = np.zeros(0, dtype=np.int64)


class LanesView(PlotView):
    """Lanes that show the same ``span`` of seconds since the recording's start.

    ``zoomed``, ``dragged``, ``clicked`` and ``cursor_dragged`` are those of ``times``, ``span_drawn`` carries
    the two times of a rectangle that is drawn with Ctrl held, ``remove_clicked`` a name.
    """

    zoomed = Signal(float, float)
    dragged = Signal(float)
    clicked = Signal(float)
    span_drawn = Signal(float, float)
    cursor_dragged = Signal(int, float)
    remove_clicked = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lanes: list[Lane] = []
        self.entries: list[LegendEntry] = []  # of the lanes; none where a legend is shown
        self._widths: list[tuple[float, float]] = []
        self._hovered: LegendEntry | None = None
        self._drawn_with: tuple[int, Times, int] = (0, _NO_TIMES, 0)
        self._room = QGraphicsRectItem()  # of the visible lanes: they do not cover the time axis
        self.times = TimeBox()
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAsNeeded)
        self._room.setFlag(QGraphicsRectItem.GraphicsItemFlag.ItemClipsChildrenToShape)
        self._room.setPen(Qt.PenStyle.NoPen)
        self._room.setZValue(-500)
        for item in (self._room, self.times, self.times.axis):
            self.addItem(item)
        for name in ("zoomed", "dragged", "clicked", "cursor_dragged"):
            getattr(self.times, name).connect(getattr(self, name))
        self.times.rectangle_drawn.connect(self._on_rectangle)
        self.lay_out()

    @property
    def span(self) -> tuple[float, float]:
        """The visible time in seconds since the recording's start."""
        return self.times.span

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
        old = {lane.key: lane for lane in self.lanes}
        self.lanes = []
        for group in lanes_of(signals, overlaid):
            lane = old.pop(lane_key(group, others), None) or Lane(self._room, group, others)
            lane.name_axes(are_titled=overlaid)
            self.lanes.append(lane)
        for lane in old.values():
            for item in lane.items:
                self.removeItem(item)
        self._set_colors(colors)
        self.lay_out()

    def _set_colors(self, colors: dict[str, QColor]) -> None:
        palette = self.show_background()
        line, text = theme.colors(palette).line, palette.color(QPalette.ColorRole.Text)
        self.times.set_colors(palette)
        for lane in self.lanes:
            lane.set_colors(line, text, colors)

    def show_entries(self, entries: list[LegendEntry]) -> None:
        """Name the lanes by these entries, one for each; none where a legend names the curves."""
        self.entries = entries
        self._hovered = None
        self.place_entries()

    def show_cursors(self, seconds: Sequence[float | None]) -> None:
        """Move the cursors to their times, in seconds; None hides one."""
        self.times.show_cursors(seconds)

    def refit(self) -> None:
        """Fit the value axes to the visible samples again."""
        for lane in self.lanes:
            for axis in lane.axes:
                axis.refit()

    def show_span(self, start: float, stop: float) -> None:
        """Show the time from one second to another."""
        self.times.show_span((start, stop))

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
        # Else pyqtgraph changes transformations while it paints, and Qt paints again.
        self.scene().prepareForPaint()

    def visible_lanes(self) -> list[Lane]:
        """The lanes that are not scrolled out."""
        top, bottom = self._room.rect().top(), self._room.rect().bottom()
        return [lane for lane in self.lanes if lane.area.bottom() > top and lane.area.top() < bottom]

    # -- layout ------------------------------------------------------------------------------------------

    def _axis_widths(self) -> list[tuple[float, float]]:
        metrics = QFontMetricsF(self.font())
        return [(lane.left_width(metrics), lane.right_width(metrics)) for lane in self.lanes]

    @property
    def _axis_height(self) -> int:
        return self.fontMetrics().height() + 6 if self.lanes else 0

    def lay_out(self) -> None:
        """Divide the height among the lanes, and give their axes one width, so that times are aligned."""
        view, count = self.viewport(), len(self.lanes)
        lowest = max(MIN_LANE_HEIGHT, self.fontMetrics().height() + 8)
        height = max(view.height() - self._axis_height, 0)
        each = max((height - TOP - 2 - SPACING * (count - 1)) / max(count, 1), lowest)
        needed = max(TOP + count * (each + SPACING) - SPACING + 2, height)
        self.setSceneRect(0, 0, view.width(), round(needed) + self._axis_height)
        self.verticalScrollBar().setSingleStep(round(each + SPACING))
        self._widths = self._axis_widths()
        left = round(max((left for left, _ in self._widths), default=0.0))
        right = view.width() - max((right for _, right in self._widths), default=0.0) - RIGHT
        for number, lane in enumerate(self.lanes):
            top, bottom = (round(TOP + number * (each + SPACING) + part) for part in (0, each))
            lane.place(QRectF(left, top, max(round(right) - left, 20), bottom - top), self.font())
        self.times.setVisible(count > 0)
        self.times.axis.setVisible(count > 0)
        self._place_fixed()

    def _place_fixed(self) -> None:
        """Place what does not scroll: the time axis, the room for lanes, and their names."""
        offset, height = self.offset, self.viewport().height() - self._axis_height
        self._room.setRect(0, offset, self.viewport().width(), height)
        if self.lanes:
            left, width = self.lanes[0].area.left(), self.lanes[0].area.width()
            area = QRectF(left, offset, width, height)
            self.times.place(area, QRectF(left, area.bottom(), width, self._axis_height), self.font())
        visible = self.visible_lanes()
        for lane in self.lanes:
            lane.set_visible(lane in visible)
        self.place_entries()

    def place_entries(self) -> None:
        """Place the names of lanes, with room for their values."""
        for entry, lane in zip(self.entries, self.lanes, strict=False):
            area = lane.area.toRect().translated(0, -self.offset)
            width = min(entry.width(self.fontMetrics()), area.width() - 4)
            entry.rect = QRect(area.left() + 2, area.top() + 1, width, self.fontMetrics().height() + 4)
        self.viewport().update()

    @property
    def offset(self) -> int:
        """How many pixels of the lanes are scrolled out at the top."""
        return int(self.verticalScrollBar().value())

    def resizeEvent(self, event: QResizeEvent | None) -> None:
        super().resizeEvent(event)
        if event is not None:
            self.draw(*self._drawn_with)

    def scrollContentsBy(self, dx: int, dy: int) -> None:  # noqa: N802
        super().scrollContentsBy(dx, dy)
        self._place_fixed()
        self.draw(*self._drawn_with)

    def lane_at(self, position: QPointF) -> Lane | None:
        """The lane at a position of the scene."""
        return next(
            (lane for lane in self.lanes if lane.area.top() <= position.y() <= lane.area.bottom()), None
        )

    def name_at(self, _position: QPoint) -> str:
        """The signal of the lane there, or of several the one whose curve is near."""
        point = self.mapToScene(_position)
        lane = self.lane_at(point)
        signal = None if lane is None else lane.signal_near(point)
        return "" if signal is None else signal.name

    # -- names in the lanes ------------------------------------------------------------------------------

    def drawForeground(self, painter: QPainter, _rect: QRectF) -> None:  # noqa: N802
        painter.translate(0, self.offset)
        painter.setClipRect(
            QRect(0, 0, self.viewport().width(), self.viewport().height() - self._axis_height)
        )
        painter.setFont(self.font())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        for entry in self.entries:
            entry.paint(painter, QGuiApplication.palette(), entry is self._hovered, in_lane=True)

    def _entry_at(self, position: QPoint) -> LegendEntry | None:
        return next((entry for entry in self.entries if entry.contains(position)), None)

    def _hover(self, entry: LegendEntry | None) -> None:
        if entry is not self._hovered:
            self._hovered = entry
            self.viewport().update()

    # -- mouse and keys ----------------------------------------------------------------------------------

    def _on_rectangle(self, drawn: QRectF) -> None:
        """Zoom to a rectangle that begins in a lane."""
        lane = self.lane_at(drawn.topLeft())
        for axis in lane.axes if lane is not None else ():
            if axis.is_known:
                axis.set_range(axis.value_at(drawn.bottomLeft()), axis.value_at(drawn.topLeft()))
        self.span_drawn.emit(self.times.second_at(drawn.left()), self.times.second_at(drawn.right()))

    def mousePressEvent(self, event: QMouseEvent) -> None:
        entry = self._entry_at(event.position().toPoint())
        is_left = event.button() == Qt.MouseButton.LeftButton
        if is_left and entry is not None and entry.cross.contains(event.position().toPoint()):
            self.remove_clicked.emit(entry.name)
        else:
            super().mousePressEvent(event)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        for item in self.scene().items(self.mapToScene(event.position().toPoint())):
            if isinstance(item, PlotAxis):
                item.double_clicked.emit()
        super().mouseDoubleClickEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        self._hover(self._entry_at(event.position().toPoint()))
        super().mouseMoveEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if event.modifiers() & Qt.KeyboardModifier.ShiftModifier:
            QAbstractScrollArea.wheelEvent(self, event)
        else:
            super().wheelEvent(event)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            entry = self._entry_at(event.pos())
            QToolTip.showText(event.globalPos(), entry.tip(event.pos()) if entry else "", self.viewport())
            return True
        if event.type() == QEvent.Type.Leave:
            self._hover(None)
        return bool(super().viewportEvent(event))

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _SCROLL_KEYS:
            QAbstractScrollArea.keyPressEvent(self, event)
        else:
            event.ignore()
