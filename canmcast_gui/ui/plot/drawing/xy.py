"""Signals over another signal instead of over time."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QRectF
from PySide6.QtGui import QColor, QFontMetricsF, QKeyEvent, QMouseEvent, QPalette
from PySide6.QtWidgets import QWidget

from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.plot.compare import pairs
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui import theme
from canmcast_gui.ui.plot.drawing.axis import GAP
from canmcast_gui.ui.plot.drawing.lane import Lane
from canmcast_gui.ui.plot.drawing.value_axis import ValueAxis
from canmcast_gui.ui.plot.drawing.view import PlotView

MARGIN = 10

_WHOLE = (0.0, 1.0)


class XYView(PlotView):
    """All signals over one of them, with a value axis for each unit.

    The wheel zooms and the mouse moves all axes, or the one below the pointer; a double click fits them
    again.
    """

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.across: ValueAxis | None = None  # of the signal over which the others are drawn
        self._lane: Lane | None = None
        self._room = pg.GraphicsWidget()
        self.addItem(self._room)

    @property
    def axes(self) -> list[ValueAxis]:
        """The axes of the signals that are drawn."""
        return [] if self._lane is None else self._lane.axes

    def show_signals(self, signals: Sequence[PlotSignal], x_name: str, colors: dict[str, QColor]) -> None:
        """Show these signals over the one of that name."""
        self.removeItem(self._room)
        self._room = pg.GraphicsWidget()
        self.addItem(self._room)
        self.across = None
        self._lane = Lane(self._room, [signal for signal in signals if signal.name != x_name], {})
        self._lane.name_axes(are_titled=True)
        palette = self.show_background()
        line, text = theme.colors(palette).line, palette.color(QPalette.ColorRole.Text)
        self._lane.set_colors(line, text, colors)
        for signal in signals:
            if signal.name == x_name:
                self.across = self._across(signal)
                self.across.set_colors(line, text, colors)
        self.lay_out()

    def _across(self, signal: PlotSignal) -> ValueAxis:
        """The axis of x. Its box lies over the others, so that the mouse moves all axes."""
        axis = ValueAxis("bottom")
        axis.add(signal)
        axis.show_title(axis.name())
        axis.box.setMouseEnabled(x=True, y=True)
        axis.box.setYRange(*_WHOLE, padding=0)
        axis.box.setZValue(0)
        axis.box.sigXRangeChanged.connect(self._on_x)
        axis.box.sigYRangeChanged.connect(self._on_y)
        for item in axis.items:
            item.setParentItem(self._room)
        return axis

    def _on_x(self, _box: pg.ViewBox, span: Sequence[float]) -> None:
        for axis in self.axes:
            axis.box.setXRange(*span, padding=0)

    def _on_y(self, box: pg.ViewBox, span: Sequence[float]) -> None:
        """Change all ranges of values as the mouse has changed that of the box over them."""
        start, stop = span
        if (start, stop) == _WHOLE:
            return
        for axis in self.axes:
            if axis.is_known:
                length = axis.high - axis.low
                axis.set_range(axis.low + start * length, axis.low + stop * length)
        box.setYRange(*_WHOLE, padding=0)

    def refit(self) -> None:
        """Keep all points visible from now on."""
        for axis in (*self.axes, *([self.across] if self.across else [])):
            axis.refit()

    def draw(self, start_ns: int, span: tuple[float, float]) -> None:
        """Draw the samples between two times, in seconds since ``start_ns``."""
        if self.across is None or not self.axes:
            return
        first, last = (start_ns + round(second * NS_PER_SECOND) for second in span)
        across = self.across.curves[0]
        for axis in self.axes:
            for curve in axis.curves:
                curve.set_points(*pairs(across.signal.samples, curve.signal.samples, first, last))
            axis.fit()
        across.y = np.concatenate([curve.x for axis in self.axes for curve in axis.curves])
        self.across.fit()
        self.lay_out()

    # -- layout, mouse and keys --------------------------------------------------------------------------

    def area(self) -> QRectF:
        """The rectangle of the curves."""
        metrics = QFontMetricsF(self.font())
        left = self._lane.left_width(metrics) if self._lane is not None else 0.0
        right = MARGIN + (self._lane.right_width(metrics) if self._lane is not None else 0.0)
        bottom = 2 * metrics.height() + 2 * GAP
        size = self.viewport().size()
        return QRectF(
            round(left),
            MARGIN,
            max(size.width() - round(left) - round(right), 20),
            max(size.height() - round(bottom) - MARGIN, 20),
        )

    def lay_out(self) -> None:
        """Place everything in the size and the font of the view."""
        area = self.area()
        self._room.setVisible(self.across is not None)
        if self._lane is None or self.across is None or area == self._lane.area:
            return
        self._lane.place(area, self.font())
        self.across.box.setGeometry(area)
        below = QRectF(area.left(), area.bottom(), area.width(), self.viewport().height() - area.bottom())
        self.across.item.place(below, self.font())

    def mouseDoubleClickEvent(self, _event: QMouseEvent) -> None:
        self.refit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        event.ignore()
