"""A value axis: its range, which fits the curves until the user changes it, its ticks and title."""

from __future__ import annotations

import math

import numpy as np
from PySide6.QtCore import QLineF, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QPainter, QStaticText

from canmcast_gui.frames.arrays import Floats
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui.plot.drawing.curves import LaneCurve
from canmcast_gui.ui.plot.drawing.ticks import round_ticks, tick_texts

MARGIN = 0.12  # of the range of values, above and below, so that a curve does not touch the edge
SHRINK_BELOW = 0.4  # of the axis: the axis is kept while curves need more than that

TICK_PIXELS = 20
STATE_PIXELS = 14
EDGE_PIXELS = 3  # nearer to the end of the axis, a number overlaps that of the next lane
GAP = 4  # pixels between the axis, its numbers and its title
NARROWEST, WIDEST = "0000", "-000000000.00"
_MEASURED_HEIGHT = 600.0  # an axis as high as this has the longest numbers

NO_RANGE = (math.inf, -math.inf)


class ValueAxis:
    """The ``curves`` of one unit, those that they are compared with, and the range of their axis.

    ``color`` is that of its texts. ``title`` is written beside the axis, "" for none.
    """

    def __init__(self) -> None:
        self.curves: list[LaneCurve] = []
        self.others: list[LaneCurve] = []
        self.low, self.high = NO_RANGE
        self.is_manual = False
        self.color = QColor()
        self.title = ""
        self.states: dict[float, str] = {}
        self._measured = NO_RANGE
        self._texts_width = 0.0
        self._ticks: tuple[object, list[tuple[float, QStaticText]]] = (None, [])

    def add(self, signal: PlotSignal, other: PlotSignal | None = None) -> None:
        """Add a curve, and below it the curve of the signal that it is compared with."""
        if other is not None:
            self.others.append(LaneCurve(other, is_other=True))
        self.curves.append(LaneCurve(signal))
        self.states = dict(signal.states())

    def set_colors(self, text: QColor, colors: dict[str, QColor]) -> None:
        """Use ``colors`` by the names of signals; the axis of one curve has its color, others ``text``."""
        for curve in (*self.curves, *self.others):
            curve.set_color(colors[curve.signal.name])
        self.color = colors[self.curves[0].signal.name] if len(self.curves) == 1 else text

    # -- the range ---------------------------------------------------------------------------------------

    def fit(self) -> None:
        """Fit the range to the curves, and change it as seldom as possible: a jumping picture is tiring."""
        values = [curve.y for curve in (*self.curves, *self.others) if len(curve.y)]
        if self.is_manual or not values:
            return
        low, high = (
            float(min(part.min() for part in values)),
            float(max(part.max() for part in values)),
        )
        needed = high - low
        if low >= self.low and high <= self.high and needed >= SHRINK_BELOW * (self.high - self.low):
            return
        margin = needed * MARGIN or max(abs(high) * MARGIN, 0.5)
        if self.states:
            margin = max(margin, 0.4)
        self.low, self.high = low - margin, high + margin

    def refit(self) -> None:
        """Discard the range that the user or older values gave."""
        self.is_manual = False
        self.low, self.high = NO_RANGE
        self._texts_width = 0.0

    def set_range(self, low: float, high: float) -> None:
        """Show a range that the user chose."""
        if math.isfinite(low) and math.isfinite(high) and low < high:
            self.low, self.high = low, high
            self.is_manual = True

    def zoom(self, factor: float, value: float) -> None:
        """Multiply the length of the range; ``value`` stays in place."""
        if self.is_known:
            self.set_range(value - (value - self.low) * factor, value + (self.high - value) * factor)

    def move(self, values: float) -> None:
        """Move to higher or (negative) lower values."""
        if self.is_known:
            self.set_range(self.low + values, self.high + values)

    @property
    def is_known(self) -> bool:
        """Whether there is a range: not before the first samples."""
        return self.low < self.high

    # -- pixels ------------------------------------------------------------------------------------------

    def to_pixels(self, area: QRectF, values: Floats) -> Floats:
        """The vertical positions of values in the area of the curves."""
        return area.bottom() - (values - self.low) * (area.height() / (self.high - self.low))

    def value_at(self, area: QRectF, y: float) -> float:
        """The value at a vertical position."""
        return self.low + (area.bottom() - y) * (self.high - self.low) / max(area.height(), 1.0)

    def to_across(self, area: QRectF, values: Floats) -> Floats:
        """The horizontal positions of values, where this is the axis below the area."""
        return area.left() + (values - self.low) * (area.width() / (self.high - self.low))

    def ticks(self, height: float) -> list[tuple[float, str]]:
        """The values of the ticks with their texts, for an axis of ``height`` pixels."""
        if not self.is_known:
            return []
        if self.states:
            inside = [value for value in sorted(self.states) if self.low <= value <= self.high]
            every = max(math.ceil(len(inside) * STATE_PIXELS / max(height, 1)), 1)
            return [(value, self.states[value]) for value in inside[::every]]
        spacing, values = round_ticks(self.low, self.high, max(int(height / TICK_PIXELS), 2))
        edge = (self.high - self.low) * EDGE_PIXELS / max(height, 1)
        values = [value for value in values if self.low + edge <= value <= self.high - edge]
        return list(zip(values, tick_texts(values, spacing), strict=True))

    def name(self, is_short: bool = False) -> str:
        """The name of its curve with the unit; of several curves, or if ``is_short``, only the unit."""
        signal, unit = self.curves[0].signal, self.curves[0].signal.unit
        if len(self.curves) > 1 or is_short:
            return unit
        name = signal.name.rpartition(".")[2]
        return f"{name} [{unit}]" if unit else name

    def width(self, metrics: QFontMetricsF) -> float:
        """The width of the numbers or states, and of the title, in pixels.

        It only grows while the range moves, so that lanes stay where they are.
        """
        if self._measured != (self.low, self.high):
            self._measured = (self.low, self.high)
            texts = list(self.states.values()) or [text for _, text in self.ticks(_MEASURED_HEIGHT)]
            widest = max((metrics.horizontalAdvance(text) for text in texts), default=0.0)
            self._texts_width = max(self._texts_width, min(widest, metrics.horizontalAdvance(WIDEST)))
        title = metrics.height() + GAP if self.title else 0
        return max(self._texts_width, metrics.horizontalAdvance(NARROWEST)) + title + 2 * GAP

    # -- drawing -----------------------------------------------------------------------------------------

    def paint_grid(self, painter: QPainter, area: QRectF) -> None:
        """Horizontal lines at the ticks."""
        ticks = np.array([value for value, _ in self._texts(painter, area.height())])
        rows = np.round(self.to_pixels(area, ticks)).tolist() if len(ticks) else []
        painter.drawLines([QLineF(area.left(), y, area.right(), y) for y in rows])

    def paint(self, painter: QPainter, area: QRectF, edge: float, on_left: bool = True) -> None:
        """The texts of the ticks beside ``edge``, and the title; those that would overlap are left out."""
        metrics = QFontMetricsF(painter.font())
        painter.setPen(self.color)
        last = math.inf
        for value, text in self._texts(painter, area.height()):
            y = float(self.to_pixels(area, np.array([value]))[0])
            top = y - metrics.height() / 2
            if last - y < metrics.height() * 0.9 or top < area.top() - GAP or y > area.bottom():
                continue
            width = text.size().width()
            left = edge - GAP - width if on_left else edge + GAP
            painter.drawStaticText(QPointF(left, top), text)
            last = y
        if self.title:
            self._paint_title(painter, area, edge, on_left)

    def _paint_title(self, painter: QPainter, area: QRectF, edge: float, on_left: bool) -> None:
        """The title turned by a quarter, or only the unit where it does not fit."""
        metrics = QFontMetricsF(painter.font())
        text = self.title
        if metrics.horizontalAdvance(text) > area.height():
            text = metrics.elidedText(self.curves[0].signal.unit, Qt.TextElideMode.ElideRight, area.height())
        away = self.width(metrics) - metrics.height() / 2 - GAP / 2
        painter.save()
        painter.translate(edge - away if on_left else edge + away, area.center().y())
        painter.rotate(-90)
        room = QRectF(-area.height() / 2, -metrics.height() / 2, area.height(), metrics.height())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignCenter), text)
        painter.restore()

    def _texts(self, painter: QPainter, height: float) -> list[tuple[float, QStaticText]]:
        """The ticks with laid out texts, which are kept until the range, the height or the font changes."""
        key = (self.low, self.high, height, painter.font().key())
        if self._ticks[0] != key:
            metrics = QFontMetricsF(painter.font())
            room = metrics.horizontalAdvance(WIDEST)
            texts = []
            for value, text in self.ticks(height):
                laid_out = QStaticText(metrics.elidedText(text, Qt.TextElideMode.ElideRight, room))
                laid_out.setTextFormat(Qt.TextFormat.PlainText)
                laid_out.prepare(font=painter.font())
                texts.append((value, laid_out))
            self._ticks = (key, texts)
        return self._ticks[1]
