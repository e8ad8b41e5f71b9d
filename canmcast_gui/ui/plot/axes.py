"""Axes of a plot: ticks, grid lines, and the view box that handles the mouse along them."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import pyqtgraph as pg
from pyqtgraph.GraphicsScene.mouseEvents import MouseClickEvent, MouseDragEvent
from PySide6.QtCore import QLineF, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QGraphicsSceneWheelEvent

MIN_RECTANGLE = 4  # pixels: a smaller rectangle is a click with a small movement
WHEEL_BASE = 1.0015

TIME_TICK_PIXELS = 60
VALUE_TICK_PIXELS = 20
STATE_PIXELS = 14
EDGE_PIXELS = 3  # nearer to the end of a value axis, a number overlaps that of the next lane
MAX_TICKS = 60


def round_ticks(low: float, high: float, count: int) -> tuple[float, list[float]]:
    """The distance of ticks at 1, 2 or 5 times a power of ten, and about ``count`` of them in a range."""
    length = high - low
    if not (math.isfinite(length) and length > 0 and count > 0):
        return 1.0, []
    raw = length / count
    power = 10.0 ** math.floor(math.log10(raw))
    spacing = next(step * power for step in (1, 2, 5, 10) if step * power >= raw * (1 - 1e-9))
    first = math.ceil(low / spacing)
    ticks = min(math.floor(high / spacing) - first + 1, MAX_TICKS)
    return spacing, [(first + number) * spacing for number in range(ticks)]


class PlotAxis(pg.AxisItem):
    """An axis with major ticks only; ``states`` are shown in place of the numbers that they name."""

    def __init__(self, side: str, tick_pixels: int, suffix: str = "") -> None:
        super().__init__(side, showValues=True, maxTickLength=0)
        self.enableAutoSIPrefix(False)
        self.states: list[tuple[float, str]] = []
        self._tick_pixels = tick_pixels
        self._suffix = suffix

    def ticks(self, low: float, high: float, size: float) -> tuple[float, list[float]]:
        """The distance of the ticks, and their values."""
        if self.states:
            inside = [value for value, _ in self.states if low <= value <= high]
            return 1.0, inside[:: max(math.ceil(len(inside) * STATE_PIXELS / max(size, 1)), 1)]
        spacing, values = round_ticks(low, high, max(int(size / self._tick_pixels), 2))
        if self.orientation == "bottom":
            return spacing, values
        edge = (high - low) * EDGE_PIXELS / max(size, 1)
        return spacing, [value for value in values if low + edge <= value <= high - edge]

    def labelString(self) -> str:  # noqa: N802
        """The title for pyqtgraph, as HTML."""
        style = "; ".join(f"{name}: {value}" for name, value in self.labelStyle.items())
        return f"<span style='white-space: pre; {style}'>{escape(self.labelText)}</span>"

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N802
        return [self.ticks(low, high, size)]

    def tickStrings(self, values: Sequence[float], _scale: float, spacing: float) -> list[str]:
        if self.states:
            names = dict(self.states)
            return [names[value] for value in values]
        decimals = max(-math.floor(math.log10(spacing) + 1e-9), 0)
        if decimals > 6 or any(abs(value) >= 1e7 for value in values):
            return [f"{value:.6g}{self._suffix}" for value in values]
        return [f"{value:.{decimals}f}{self._suffix}" for value in values]


class LaneGrid(pg.GraphicsObject):
    """Grid lines at the ticks of the axes, below the curves.

    Those of pyqtgraph are blended over the curves, which takes 20 ms of every repaint.
    """

    def __init__(self, box: pg.ViewBox, times: PlotAxis, values: PlotAxis) -> None:
        super().__init__()
        self._box = box
        self._times = times
        self._values = values
        self.color = QColor()
        self.setZValue(-10)

    def boundingRect(self) -> QRectF:  # noqa: N802
        rect: QRectF = self._box.viewRect()
        return rect

    def viewRangeChanged(self) -> None:
        self.prepareGeometryChange()

    def paint(self, painter: QPainter, *_: object) -> None:
        (left, right), (low, high) = self._box.viewRange()
        size = self._box.size()
        painter.setPen(pg.mkPen(self.color, width=1))
        lines = [QLineF(x, low, x, high) for x in self._times.ticks(left, right, size.width())[1]]
        lines += [QLineF(left, y, right, y) for y in self._values.ticks(low, high, size.height())[1]]
        painter.drawLines(lines)


class LaneBox(pg.ViewBox):
    """The area of the curves: wheel and mouse move in time, and on a value axis move its values.

    ``zoomed`` carries a factor and the time that stays in place, ``dragged`` seconds, ``clicked`` a time,
    ``span_drawn`` the two times of a rectangle that is drawn with Ctrl held. ``scaled`` is emitted when the
    user changes the value axis.
    """

    zoomed = Signal(float, float)
    dragged = Signal(float)
    clicked = Signal(float)
    span_drawn = Signal(float, float)
    scaled = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0)
        self.disableAutoRange()

    def wheelEvent(self, event: QGraphicsSceneWheelEvent, axis: int | None = None) -> None:
        if axis == pg.ViewBox.YAxis:
            super().wheelEvent(event, axis)
            self.scaled.emit()
            return
        event.accept()
        self.zoomed.emit(WHEEL_BASE ** -event.delta(), self.mapSceneToView(event.scenePos()).x())

    def mouseDragEvent(self, event: MouseDragEvent, axis: int | None = None) -> None:
        if axis == pg.ViewBox.YAxis:
            super().mouseDragEvent(event, axis)
            self.scaled.emit()
            return
        event.accept()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._draw_rectangle(event)
            return
        before, now = self.mapToView(event.lastPos()), self.mapToView(event.pos())
        self.dragged.emit(before.x() - now.x())

    def _draw_rectangle(self, event: MouseDragEvent) -> None:
        """Draw the rectangle, and zoom to it when the button is released."""
        start, here = event.buttonDownPos(), event.pos()
        if not event.isFinish():
            self.updateScaleBox(start, here)
            return
        self.rbScaleBox.hide()
        if abs(start.x() - here.x()) < MIN_RECTANGLE or abs(start.y() - here.y()) < MIN_RECTANGLE:
            return
        corner, opposite = self.mapToView(start), self.mapToView(here)
        self.setYRange(*sorted((corner.y(), opposite.y())), padding=0)
        self.scaled.emit()
        self.span_drawn.emit(*sorted((corner.x(), opposite.x())))

    def mouseClickEvent(self, event: MouseClickEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.clicked.emit(self.mapSceneToView(event.scenePos()).x())
