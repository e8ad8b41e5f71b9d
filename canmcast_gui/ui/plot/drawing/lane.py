"""A lane: an area with curves over time, and a value axis for each unit."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QPainter

from canmcast_gui.frames.arrays import Floats, Times
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui.plot.drawing.value_axis import ValueAxis

_NO_TIMES: Times = np.zeros(0, dtype=np.int64)

# Beside a curve that is this near, a click means the curve.
NEAR_PIXELS = 12

# With more axes only units are written beside them; the legend has the names in the same colors.
MAX_NAMED = 2


class Lane:
    """``area`` is the rectangle of the curves; the first axis is to its left, the others are to its right.

    Signals of one unit share an axis; states, and styles with ``own_axis``, have axes of their own.
    """

    def __init__(self, signals: Sequence[PlotSignal], others: Mapping[str, PlotSignal]) -> None:
        """``others`` are the signals that they are compared with, by name."""
        self.area = QRectF()
        self.key = lane_key(signals, others)
        self.axes: list[ValueAxis] = []
        by_unit: dict[str, ValueAxis] = {}
        for signal in signals:
            axis_of_unit(signal, self.axes, by_unit).add(signal, others.get(signal.name))

    @property
    def signals(self) -> list[PlotSignal]:
        """The signals, in the order of their axes."""
        return [curve.signal for axis in self.axes for curve in axis.curves]

    @property
    def others(self) -> list[PlotSignal]:
        """The signals of the recording that is compared with."""
        return [curve.signal for axis in self.axes for curve in axis.others]

    def name_axes(self, are_titled: bool) -> None:
        """Write titles beside the axes, or leave them out where the lane itself names its signal."""
        for axis in self.axes:
            axis.title = axis.name(len(self.axes) > MAX_NAMED) if are_titled else ""

    def left_width(self, metrics: QFontMetricsF) -> float:
        """The width of the axis to the left of the area."""
        return self.axes[0].width(metrics) if self.axes else 0.0

    def right_width(self, metrics: QFontMetricsF) -> float:
        """The width of all axes to the right of the area."""
        return sum(axis.width(metrics) for axis in self.axes[1:])

    def axis_at(self, position: QPointF, metrics: QFontMetricsF) -> ValueAxis | None:
        """The value axis at a position; None beside the axes."""
        if not self.area.top() <= position.y() <= self.area.bottom():
            return None
        if position.x() < self.area.left():
            return self.axes[0]
        right = self.area.right()
        for axis in self.axes[1:]:
            if right <= position.x() < (right := right + axis.width(metrics)):
                return axis
        return None

    def signal_near(self, position: QPointF, span: tuple[float, float]) -> PlotSignal | None:
        """The only signal of the lane, or of several the one whose curve is beside a position."""
        signals = self.signals
        if len(signals) == 1:
            return signals[0]
        second = span[0] + (position.x() - self.area.left()) * (span[1] - span[0]) / self.area.width()
        nearest, distance = None, float(NEAR_PIXELS)
        for axis in self.axes:
            for curve in axis.curves:
                if len(curve.x) and axis.is_known:
                    value = np.interp([second], curve.x, curve.y)
                    away = abs(float(axis.to_pixels(self.area, value)[0]) - position.y())
                    if away < distance:
                        nearest, distance = curve.signal, away
        return nearest

    def set_colors(self, text: QColor, colors: dict[str, QColor]) -> None:
        """Use ``colors`` for the curves."""
        for axis in self.axes:
            axis.set_colors(text, colors)

    def update(
        self,
        start_ns: int,
        span: tuple[float, float],
        points: int,
        losses: Times,
        other_start_ns: int,
    ) -> None:
        """Take the samples of a span, and fit the axes to them; LanesView.draw() explains the parameters."""
        for axis in self.axes:
            for curve in axis.curves:
                curve.update(start_ns, span, points, losses)
            for other in axis.others:
                other.update(other_start_ns, span, points, _NO_TIMES)
            axis.fit()

    def paint(self, painter: QPainter, span: tuple[float, float], seconds: Sequence[float]) -> None:
        """Draw grid and curves; ``seconds`` are the times of the vertical grid lines."""
        area = self.area
        scale = area.width() / (span[1] - span[0])

        def to_x(times: Floats) -> Floats:
            return area.left() + (times - span[0]) * scale

        columns = np.round(to_x(np.array(seconds))).tolist() if len(seconds) else []
        for x in columns:
            painter.drawLine(QPointF(x, area.top()), QPointF(x, area.bottom()))
        painter.drawRect(area)
        if self.axes:
            self.axes[0].paint_grid(painter, area)
        painter.setClipRect(area)
        for axis in self.axes:
            if axis.is_known:
                for curve in (*axis.others, *axis.curves):
                    curve.paint(painter, to_x, partial(axis.to_pixels, area))
        painter.setClipping(False)

    def paint_axes(self, painter: QPainter) -> None:
        """Draw the texts of the axes."""
        metrics, edge = QFontMetricsF(painter.font()), self.area.right()
        for number, axis in enumerate(self.axes):
            axis.paint(painter, self.area, edge if number else self.area.left(), on_left=not number)
            edge += axis.width(metrics) if number else 0


def axis_of_unit(signal: PlotSignal, axes: list[ValueAxis], by_unit: dict[str, ValueAxis]) -> ValueAxis:
    """The axis that a signal shares with others of its unit, which is added to ``axes`` if it is new."""
    key = signal.name if signal.has_states or signal.style.own_axis else f"[{signal.unit}]"
    if key not in by_unit:
        by_unit[key] = ValueAxis()
        axes.append(by_unit[key])
    return by_unit[key]


def lanes_of(signals: Sequence[PlotSignal], overlaid: bool) -> list[list[PlotSignal]]:
    """Which signals share a lane: all of them, or each has its own."""
    return [list(signals)] if overlaid and signals else [[signal] for signal in signals]


def lane_key(signals: Sequence[PlotSignal], others: Mapping[str, PlotSignal]) -> object:
    """What a lane is made of: lanes with equal keys have the same axes and curves."""
    return tuple(
        (
            signal,
            others.get(signal.name),
            signal.unit,
            signal.has_states,
            signal.style.raw,
            signal.style.own_axis,
        )
        for signal in signals
    )
