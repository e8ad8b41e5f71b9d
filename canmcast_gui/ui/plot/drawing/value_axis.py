"""A value axis: its curves, and its range, which fits them until the user changes it."""

from __future__ import annotations

import math

import pyqtgraph as pg
from PySide6.QtCore import QPointF
from PySide6.QtGui import QColor, QFontMetricsF

from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui.plot.drawing.axis import PlotAxis
from canmcast_gui.ui.plot.drawing.curves import LaneCurve

MARGIN = 0.12  # of the range of values, above and below, so that a curve does not touch the edge
SHRINK_BELOW = 0.4  # of the axis: the axis is kept while curves need more than that
TICK_LINES, TICK_LINES_ACROSS = 0.85, 3.0
WHEEL_BASE = 1.0015  # for each eighth of a degree

NO_RANGE = (math.inf, -math.inf)


def new_box() -> pg.ViewBox:
    """A view box without a menu whose range changes only when it is set, or by the mouse."""
    box = pg.ViewBox(enableMenu=False, defaultPadding=0)
    box.disableAutoRange()
    box.state["wheelScaleFactor"] = -math.log(WHEEL_BASE) / math.log(1.02)  # of pyqtgraph's own base
    return box


class ValueAxis:
    """The ``curves`` of one unit, those that they are compared with, and the range of their axis.

    ``box`` is the view box of the curves, ``item`` the axis beside it.
    """

    def __init__(self, side: str = "left") -> None:
        """At the side "left" or "right" values are y, at the side "bottom" they are x."""
        self.curves: list[LaneCurve] = []
        self.others: list[LaneCurve] = []
        self.low, self.high = NO_RANGE
        self.is_manual = False
        self.box = new_box()
        is_x = side == "bottom"
        self.item = PlotAxis(side, TICK_LINES_ACROSS if is_x else TICK_LINES, has_grid=side != "right")
        self.item.linkToView(self.box)
        self.item.double_clicked.connect(self.refit)
        self.item.setStyle(showValues=False)
        self.box.setMouseEnabled(x=is_x, y=not is_x)
        self.box.sigRangeChangedManually.connect(self._on_moved)
        self._is_x = is_x
        self._measured: tuple[float, float] | None = None
        self._width = 0.0

    def add(self, signal: PlotSignal, other: PlotSignal | None = None) -> None:
        """Add a curve, and below it the curve of the signal that it is compared with."""
        if other is not None:
            self.others.append(self._add(LaneCurve(other, is_other=True)))
        self.curves.append(self._add(LaneCurve(signal)))
        self.item.states = dict(signal.states())

    def _add(self, curve: LaneCurve) -> LaneCurve:
        self.box.addItem(curve.item, ignoreBounds=True)
        return curve

    def set_colors(self, line: QColor, text: QColor, colors: dict[str, QColor]) -> None:
        """Use ``colors`` by the names of signals; the axis of one curve has its color, others ``text``."""
        for curve in (*self.curves, *self.others):
            curve.set_color(colors[curve.signal.name])
        self.item.set_colors(line, colors[self.curves[0].signal.name] if len(self.curves) == 1 else text)
        self.box.setBorder(line)

    def name(self, is_short: bool = False) -> str:
        """The name of its curve with the unit; of several curves, or if ``is_short``, only the unit."""
        signal, unit = self.curves[0].signal, self.curves[0].signal.unit
        if len(self.curves) > 1 or is_short:
            return unit
        name = signal.name.rpartition(".")[2]
        return f"{name} [{unit}]" if unit else name

    @property
    def title(self) -> str:
        """The text beside the axis; "" for none."""
        return self.item.title

    def show_title(self, title: str) -> None:
        """Write a text beside the axis."""
        self.item.set_title(title, self.curves[0].signal.unit)

    def width(self, metrics: QFontMetricsF) -> float:
        """The pixels that its texts need; only growing while the range moves, so that lanes stay in place."""
        if self._measured != (self.low, self.high):
            self._measured = (self.low, self.high)
            low, high = (self.low, self.high) if self.is_known else (0.0, 1.0)
            self._width = max(self._width, self.item.needed_width(metrics, low, high))
        return self._width

    # -- the range ---------------------------------------------------------------------------------------

    @property
    def is_known(self) -> bool:
        """Whether there is a range: not before the first samples."""
        return self.low < self.high

    def fit(self) -> None:
        """Fit the range to the curves, and change it as seldom as possible: a jumping picture is tiring."""
        values = [curve.y for curve in (*self.curves, *self.others) if len(curve.y)]
        if self.is_manual or not values:
            return
        low, high = float(min(part.min() for part in values)), float(max(part.max() for part in values))
        needed = high - low
        if low >= self.low and high <= self.high and needed >= SHRINK_BELOW * (self.high - self.low):
            return
        margin = needed * MARGIN or max(abs(high) * MARGIN, 0.5)
        if self.item.states:
            margin = max(margin, 0.4)
        self._show_range(low - margin, high + margin)

    def refit(self) -> None:
        """Discard the range that the user or older values gave, and fit it to the curves."""
        self.is_manual = False
        self.low, self.high = NO_RANGE
        self._measured, self._width = None, 0.0
        self.fit()

    def set_range(self, low: float, high: float) -> None:
        """Show a range that the user chose."""
        if math.isfinite(low) and math.isfinite(high) and low < high:
            self._show_range(low, high)
            self.is_manual = True

    def _show_range(self, low: float, high: float) -> None:
        if not self.is_known:
            self.item.setStyle(showValues=True)
        self.low, self.high = low, high
        (self.box.setXRange if self._is_x else self.box.setYRange)(low, high, padding=0)

    def _on_moved(self) -> None:
        """The mouse has changed the range of the view box."""
        self.low, self.high = self.box.viewRange()[0 if self._is_x else 1]
        self.is_manual = True

    def value_at(self, position: QPointF) -> float:
        """The value at a position of the scene."""
        point = self.box.mapSceneToView(position)
        return float(point.x() if self._is_x else point.y())

    # -- the scene ---------------------------------------------------------------------------------------

    @property
    def items(self) -> list[pg.GraphicsWidget]:
        """What it shows in the scene."""
        return [self.box, self.item]
