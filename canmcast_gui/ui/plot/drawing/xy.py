"""Signals over another signal instead of over time."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import numpy as np
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFontMetricsF,
    QGuiApplication,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPalette,
    QWheelEvent,
)
from PySide6.QtWidgets import QWidget

from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.plot.compare import pairs
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui import theme
from canmcast_gui.ui.plot.drawing.lane import MAX_NAMED, axis_of_unit
from canmcast_gui.ui.plot.drawing.mouse import WHEEL_BASE
from canmcast_gui.ui.plot.drawing.value_axis import GAP, ValueAxis

MARGIN = 10


class XYView(QWidget):
    """All signals over one of them, with a value axis for each unit.

    The wheel zooms and the mouse moves all axes, or the one below the pointer; a double click fits them
    again. ``menu_requested`` carries "" and a position on the screen.
    """

    menu_requested = Signal(str, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAttribute(Qt.WidgetAttribute.WA_OpaquePaintEvent)
        self.across: ValueAxis | None = None  # of the signal over which the others are drawn
        self.axes: list[ValueAxis] = []
        self._last: QPointF | None = None

    def show_signals(self, signals: Sequence[PlotSignal], x_name: str, colors: dict[str, QColor]) -> None:
        """Show these signals over the one of that name."""
        self.across, self.axes = None, []
        by_unit: dict[str, ValueAxis] = {}
        for signal in signals:
            if signal.name == x_name:
                self.across = ValueAxis()
                self.across.add(signal)
            else:
                axis_of_unit(signal, self.axes, by_unit).add(signal)
        text = QGuiApplication.palette().color(QPalette.ColorRole.Text)
        for axis in self._all():
            axis.set_colors(text, colors)
            axis.title = axis.name(is_short=axis is not self.across and len(self.axes) > MAX_NAMED)
        self.update()

    def _all(self) -> list[ValueAxis]:
        return [*self.axes, *([self.across] if self.across else [])]

    def refit(self) -> None:
        """Keep all points visible from now on."""
        for axis in self._all():
            axis.refit()
            axis.fit()
        self.update()

    def draw(self, start_ns: int, span: tuple[float, float]) -> None:
        """Draw the samples between two times, in seconds since ``start_ns``."""
        if self.across is None:
            return
        first, last = (start_ns + round(second * NS_PER_SECOND) for second in span)
        across = self.across.curves[0]
        for axis in self.axes:
            for curve in axis.curves:
                curve.set_points(*pairs(across.signal.samples, curve.signal.samples, first, last))
            axis.fit()
        drawn = [curve.x for axis in self.axes for curve in axis.curves]
        across.y = np.concatenate(drawn) if drawn else across.y
        self.across.fit()
        self.update()

    # -- drawing -----------------------------------------------------------------------------------------

    def area(self) -> QRectF:
        """The rectangle of the curves."""
        metrics = QFontMetricsF(self.font())
        left = self.axes[0].width(metrics) if self.axes else 0.0
        right = sum(axis.width(metrics) for axis in self.axes[1:]) + MARGIN
        bottom = 2 * metrics.height() + 2 * GAP
        return QRectF(
            round(left),
            MARGIN,
            max(self.width() - left - right, 20),
            max(self.height() - bottom - MARGIN, 20),
        )

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, palette = QPainter(self), QGuiApplication.palette()
        painter.fillRect(self.rect(), palette.color(QPalette.ColorRole.Base))
        if self.across is not None and self.axes:
            painter.setPen(theme.colors(palette).line)
            self._paint(painter, self.across, self.area())
        painter.end()

    def _paint(self, painter: QPainter, across: ValueAxis, area: QRectF) -> None:
        painter.drawRect(area)
        ticks = across.ticks(area.width() / 3) if across.is_known else []
        columns = across.to_across(area, np.array([value for value, _ in ticks])).tolist() if ticks else []
        for x in columns:
            painter.drawLine(QPointF(round(x), area.top()), QPointF(round(x), area.bottom()))
        self.axes[0].paint_grid(painter, area)
        painter.setClipRect(area)
        for axis in self.axes:
            if axis.is_known and across.is_known:
                for curve in axis.curves:
                    curve.paint(painter, partial(across.to_across, area), partial(axis.to_pixels, area))
        painter.setClipping(False)
        edge = area.right()
        for number, axis in enumerate(self.axes):
            axis.paint(painter, area, edge if number else area.left(), on_left=not number)
            edge += axis.width(QFontMetricsF(self.font())) if number else 0
        self._paint_across(
            painter, across, area, list(zip(columns, (text for _, text in ticks), strict=True))
        )

    def _paint_across(
        self, painter: QPainter, across: ValueAxis, area: QRectF, texts: Sequence[tuple[float, str]]
    ) -> None:
        """The texts below the area, of which those that would overlap are left out, and the title."""
        metrics, center, end = QFontMetricsF(self.font()), int(Qt.AlignmentFlag.AlignCenter), 0.0
        painter.setPen(across.color)
        for x, text in texts:
            width = metrics.horizontalAdvance(text) + 2 * GAP
            if x - width / 2 >= end:
                painter.drawText(
                    QRectF(x - width / 2, area.bottom() + GAP / 2, width, metrics.height()), center, text
                )
                end = x + width / 2
        below = QRectF(area.left(), area.bottom() + GAP + metrics.height(), area.width(), metrics.height())
        painter.drawText(below, center, across.title)

    # -- the mouse ---------------------------------------------------------------------------------------

    def _axes_at(self, position: QPointF) -> tuple[bool, list[ValueAxis]]:
        """Whether the x axis is moved at a position, and the y axes that are."""
        area, metrics = self.area(), QFontMetricsF(self.font())
        if position.y() > area.bottom():
            return True, []
        if position.x() < area.left():
            return False, self.axes[:1]
        right = area.right()
        for axis in self.axes[1:]:
            if right <= position.x() < (right := right + axis.width(metrics)):
                return False, [axis]
        return True, self.axes

    def wheelEvent(self, event: QWheelEvent) -> None:
        area, position = self.area(), event.position()
        moves_x, axes = self._axes_at(position)
        factor = WHEEL_BASE ** -(event.angleDelta().y() or event.angleDelta().x())
        if moves_x and self.across is not None:
            self.across.zoom(factor, _value_across(self.across, area, position.x()))
        for axis in axes:
            axis.zoom(factor, axis.value_at(area, position.y()))
        event.accept()
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            self._last = event.position()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._last is None:
            return
        area, before, now = self.area(), self._last, event.position()
        moves_x, axes = self._axes_at(before)
        if moves_x and self.across is not None:
            self.across.move(
                _value_across(self.across, area, before.x()) - _value_across(self.across, area, now.x())
            )
        for axis in axes:
            axis.move(axis.value_at(area, before.y()) - axis.value_at(area, now.y()))
        self._last = now
        self.update()

    def mouseReleaseEvent(self, _event: QMouseEvent) -> None:
        self._last = None

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.refit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit("", event.globalPos())


def _value_across(axis: ValueAxis, area: QRectF, x: float) -> float:
    return axis.low + (x - area.left()) * (axis.high - axis.low) / area.width()
