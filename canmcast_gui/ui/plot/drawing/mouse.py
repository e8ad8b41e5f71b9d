"""The mouse over lanes: it moves and zooms time and value axes, moves cursors, and draws a rectangle."""

from __future__ import annotations

from typing import Protocol

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFontMetricsF

from canmcast_gui.ui.plot.drawing.area import LanesArea
from canmcast_gui.ui.plot.drawing.lane import Lane
from canmcast_gui.ui.plot.drawing.value_axis import ValueAxis

MIN_RECTANGLE = 4  # pixels: a smaller rectangle is a click with a small movement
GRAB_PIXELS = 5  # so near to a cursor the mouse takes it
WHEEL_BASE = 1.0015


class Drag(Protocol):
    """What the mouse does between press and release, at positions on the viewport."""

    def move(self, position: QPointF) -> None:
        """Follow the mouse."""

    def finish(self, position: QPointF) -> None:
        """Do what the release of the button means."""


def begin_drag(view: LanesArea, position: QPointF, keys: Qt.KeyboardModifier) -> Drag:
    """The drag that begins at a position."""
    lane, axis = view.lane_at(position), axis_at(view, position)
    if lane is not None and axis is not None:
        return AxisDrag(view, lane, axis, position)
    if lane is not None and keys & Qt.KeyboardModifier.ControlModifier:
        return RectangleDrag(view, lane, position)
    cursor = cursor_at(view, position)
    return TimeDrag(view, position) if cursor is None else CursorDrag(view, cursor)


def axis_at(view: LanesArea, position: QPointF) -> ValueAxis | None:
    """The value axis at a position."""
    lane = view.lane_at(position)
    metrics = QFontMetricsF(view.font())
    return None if lane is None else lane.axis_at(view.content(position), metrics)


def cursor_at(view: LanesArea, position: QPointF) -> int | None:
    """The nearest cursor that the mouse takes at a position."""
    distances = [
        (abs(view.times.x_of(second) - position.x()), number)
        for number, second in enumerate(view.cursors)
        if second is not None
    ]
    distance, number = min(distances, default=(float("inf"), 0))
    return number if distance <= GRAB_PIXELS else None


def turn_wheel(view: LanesArea, position: QPointF, delta: int) -> None:
    """Zoom in time around a position, or along the value axis at that position."""
    factor = WHEEL_BASE**-delta
    lane, axis = view.lane_at(position), axis_at(view, position)
    if lane is not None and axis is not None:
        axis.zoom(factor, axis.value_at(lane.area, view.content(position).y()))
        view.viewport().update()
    else:
        view.zoomed.emit(factor, view.times.second_at(position.x()))


class TimeDrag:
    """Moves in time; without movement it is a click."""

    def __init__(self, view: LanesArea, position: QPointF) -> None:
        self._view = view
        self._start = self._last = position
        self._is_moving = False

    def move(self, position: QPointF) -> None:
        self._is_moving = self._is_moving or abs(position.x() - self._start.x()) >= MIN_RECTANGLE
        if self._is_moving:
            times = self._view.times
            seconds = times.second_at(self._last.x()) - times.second_at(position.x())
            self._last = position
            self._view.dragged.emit(seconds)

    def finish(self, position: QPointF) -> None:
        if not self._is_moving:
            self._view.clicked.emit(self._view.times.second_at(position.x()))


class CursorDrag:
    """Moves a cursor."""

    def __init__(self, view: LanesArea, cursor: int) -> None:
        self._view = view
        self._cursor = cursor

    def move(self, position: QPointF) -> None:
        self._view.cursor_dragged.emit(self._cursor, self._view.times.second_at(position.x()))

    def finish(self, position: QPointF) -> None:
        """The cursor is there already."""


class AxisDrag:
    """Moves the values of an axis."""

    def __init__(self, view: LanesArea, lane: Lane, axis: ValueAxis, position: QPointF) -> None:
        self._view = view
        self._lane = lane
        self._axis = axis
        self._last = position

    def move(self, position: QPointF) -> None:
        area, axis = self._lane.area, self._axis
        if axis.is_known:
            axis.move(axis.value_at(area, self._last.y()) - axis.value_at(area, position.y()))
        self._last = position
        self._view.viewport().update()

    def finish(self, position: QPointF) -> None:
        """The values are there already."""


class RectangleDrag:
    """Zooms to a rectangle."""

    def __init__(self, view: LanesArea, lane: Lane, position: QPointF) -> None:
        self._view = view
        self._lane = lane
        self._start = position

    def move(self, position: QPointF) -> None:
        self._view.rectangle = QRectF(self._start, position).normalized()
        self._view.viewport().update()

    def finish(self, position: QPointF) -> None:
        view, area = self._view, self._lane.area
        drawn = QRectF(self._start, position).normalized()
        view.rectangle = QRectF()
        view.viewport().update()
        if drawn.width() < MIN_RECTANGLE or drawn.height() < MIN_RECTANGLE:
            return
        top, bottom = view.content(drawn.topLeft()).y(), view.content(drawn.bottomLeft()).y()
        for axis in self._lane.axes:
            if axis.is_known:
                axis.set_range(axis.value_at(area, bottom), axis.value_at(area, top))
        view.span_drawn.emit(view.times.second_at(drawn.left()), view.times.second_at(drawn.right()))
