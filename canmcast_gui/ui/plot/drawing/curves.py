"""A curve: the points of a signal in the visible time, and how they become lines, steps or points."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF
from shiboken6 import VoidPtr

from canmcast_gui.app.workspace.view_setups import LineKind
from canmcast_gui.frames.arrays import Floats, Times
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.models.plot.samples import Curve

POINT_PIXELS = 4
OTHERS_OPACITY = 0.6

# Qt computes lines with 26 bits before the point; further away a line has the same direction.
_FAR_PIXELS = 1e7

_NO_TIMES: Times = np.zeros(0, dtype=np.int64)

Transform = Callable[[Floats], Floats]


class LaneCurve:
    """``x`` in seconds and ``y`` are the points, float64 (n,); ``connect`` bool (n,) says which are connected
    to the next one. ``is_other`` for a signal of the recording that is compared with.
    """

    def __init__(self, signal: PlotSignal, is_other: bool = False) -> None:
        self.signal = signal
        self.is_other = is_other
        self.x: Floats = np.zeros(0)
        self.y: Floats = np.zeros(0)
        self.connect: npt.NDArray[np.bool_] = np.zeros(0, dtype=np.bool_)
        self.pen = QPen()

    def set_color(self, color: QColor) -> None:
        """Draw in a color; the recording that is compared with is dashed."""
        self.pen = QPen(color, POINT_PIXELS if self.signal.kind is LineKind.POINTS else 1)
        self.pen.setCosmetic(True)  # as thin on screens with other scales, where Qt draws it much faster
        if self.signal.kind is LineKind.POINTS:
            self.pen.setCapStyle(Qt.PenCapStyle.SquareCap)
        elif self.is_other:
            self.pen.setStyle(Qt.PenStyle.DashLine)

    def update(self, origin_ns: int, span: tuple[float, float], points: int, losses: Times) -> None:
        """Take the samples of a span in seconds since ``origin_ns``, as about ``points`` points.

        Lines are broken at ``losses`` (int64 (n,), ascending), where frames were lost.
        """
        first, last = (origin_ns + round(second * NS_PER_SECOND) for second in span)
        curve = self.signal.samples.curve(first, last, points)
        self.x, self.y = (curve.times - origin_ns) / NS_PER_SECOND, curve.values
        self.connect = connected(curve, self.signal.gap_ns, losses)
        if self.signal.kind is LineKind.STEPS and len(self.x):
            self.x, self.y, self.connect = steps(self.x, self.y, self.connect)

    def set_points(self, x: Floats, y: Floats) -> None:
        """Draw these points, all connected."""
        self.x, self.y, self.connect = x, y, np.ones(len(x), dtype=np.bool_)

    def paint(self, painter: QPainter, to_x: Transform, to_y: Transform) -> None:
        """Draw the points; the functions convert seconds and values to pixels."""
        if not len(self.x):
            return
        painter.setPen(self.pen)
        painter.setOpacity(OTHERS_OPACITY if self.is_other else 1.0)
        x, y = to_x(self.x), to_y(self.y)
        if self.signal.kind is LineKind.POINTS or len(x) == 1:
            painter.drawPoints(polygon(x, y))
        elif self.connect.all():
            painter.drawPolyline(polygon(x, y))
        else:
            self._paint_parts(painter, x, y)
        painter.setOpacity(1.0)

    def _paint_parts(self, painter: QPainter, x: Floats, y: Floats) -> None:
        ends = np.flatnonzero(~self.connect[:-1]) + 1
        for start, stop in zip([0, *ends.tolist()], [*ends.tolist(), len(x)], strict=True):
            part = polygon(x[start:stop], y[start:stop])
            if stop - start > 1:
                painter.drawPolyline(part)
            else:
                painter.drawPoints(part)


def polygon(x: Floats, y: Floats) -> QPolygonF:
    """Points as Qt's polygon: copied at once, because points one by one take a hundred times as long."""
    result = QPolygonF()
    result.resize(len(x))
    if len(x):
        # The stubs of shiboken lack its buffer and these arguments: pointer, bytes, writable.
        memory = np.frombuffer(VoidPtr(result.data(), 16 * len(x), True))  # type: ignore[call-arg, arg-type, call-overload]
        np.clip(x, -_FAR_PIXELS, _FAR_PIXELS, out=memory[0::2])
        np.clip(y, -_FAR_PIXELS, _FAR_PIXELS, out=memory[1::2])
    return result


def connected(curve: Curve, gap_ns: int, losses: Times = _NO_TIMES) -> npt.NDArray[np.bool_]:
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
