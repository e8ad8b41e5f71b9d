"""One lane of a plot: a rectangle with a time axis, a value axis for each unit, and the curves on them."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QPalette, QPen

from canmcast_gui.app.plot_setup import LineKind
from canmcast_gui.models.plot import PlotSignal
from canmcast_gui.models.plot_samples import Curve, Times
from canmcast_gui.ui import theme
from canmcast_gui.ui.plot_axes import TIME_TICK_PIXELS, VALUE_TICK_PIXELS, LaneGrid, PlotAxis

NS = 1e9
MARGIN = 0.12  # of the values' range, above and below, so that a curve does not run along the edge
SHRINK_BELOW = 0.4  # of the axis: while curves need more than that the axis stays as it is
POINT_PIXELS = 4
LEAST_FRAME = 4  # pixels: less is a click with an unsteady hand
OTHERS_OPACITY = 0.6
DOTS = 4000  # across a lane: shorter than a pixel
WHEEL_BASE = 1.0015

_NO_GAPS = "all"
_NO_TIMES: Times = np.zeros(0, dtype=np.int64)


class LaneBox(pg.ViewBox):
    """Where curves are: the wheel and the mouse move along the time axis, or on a value axis along that.

    ``zoomed`` carries a factor and the time that should stay, ``dragged`` seconds, ``clicked`` a time,
    ``framed`` the two times of a rectangle that was drawn with Ctrl held; what they mean for the
    picture is for others to decide. ``scaled`` says that the user moved the value axis.
    """

    zoomed = Signal(float, float)
    dragged = Signal(float)
    clicked = Signal(float)
    framed = Signal(float, float)
    scaled = Signal()

    def __init__(self) -> None:
        super().__init__(enableMenu=False, defaultPadding=0)
        self.disableAutoRange()

    def wheelEvent(self, event, axis: int | None = None) -> None:
        if axis == pg.ViewBox.YAxis:
            super().wheelEvent(event, axis)
            self.scaled.emit()
            return
        event.accept()
        self.zoomed.emit(WHEEL_BASE ** -event.delta(), self.mapSceneToView(event.scenePos()).x())

    def mouseDragEvent(self, event, axis: int | None = None) -> None:
        if axis == pg.ViewBox.YAxis:
            super().mouseDragEvent(event, axis)
            self.scaled.emit()
            return
        event.accept()
        if event.modifiers() & Qt.KeyboardModifier.ControlModifier:
            self._frame(event)
            return
        there, here = self.mapToView(event.lastPos()), self.mapToView(event.pos())
        self.dragged.emit(there.x() - here.x())

    def _frame(self, event) -> None:
        """Draw the rectangle; at its end show just what is in it."""
        start, here = event.buttonDownPos(), event.pos()
        if not event.isFinish():
            self.updateScaleBox(start, here)
            return
        self.rbScaleBox.hide()
        if abs(start.x() - here.x()) < LEAST_FRAME or abs(start.y() - here.y()) < LEAST_FRAME:
            return
        one, other = self.mapToView(start), self.mapToView(here)
        self.setYRange(*sorted((one.y(), other.y())), padding=0)
        self.scaled.emit()
        self.framed.emit(*sorted((one.x(), other.x())))

    def mouseClickEvent(self, event) -> None:
        if event.button() == Qt.MouseButton.LeftButton:
            event.accept()
            self.clicked.emit(self.mapSceneToView(event.scenePos()).x())


class LaneCurve(pg.PlotCurveItem):
    """A curve that takes all of its lane for its place: finding its bounds would take as long as drawing."""

    def __init__(self, box: LaneBox) -> None:
        super().__init__(antialias=False, skipFiniteCheck=True)
        self._box = box

    def boundingRect(self) -> QRectF:  # noqa: N802
        return self._box.viewRect()


class ValueAxis:
    """The curves of one unit and their value axis."""

    def __init__(self, box: LaneBox, axis: PlotAxis) -> None:
        self.box = box
        self.axis = axis
        self.curves: list[tuple[PlotSignal, pg.PlotCurveItem]] = []
        self.others: list[tuple[PlotSignal, pg.PlotCurveItem]] = []
        self.low, self.high = np.inf, -np.inf
        self.is_manual = False
        self._shown_title: str | None = None
        box.scaled.connect(self._on_scaled)

    def _on_scaled(self) -> None:
        self.is_manual = True

    def add(self, signal: PlotSignal, other: PlotSignal | None) -> None:
        """Add a signal's curve, and behind it that of the recording which it is compared with."""
        if other is not None:
            self.others.append((other, self._add_item()))
        self.curves.append((signal, self._add_item()))
        self.axis.states = signal.states()

    def _add_item(self) -> pg.PlotCurveItem:
        item = LaneCurve(self.box)
        self.box.addItem(item, ignoreBounds=True)
        return item

    def color(self, palette: QPalette, colors: dict[str, QColor]) -> None:
        """Paint in the colours of the theme; an axis of one curve has the curve's colour."""
        for signal, item in self.curves:
            item.setPen(_pen(signal, colors[signal.name]))
        for signal, item in self.others:
            pen = _pen(signal, colors[signal.name])
            pen.setStyle(Qt.PenStyle.DashLine)
            item.setPen(pen)
            item.setOpacity(OTHERS_OPACITY)
        text = (
            colors[self.curves[0][0].name]
            if len(self.curves) == 1
            else palette.color(QPalette.ColorRole.Text)
        )
        self.axis.setPen(pg.mkPen(theme.colors(palette).line))
        self.axis.setTextPen(pg.mkPen(text))

    def draw(
        self, start_ns: int, span: tuple[float, float], points: int, losses: Times, other_start_ns: int
    ) -> int:
        """Draw what the samples say of a span in seconds since ``start_ns``; returns how many points.

        Where frames were lost, at ``losses`` (int64 (n,), ascending), lines are broken. What they are
        compared with counts its times from ``other_start_ns``.
        """
        low, high, drawn = np.inf, -np.inf, 0
        lines = [(start_ns, losses, self.curves), (other_start_ns, _NO_TIMES, self.others)]
        for origin_ns, missing, curves in lines:
            first, last = (origin_ns + round(second * NS) for second in span)
            for signal, item in curves:
                curve = signal.samples.curve(first, last, points)
                drawn += len(curve.times)
                _draw_curve(item, signal, curve, origin_ns, missing, dot=(span[1] - span[0]) / DOTS)
                if len(curve.values):
                    low, high = min(low, curve.values.min()), max(high, curve.values.max())
        if low <= high and not self.is_manual:
            self._fit(float(low), float(high))
        return drawn

    def _fit(self, low: float, high: float) -> None:
        """Make the curves fit, changing the axis as seldom as possible: it is what costs most to draw."""
        needed = high - low
        if low >= self.low and high <= self.high and needed >= SHRINK_BELOW * (self.high - self.low):
            return
        margin = needed * MARGIN or max(abs(high) * MARGIN, 0.5)
        if any(signal.has_states for signal, _ in self.curves):
            margin = max(margin, 0.4)
        self.low, self.high = low - margin, high + margin
        self.box.setYRange(self.low, self.high, padding=0)

    def refit(self) -> None:
        """Forget the range that the user or older values gave."""
        self.is_manual = False
        self.low, self.high = np.inf, -np.inf

    def title(self) -> str:
        """The axis's title: what its curve is, or only the unit where there are several."""
        signal, unit = self.curves[0][0], self.curves[0][0].unit
        if len(self.curves) > 1:
            return unit
        name = signal.name.rpartition(".")[2]
        return f"{name} [{unit}]" if unit else name

    def show_title(self, room: float) -> None:
        """Write the title into a height of ``room`` pixels; where it does not fit, only the unit."""
        title = self.title()
        if QFontMetricsF(self.axis.label.font()).horizontalAdvance(title) > room:
            title = self.curves[0][0].unit
        if title != self._shown_title:  # as a new one has everything laid out anew
            self._shown_title = title
            self.axis.setLabel(title)
        self.axis.resizeEvent()  # which puts the title into the middle


def _pen(signal: PlotSignal, color: QColor) -> QPen:
    """Points are lines shorter than a pixel with round ends, which are drawn as fast as any line."""
    if signal.kind is LineKind.POINTS:
        return pg.mkPen(color, width=POINT_PIXELS, capStyle=Qt.PenCapStyle.RoundCap)
    return pg.mkPen(color, width=1)


def _draw_curve(
    item: pg.PlotCurveItem, signal: PlotSignal, curve: Curve, start_ns: int, losses: Times, dot: float
) -> None:
    """``dot`` is how many seconds long a point is."""
    x, y = (curve.times - start_ns) / NS, curve.values
    if signal.kind is LineKind.POINTS:
        ends = np.stack([x, x + dot], axis=1).ravel()  # one of no length would not be drawn
        item.setData(ends, np.repeat(y, 2), connect="pairs")
        return
    connect = joints(curve, signal.gap_ns, losses)
    if signal.kind is LineKind.STEPS and len(x):
        x, y, connect = steps(x, y, connect)
    item.setData(x, y, connect=_NO_GAPS if connect.all() else connect)


def joints(curve: Curve, gap_ns: int, losses: Times = _NO_TIMES) -> npt.NDArray[np.bool_]:
    """Which points are joined to the next one, bool (n,): not those before a silence or a loss of frames.

    Points of a thinned curve lie further apart than samples do, so that theirs is measured against what is
    usual among them.
    """
    if len(curve.times) < 2:
        return np.ones(len(curve.times), dtype=np.bool_)
    apart = np.diff(curve.times)
    usual = int(np.partition(apart, len(apart) // 2)[len(apart) // 2])
    joined = apart <= max(gap_ns, 5 * usual)
    if len(losses):
        joined &= np.diff(np.searchsorted(losses, curve.times, side="left")) == 0
    return np.append(joined, True)


def steps(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], joined: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """A curve that stays at each value until the next one, in 2n - 1 points; before a gap it ends."""
    until = np.where(joined[:-1], x[1:], x[:-1])
    step_x = np.empty(2 * len(x) - 1)
    step_y, step_joined = np.empty_like(step_x), np.ones(len(step_x), dtype=np.bool_)
    step_x[::2], step_x[1::2] = x, until
    step_y[::2], step_y[1::2] = y, y[:-1]
    step_joined[1::2] = joined[:-1]
    return step_x, step_y, step_joined


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
        line = pg.InfiniteLine(
            angle=90, movable=True, label=letter, labelOpts={"position": 0.94, "movable": False}
        )
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
