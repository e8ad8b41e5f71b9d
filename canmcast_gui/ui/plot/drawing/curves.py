"""A curve: the points of a signal in the visible time, and how they become lines, steps or points."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt
from PySide6.QtGui import QColor, QPen

from canmcast_gui.app.workspace.view_setups import LineKind
from canmcast_gui.frames.arrays import Floats, Times
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.models.plot.samples import Curve

POINT_PIXELS = 4
NEAR_PIXELS = 24  # around a curve, in which a click means the curve
OTHERS_OPACITY = 0.6

# A point is this part of the span long: lines without length are not drawn, and this is less than a pixel.
POINTS_PER_SPAN = 4000

_NO_TIMES: Times = np.zeros(0, dtype=np.int64)

Bools = npt.NDArray[np.bool_]


class LaneCurve:
    """``x`` in seconds and ``y`` are the points, float64 (n,); ``connect`` bool (n,) says which are connected
    to the next one. ``is_other`` for a signal of the recording that is compared with. ``item`` draws them.
    """

    def __init__(self, signal: PlotSignal, is_other: bool = False) -> None:
        self.signal = signal
        self.is_other = is_other
        self.x: Floats = np.zeros(0)
        self.y: Floats = np.zeros(0)
        self.connect: Bools = np.zeros(0, dtype=np.bool_)
        self.pen = QPen()
        self.item = CurveItem()
        self.item.setOpacity(OTHERS_OPACITY if is_other else 1.0)

    def set_color(self, color: QColor) -> None:
        """Draw in a color; the recording that is compared with is dashed."""
        self.pen = QPen(color, POINT_PIXELS if self.signal.kind is LineKind.POINTS else 1)
        self.pen.setCosmetic(True)  # a width in pixels, not in units of the axes
        if self.is_other and self.signal.kind is not LineKind.POINTS:
            self.pen.setStyle(Qt.PenStyle.DashLine)
        self.item.setPen(self.pen)

    def update(self, origin_ns: int, span: tuple[float, float], points: int, losses: Times) -> None:
        """Take the samples of a span in seconds since ``origin_ns``, as about ``points`` points.

        Lines are broken at ``losses`` (int64 (n,), ascending), where frames were lost.
        """
        first, last = (origin_ns + round(second * NS_PER_SECOND) for second in span)
        curve = self.signal.samples.curve(first, last, points)
        x, y = (curve.times - origin_ns) / NS_PER_SECOND, curve.values
        connect = connected(curve, self.signal.gap_ns, losses)
        if self.signal.kind is LineKind.STEPS and len(x):
            x, y, connect = steps(x, y, connect)
        self._show(x, y, connect, (span[1] - span[0]) / POINTS_PER_SPAN)

    def set_points(self, x: Floats, y: Floats) -> None:
        """Draw these points, all connected."""
        length = float(np.ptp(x)) / POINTS_PER_SPAN if len(x) else 0.0
        self._show(x, y, np.ones(len(x), dtype=np.bool_), length)

    def _show(self, x: Floats, y: Floats, connect: Bools, length: float) -> None:
        self.x, self.y, self.connect = x, y, connect
        if self.signal.kind is LineKind.POINTS:
            connect = np.zeros(len(x), dtype=np.bool_)
        if len(x) == 1 or not connect[:-1].all():
            x, y, connect = with_points(x, y, connect, length)
            self.item.setData(x, y, connect=connect)
        else:
            self.item.setData(x, y, connect="all")


class CurveItem(pg.PlotCurveItem):
    """A curve whose bounds are those of its view box: to compute its own would take as long as drawing."""

    def __init__(self) -> None:
        super().__init__(antialias=False, skipFiniteCheck=True)
        self.setClickable(False, width=NEAR_PIXELS)

    def boundingRect(self) -> QRectF:  # noqa: N802
        box = self.getViewBox()
        return QRectF() if box is None else QRectF(box.viewRect())


def with_points(x: Floats, y: Floats, connect: Bools, length: float) -> tuple[Floats, Floats, Bools]:
    """The same curve with each point that is connected to no other as a line of a length."""
    alone = ~connect
    alone[-1] = True
    alone[1:] &= ~connect[:-1]
    counts = 1 + alone
    starts = (np.cumsum(counts) - counts)[alone]
    line_x, line_y, line_connect = np.repeat(x, counts), np.repeat(y, counts), np.repeat(connect, counts)
    line_x[starts + 1] += length
    line_connect[starts] = True
    line_connect[starts + 1] = False
    return line_x, line_y, line_connect


def connected(curve: Curve, gap_ns: int, losses: Times = _NO_TIMES) -> Bools:
    """Which points are connected to the next one, bool (n,): not those before a gap or a loss of frames.

    The points of a thinned curve are further apart than its samples: a gap must exceed their usual distance.
    """
    if len(curve.times) < 2:
        return np.ones(len(curve.times), dtype=np.bool_)
    distances = np.diff(curve.times)
    if int(distances.max()) <= gap_ns:
        connect = np.ones(len(distances), dtype=np.bool_)
    else:
        median = int(np.partition(distances, len(distances) // 2)[len(distances) // 2])
        connect = distances <= max(gap_ns, 5 * median)
    if len(losses):
        connect &= np.diff(np.searchsorted(losses, curve.times, side="left")) == 0
    return np.append(connect, True)


def steps(x: Floats, y: Floats, connect: Bools) -> tuple[Floats, Floats, Bools]:
    """A curve that holds each value until the next one, in 2n - 1 points, and ends before a gap."""
    until = np.where(connect[:-1], x[1:], x[:-1])
    step_x = np.empty(2 * len(x) - 1)
    step_y, step_connect = np.empty_like(step_x), np.ones(len(step_x), dtype=np.bool_)
    step_x[::2], step_x[1::2] = x, until
    step_y[::2], step_y[1::2] = y, y[:-1]
    step_connect[1::2] = connect[:-1]
    return step_x, step_y, step_connect
