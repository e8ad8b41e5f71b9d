"""One lane of a plot: a rectangle with a time axis, a value axis for each unit, and the curves on them."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPalette

from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui import theme
from canmcast_gui.ui.plot.axes import TIME_TICK_PIXELS, VALUE_TICK_PIXELS, LaneGrid, PlotAxis
from canmcast_gui.ui.plot.box import LaneBox
from canmcast_gui.ui.plot.curves import ValueAxis

LETTER_MARGIN = 2


class Lane:
    """A plot item with its value axes; ``boxes`` are its view boxes, the first its own."""

    def __init__(self, layout: pg.GraphicsLayout, row: int) -> None:
        box = LaneBox()
        times, values = PlotAxis("bottom", TIME_TICK_PIXELS, " s"), PlotAxis("left", VALUE_TICK_PIXELS)
        self.plot = layout.addPlot(
            row=row, col=0, viewBox=box, enableMenu=False, axisItems={"bottom": times, "left": values}
        )
        self.plot.hideButtons()
        for side in ("top", "right"):  # never shown, but they would work at every change of the range
            self.plot.getAxis(side).unlinkFromView()
        self.plot.setContentsMargins(0, 0, 0, 0)
        self.grid = LaneGrid(box, times, values)
        box.addItem(self.grid, ignoreBounds=True)
        self.axes: list[ValueAxis] = []
        self._by_unit: dict[str, ValueAxis] = {}
        self.cursors = [self._add_cursor(letter) for letter in "AB"]
        box.sigResized.connect(self._on_resized)

    def _add_cursor(self, letter: str) -> pg.InfiniteLine:
        # The letter stands beside the line with its upper edge at that of the lane, however low that is.
        place = {"position": 1.0, "anchors": [(0, 0), (1, 0)], "movable": False}
        line = pg.InfiniteLine(angle=90, movable=True, label=letter, labelOpts=place)
        line.label.textItem.document().setDocumentMargin(LETTER_MARGIN)
        line.hide()
        self.plot.getViewBox().addItem(line, ignoreBounds=True)
        return line

    @property
    def signals(self) -> list[PlotSignal]:
        """The signals, by their axes."""
        return [signal for axis in self.axes for signal, _ in axis.curves]

    @property
    def boxes(self) -> list[LaneBox]:
        """All view boxes."""
        return [axis.box for axis in self.axes]

    @property
    def others(self) -> list[PlotSignal]:
        """What the signals are compared with."""
        return [other for axis in self.axes for other, _ in axis.others]

    def add(self, signal: PlotSignal, other: PlotSignal | None = None) -> None:
        """Add a signal, to the axis of its unit, or to one of its own for states or where that is wanted."""
        key = signal.name if signal.has_states or signal.style.own_axis else signal.unit
        if key not in self._by_unit:
            self._by_unit[key] = self._add_axis()
        self._by_unit[key].add(signal, other)

    def _add_axis(self) -> ValueAxis:
        if not self.axes:
            made = ValueAxis(self.plot.getViewBox(), self.plot.getAxis("left"))
        else:
            box, axis = LaneBox(), PlotAxis("right", VALUE_TICK_PIXELS)
            self.plot.layout.addItem(axis, 2, 2 + len(self.axes))
            self.plot.scene().addItem(box)
            axis.linkToView(box)
            box.setGeometry(self.plot.getViewBox().sceneBoundingRect())
            made = ValueAxis(box, axis)
        self.axes.append(made)
        return made

    def show_span(self, span: tuple[float, float]) -> None:
        """Show the time from one second to another."""
        for box in self.boxes:
            box.setXRange(*span, padding=0)

    def color(self, palette: QPalette, colors: dict[str, QColor]) -> None:
        """Paint in the colours of the theme."""
        for axis in self.axes:
            axis.color(palette, colors)
        self.grid.color = theme.colors(palette).line
        bottom = self.plot.getAxis("bottom")
        bottom.setPen(pg.mkPen(theme.colors(palette).line))
        bottom.setTextPen(pg.mkPen(palette.color(QPalette.ColorRole.Text)))
        accent = theme.colors(palette).accent
        for cursor, style in zip(self.cursors, (Qt.PenStyle.DashLine, Qt.PenStyle.DotLine), strict=True):
            cursor.setPen(pg.mkPen(accent, style=style))
            cursor.setHoverPen(pg.mkPen(accent, width=2))
            cursor.label.setColor(accent)

    def show_cursors(self, seconds: Sequence[float | None]) -> None:
        """Put the cursors at their times; None hides one."""
        for cursor, second in zip(self.cursors, seconds, strict=True):
            cursor.setVisible(second is not None)
            if second is not None and second != cursor.value():
                cursor.setValue(second)

    def remove(self, layout: pg.GraphicsLayout) -> None:
        """Take the lane out of its layout."""
        for box in self.boxes[1:]:
            self.plot.scene().removeItem(box)
        layout.removeItem(self.plot)

    def _on_resized(self) -> None:
        rectangle = self.plot.getViewBox().sceneBoundingRect()
        for box in self.boxes[1:]:
            box.setGeometry(rectangle)
        for axis in self.axes:
            axis.show_title(rectangle.height())


def lanes_of(signals: Sequence[PlotSignal], overlaid: bool) -> list[list[PlotSignal]]:
    """Which signals share a lane: all of them, or each has its own."""
    return [list(signals)] if overlaid and signals else [[signal] for signal in signals]
