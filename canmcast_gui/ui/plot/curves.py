"""The curves of a lane that share a value axis, and how samples become lines, steps or points."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPalette, QPen

from canmcast_gui.app.workspace.view_setups import LineKind
from canmcast_gui.frames.arrays import Times
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.models.plot.samples import Curve
from canmcast_gui.ui import theme
from canmcast_gui.ui.plot.axes import LaneBox, PlotAxis

MARGIN = 0.12  # of the range of values, above and below, so that a curve does not touch the edge
SHRINK_BELOW = 0.4  # of the axis: the axis is kept while curves need more than that
POINT_PIXELS = 4
OTHERS_OPACITY = 0.6
POINTS_PER_LANE = 4000  # a point is this part of the span long: shorter than a pixel

_NO_GAPS = "all"
_NO_TIMES: Times = np.zeros(0, dtype=np.int64)


class LaneCurve(pg.PlotCurveItem):
    """A curve whose bounds are those of its lane: to compute its own would take as long as drawing."""

    def __init__(self, box: LaneBox) -> None:
        super().__init__(antialias=False, skipFiniteCheck=True)
        self._box = box

    def boundingRect(self) -> QRectF:  # noqa: N802
        rect: QRectF = self._box.viewRect()
        return rect


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
        """Add the curve of a signal, and below it the curve of the signal that it is compared with."""
        if other is not None:
            self.others.append((other, self._add_item()))
        self.curves.append((signal, self._add_item()))
        self.axis.states = signal.states()

    def _add_item(self) -> pg.PlotCurveItem:
        item = LaneCurve(self.box)
        self.box.addItem(item, ignoreBounds=True)
        return item

    def set_colors(self, palette: QPalette, colors: dict[str, QColor]) -> None:
        """Use the colors of the theme, and ``colors`` for the curves; an axis of one curve has its color."""
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
        """Draw the samples of a span in seconds since ``start_ns``; returns the number of points.

        Lines are broken at ``losses`` (int64 (n,), ascending), where frames were lost. Times of the signals
        that are compared with count from ``other_start_ns``.
        """
        low, high, drawn = np.inf, -np.inf, 0
        lines = [(start_ns, losses, self.curves), (other_start_ns, _NO_TIMES, self.others)]
        for origin_ns, lost, curves in lines:
            first, last = (origin_ns + round(second * NS_PER_SECOND) for second in span)
            for signal, item in curves:
                curve = signal.samples.curve(first, last, points)
                drawn += len(curve.times)
                _draw_curve(
                    item, signal, curve, origin_ns, lost, point_seconds=(span[1] - span[0]) / POINTS_PER_LANE
                )
                if len(curve.values):
                    low, high = min(low, curve.values.min()), max(high, curve.values.max())
        if low <= high and not self.is_manual:
            self._fit(float(low), float(high))
        return drawn

    def _fit(self, low: float, high: float) -> None:
        """Fit the axis to the curves, but change it as seldom as possible: axes take the longest to draw."""
        needed = high - low
        if low >= self.low and high <= self.high and needed >= SHRINK_BELOW * (self.high - self.low):
            return
        margin = needed * MARGIN or max(abs(high) * MARGIN, 0.5)
        if any(signal.has_states for signal, _ in self.curves):
            margin = max(margin, 0.4)
        self.low, self.high = low - margin, high + margin
        self.box.setYRange(self.low, self.high, padding=0)

    def refit(self) -> None:
        """Discard the range that the user or older values gave."""
        self.is_manual = False
        self.low, self.high = np.inf, -np.inf

    def title(self) -> str:
        """The title of the axis: the name of its curve and the unit, of several curves only the unit."""
        signal, unit = self.curves[0][0], self.curves[0][0].unit
        if len(self.curves) > 1:
            return unit
        name = signal.name.rpartition(".")[2]
        return f"{name} [{unit}]" if unit else name

    def show_title(self, room: float) -> None:
        """Show the title in a height of ``room`` pixels, or only the unit where it does not fit."""
        title = self.title()
        metrics = QFontMetricsF(self.axis.label.font())
        if metrics.horizontalAdvance(title) > room:
            title = metrics.elidedText(self.curves[0][0].unit, Qt.TextElideMode.ElideRight, room)
        if title != self._shown_title:  # a new one causes a layout of the whole scene
            self._shown_title = title
            self.axis.setLabel(title)
        self.axis.resizeEvent()  # centers the title


def _pen(signal: PlotSignal, color: QColor) -> QPen:
    """The pen of a curve. Points are short lines, which are as fast to draw as any line."""
    pen = QPen(color, POINT_PIXELS if signal.kind is LineKind.POINTS else 1)
    pen.setCosmetic(True)  # a width in pixels, not in units of the axes
    return pen


def _draw_curve(
    item: pg.PlotCurveItem,
    signal: PlotSignal,
    curve: Curve,
    start_ns: int,
    losses: Times,
    point_seconds: float,
) -> None:
    """``point_seconds`` is the length of a point."""
    x, y = (curve.times - start_ns) / NS_PER_SECOND, curve.values
    if signal.kind is LineKind.POINTS:
        ends = np.stack([x, x + point_seconds], axis=1).ravel()  # lines without length are not drawn
        item.setData(ends, np.repeat(y, 2), connect="pairs")
        return
    connect = connected(curve, signal.gap_ns, losses)
    if signal.kind is LineKind.STEPS and len(x):
        x, y, connect = steps(x, y, connect)
    item.setData(x, y, connect=_NO_GAPS if connect.all() else connect)


def connected(curve: Curve, gap_ns: int, losses: Times = _NO_TIMES) -> npt.NDArray[np.bool_]:
    """Which points are connected to the next one, bool (n,): not those before a gap or a loss of frames.

    The points of a thinned curve are further apart than its samples: a gap must exceed their usual distance.
    """
    if len(curve.times) < 2:
        return np.ones(len(curve.times), dtype=np.bool_)
    distances = np.diff(curve.times)
    median = int(np.partition(distances, len(distances) // 2)[len(distances) // 2])
    connect: npt.NDArray[np.bool_] = distances <= max(gap_ns, 5 * median)
    if len(losses):
        connect &= np.diff(np.searchsorted(losses, curve.times, side="left")) == 0
    return np.append(connect, True)


def steps(
    x: npt.NDArray[np.float64], y: npt.NDArray[np.float64], connect: npt.NDArray[np.bool_]
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.bool_]]:
    """A curve that holds each value until the next one, in 2n - 1 points, and ends before a gap."""
    until = np.where(connect[:-1], x[1:], x[:-1])
    step_x = np.empty(2 * len(x) - 1)
    step_y, step_connect = np.empty_like(step_x), np.ones(len(step_x), dtype=np.bool_)
    step_x[::2], step_x[1::2] = x, until
    step_y[::2], step_y[1::2] = y, y[:-1]
    step_connect[1::2] = connect[:-1]
    return step_x, step_y, step_connect
