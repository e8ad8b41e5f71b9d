"""The lanes of a plot over time, each with its value axes and curves."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import pyqtgraph as pg
from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QColor, QFont, QGuiApplication, QPalette
from PySide6.QtWidgets import QWidget

from canmcast_gui.frames.arrays import Times
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui import theme
from canmcast_gui.ui.plot.axes import TIME_TICK_PIXELS, VALUE_TICK_PIXELS, LaneBox, LaneGrid, PlotAxis
from canmcast_gui.ui.plot.curves import ValueAxis

MIN_LANE_HEIGHT = 30

LETTER_MARGIN = 2


class Lane:
    """A plot item with a time axis, and a value axis for each unit."""

    def __init__(self, layout: pg.GraphicsLayout, row: int) -> None:
        box = LaneBox()
        times, values = PlotAxis("bottom", TIME_TICK_PIXELS, " s"), PlotAxis("left", VALUE_TICK_PIXELS)
        self.plot = layout.addPlot(
            row=row, col=0, viewBox=box, enableMenu=False, axisItems={"bottom": times, "left": values}
        )
        self.plot.hideButtons()
        for side in ("top", "right"):  # hidden, but they would be updated at every change of the range
            self.plot.getAxis(side).unlinkFromView()
        self.plot.setContentsMargins(0, 0, 0, 0)
        self.grid = LaneGrid(box, times, values)
        box.addItem(self.grid, ignoreBounds=True)
        self.axes: list[ValueAxis] = []
        self._by_unit: dict[str, ValueAxis] = {}
        self.cursors = [self._add_cursor(letter) for letter in "AB"]
        box.sigResized.connect(self._on_resized)

    def _add_cursor(self, letter: str) -> pg.InfiniteLine:
        # The letter is beside the line, at the upper edge of the lane, however low the lane is.
        options = {"position": 1.0, "anchors": [(0, 0), (1, 0)], "movable": False}
        line = pg.InfiniteLine(angle=90, movable=True, label=letter, labelOpts=options)
        line.label.textItem.document().setDocumentMargin(LETTER_MARGIN)
        line.hide()
        self.plot.getViewBox().addItem(line, ignoreBounds=True)
        return line

    @property
    def signals(self) -> list[PlotSignal]:
        """The signals, in the order of their axes."""
        return [signal for axis in self.axes for signal, _ in axis.curves]

    @property
    def boxes(self) -> list[LaneBox]:
        """The view box of each axis; the first is that of the plot item."""
        return [axis.box for axis in self.axes]

    @property
    def others(self) -> list[PlotSignal]:
        """The signals of the recording that is compared with."""
        return [other for axis in self.axes for other, _ in axis.others]

    def add(self, signal: PlotSignal, other: PlotSignal | None = None) -> None:
        """Add a signal to the axis of its unit; states, and styles with ``own_axis``, have separate axes."""
        key = signal.name if signal.has_states or signal.style.own_axis else signal.unit
        if key not in self._by_unit:
            self._by_unit[key] = self._add_axis()
        self._by_unit[key].add(signal, other)

    def _add_axis(self) -> ValueAxis:
        if not self.axes:
            value_axis = ValueAxis(self.plot.getViewBox(), self.plot.getAxis("left"))
        else:
            box, axis = LaneBox(), PlotAxis("right", VALUE_TICK_PIXELS)
            self.plot.layout.addItem(axis, 2, 2 + len(self.axes))
            self.plot.scene().addItem(box)
            axis.linkToView(box)
            box.setGeometry(self.plot.getViewBox().sceneBoundingRect())
            value_axis = ValueAxis(box, axis)
        self.axes.append(value_axis)
        return value_axis

    def show_span(self, span: tuple[float, float]) -> None:
        """Show the time from one second to another."""
        for box in self.boxes:
            box.setXRange(*span, padding=0)

    def set_colors(self, palette: QPalette, colors: dict[str, QColor]) -> None:
        """Use the colors of the theme, and ``colors`` for the curves."""
        for axis in self.axes:
            axis.set_colors(palette, colors)
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
        """Move the cursors to their times; None hides one."""
        for cursor, second in zip(self.cursors, seconds, strict=True):
            cursor.setVisible(second is not None)
            if second is not None and second != cursor.value():
                cursor.setValue(second)

    def remove(self, layout: pg.GraphicsLayout) -> None:
        """Remove the lane from its layout."""
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


class LanesView(pg.GraphicsLayoutWidget):
    """Lanes below each other, which show the same ``span`` of seconds since the recording's start.

    ``zoomed``, ``dragged``, ``span_drawn`` and ``clicked`` are those of the view boxes; ``cursor_dragged``
    carries the number of a cursor and its new time.
    """

    zoomed = Signal(float, float)
    dragged = Signal(float)
    clicked = Signal(float)
    span_drawn = Signal(float, float)
    cursor_dragged = Signal(int, float)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(self.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.ci.layout.setSpacing(2)
        self.ci.setContentsMargins(2, 6, 8, 2)
        self.span = (0.0, 10.0)
        self.lanes: list[Lane] = []
        self._cursors: list[float | None] = [None, None]
        self._colors: dict[str, QColor] = {}

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
        kept = 0
        while kept < min(len(groups), len(self.lanes)) and _is_lane_of(
            self.lanes[kept], groups[kept], others
        ):
            kept += 1
        for lane in self.lanes[kept:]:
            lane.remove(self.ci)
        self.lanes = self.lanes[:kept]
        for group in groups[kept:]:
            self.lanes.append(self._make_lane(len(self.lanes), group, others))
        self._lay_out_axes()
        self.set_colors(colors)

    def _make_lane(self, row: int, signals: Sequence[PlotSignal], others: Mapping[str, PlotSignal]) -> Lane:
        lane = Lane(self.ci, row)
        for signal in signals:
            lane.add(signal, others.get(signal.name))
        for box in lane.boxes:
            box.zoomed.connect(self.zoomed)
            box.dragged.connect(self.dragged)
            box.clicked.connect(self.clicked)
            box.span_drawn.connect(self.span_drawn)
        lane.show_span(self.span)
        for number, cursor in enumerate(lane.cursors):
            cursor.sigDragged.connect(
                lambda line, number=number: self.cursor_dragged.emit(number, float(line.value()))
            )
        lane.show_cursors(self._cursors)
        return lane

    def _lay_out_axes(self) -> None:
        """Show times only below the lowest lane, and give left axes one width, so that times are aligned."""
        font = QFont(self.font())
        for lane in self.lanes:
            lane.plot.getAxis("bottom").setStyle(tickFont=font)
            lane.plot.showAxis("bottom", lane is self.lanes[-1])
            for axis in lane.axes:
                axis.axis.setStyle(tickFont=font, autoExpandTextSpace=False)
        widths = [[self._axis_width(axis.axis.states) for axis in lane.axes] for lane in self.lanes]
        left = max((lane[0] for lane in widths), default=0)
        for lane, lane_widths in zip(self.lanes, widths, strict=True):
            for axis, width in zip(lane.axes, [left, *lane_widths[1:]], strict=True):
                axis.axis.setWidth(width)

    def _axis_width(self, states: Sequence[tuple[float, str]]) -> float:
        """The width of an axis's longest tick text and its title."""
        metrics = self.fontMetrics()
        number = metrics.horizontalAdvance("-00000")
        widest = max((metrics.horizontalAdvance(text) for _, text in states), default=0)
        return float(max(min(widest, 2 * number), number) + metrics.height() + 14)

    def set_colors(self, colors: dict[str, QColor]) -> None:
        """Use the colors of the application's palette, and ``colors`` for the curves."""
        self._colors = colors
        palette = QGuiApplication.palette()  # pyqtgraph gives views another one
        self.setBackground(palette.color(QPalette.ColorRole.Base))
        for lane in self.lanes:
            lane.set_colors(palette, colors)

    def show_span(self, start: float, stop: float) -> None:
        """Show the time from one second to another."""
        self.span = (start, stop)
        for lane in self.lanes:
            lane.show_span(self.span)

    def show_cursors(self, seconds: Sequence[float | None]) -> None:
        """Move the cursors to their times, in seconds; None hides one."""
        self._cursors = list(seconds)
        for lane in self.lanes:
            lane.show_cursors(seconds)

    def refit(self) -> None:
        """Fit the value axes to the visible samples again."""
        for lane in self.lanes:
            for axis in lane.axes:
                axis.refit()

    def draw(self, start_ns: int, losses: Times, other_start_ns: int = 0) -> int:
        """Draw the samples of the span, with as many points as are visible; returns the number of points.

        Lines are broken at ``losses``, the times where frames are missing, int64 (n,). Times of the signals
        that are compared with count from ``other_start_ns``.
        """
        points = max(2 * self.viewport().width(), 200)
        drawn = sum(
            axis.draw(start_ns, self.span, points, losses, other_start_ns)
            for lane in self.lanes
            for axis in lane.axes
        )
        # Otherwise pyqtgraph updates its transformations while it paints, and then paints again.
        self.scene().prepareForPaint()
        return drawn

    @property
    def needed_height(self) -> int:
        """The height at which each lane can be read."""
        return MIN_LANE_HEIGHT * len(self.lanes) + 30


def _is_lane_of(lane: Lane, signals: Sequence[PlotSignal], others: Mapping[str, PlotSignal]) -> bool:
    wanted = [others[signal.name] for signal in signals if signal.name in others]
    return lane.signals == list(signals) and lane.others == wanted
