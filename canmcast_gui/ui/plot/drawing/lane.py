"""A lane: an area with curves, and a value axis for each unit beside it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QColor, QFont, QFontMetricsF
from PySide6.QtWidgets import QGraphicsItem

from canmcast_gui.frames.arrays import Times
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui.plot.drawing.value_axis import ValueAxis

_NO_TIMES: Times = np.zeros(0, dtype=np.int64)

# With more axes only units are written beside them; the legend has the names in the same colors.
MAX_NAMED = 2


class Lane:
    """``area`` is the rectangle of the curves in the scene; the first axis is to its left, the others are to
    its right.

    Signals of one unit share an axis; states, and styles with ``own_axis``, have axes of their own.
    """

    def __init__(
        self, parent: QGraphicsItem, signals: Sequence[PlotSignal], others: Mapping[str, PlotSignal]
    ) -> None:
        """``others`` are the signals that they are compared with, by name."""
        self.area = QRectF()
        self.key = lane_key(signals, others)
        self.axes: list[ValueAxis] = []
        self._font = QFont()
        self._is_visible = True
        by_unit: dict[str, ValueAxis] = {}
        for signal in signals:
            key = signal.name if signal.has_states or signal.style.own_axis else f"[{signal.unit}]"
            if key not in by_unit:
                by_unit[key] = ValueAxis("right" if self.axes else "left")
                self.axes.append(by_unit[key])
            by_unit[key].add(signal, others.get(signal.name))
        for item in self.items:
            item.setParentItem(parent)

    @property
    def items(self) -> list[pg.GraphicsWidget]:
        """What it shows in the scene."""
        return [item for axis in self.axes for item in axis.items]

    @property
    def signals(self) -> list[PlotSignal]:
        """The signals, in the order of their axes."""
        return [curve.signal for axis in self.axes for curve in axis.curves]

    def name_axes(self, are_titled: bool, are_short: bool = False) -> None:
        """Write titles beside the axes, or leave them out where the lane itself names its signal."""
        for axis in self.axes:
            axis.show_title(axis.name(are_short or len(self.axes) > MAX_NAMED) if are_titled else "")

    def set_colors(self, line: QColor, text: QColor, colors: dict[str, QColor]) -> None:
        """Use ``colors`` for the curves, the others for the axes."""
        for axis in self.axes:
            axis.set_colors(line, text, colors)

    # -- layout ------------------------------------------------------------------------------------------

    def left_width(self, metrics: QFontMetricsF) -> float:
        """The width of the axis to the left of the area."""
        return self.axes[0].width(metrics) if self.axes else 0.0

    def right_width(self, metrics: QFontMetricsF) -> float:
        """The width of all axes to the right of the area."""
        return sum(axis.width(metrics) for axis in self.axes[1:])

    def place(self, area: QRectF, font: QFont) -> None:
        """Show the curves in an area of the scene, and the axes beside it."""
        self.area = area
        self._font = font
        if self._is_visible:
            self._place_items()

    def _place_items(self) -> None:
        area, edge, metrics = self.area, self.area.right(), QFontMetricsF(self._font)
        for number, axis in enumerate(self.axes):
            axis.box.setGeometry(area)
            width = axis.width(metrics) if number else area.left()
            left = edge if number else 0.0
            axis.item.place(QRectF(left, area.top(), width, area.height()), self._font)
            edge += width if number else 0.0

    def set_visible(self, is_visible: bool) -> None:
        """Show or hide it; a hidden one costs nothing."""
        if is_visible != self._is_visible:
            self._is_visible = is_visible
            for item in self.items:
                (item.show if is_visible else item.hide)()
            if is_visible:  # a hidden axis has no width
                self._place_items()

    # -- curves ------------------------------------------------------------------------------------------

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
            axis.box.setXRange(*span, padding=0)

    def signal_near(self, position: QPointF) -> PlotSignal | None:
        """The only signal of the lane, or of several one whose curve is near a position."""
        signals = self.signals
        if len(signals) == 1:
            return signals[0]
        for axis in self.axes:
            point = axis.box.mapSceneToView(position)
            for curve in axis.curves:
                if curve.item.mouseShape().contains(point):
                    return curve.signal
        return None


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
