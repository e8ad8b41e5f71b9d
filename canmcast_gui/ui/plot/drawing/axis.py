"""The axes of plots: those of pyqtgraph with named states, exact numbers, and texts that never overlap."""

from __future__ import annotations

import math
from collections.abc import Sequence
from html import escape

import pyqtgraph as pg
from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontMetricsF

GAP = 4  # pixels between the axis, its numbers and its title
LOOSENING = 0.03  # of the length of an axis, by which ticks of longer ones are further apart
OVERHANG = 3  # pixels by which a text may exceed the end of its axis
NARROWEST, WIDEST = "0000", "-000000000.00"

# pyqtgraph divides a short axis into at least 2.25 parts, and the longest distance is 2.5 times the shortest.
_SHORT, _FACTOR = 1.0, 2.25 * 2.5


class PlotAxis(pg.AxisItem):
    """An axis with a text at each tick. ``states`` are shown in place of the values that they name.

    ``double_clicked`` is emitted by the view: the user wants its range to fit again.
    """

    double_clicked = Signal()

    def __init__(self, side: str, lines: float, suffix: str = "", has_grid: bool = True) -> None:
        """Ticks are at least as far apart as so many ``lines`` of text; ``suffix`` follows each number."""
        self._bounds = QRectF()
        super().__init__(side, maxTickLength=0)
        self.enableAutoSIPrefix(False)
        self.setStyle(
            tickAlpha=255, hideOverlappingLabels=True, autoExpandTextSpace=False, tickTextOffset=GAP
        )
        self.setGrid(255 if has_grid else False)
        self.setZValue(-1000)  # grid lines are below the curves
        self.states: dict[float, str] = {}
        self.title = ""
        self._unit = ""
        self._shown_title = ("", "")
        self._state_texts: dict[float, str] = {}
        self._lines = lines
        self._tick_pixels = 15.0 * lines
        self._suffix = suffix
        self._text_color = QColor()

    def set_colors(self, line: QColor, text: QColor) -> None:
        """Use these colors for the grid, and for numbers and title."""
        self.setPen(None)  # the view box has a frame
        self.setTickPen(line)
        self.setTextPen(text)
        self._text_color = text
        self._show_title()

    def set_title(self, title: str, unit: str = "") -> None:
        """Write a title beside the axis, or only the unit where the title does not fit; "" for none."""
        self.title, self._unit = title, unit
        self._show_title()

    def _show_title(self) -> None:
        text = self.title
        if self.orientation != "bottom" and text:
            metrics, room = QFontMetricsF(self.label.font()), self.size().height()
            if metrics.horizontalAdvance(text) > room:
                text = metrics.elidedText(self._unit, Qt.TextElideMode.ElideRight, room)
        shown = (text, self._text_color.name())
        if shown != self._shown_title:
            self._shown_title = shown
            self.setLabel(escape(text), color=shown[1])

    def place(self, rect: QRectF, font: QFont) -> None:
        """Show the axis in a rectangle of the scene."""
        self.setStyle(tickFont=font)
        self.label.setFont(font)
        metrics = QFontMetricsF(font)
        self._tick_pixels = metrics.height() * self._lines
        room = metrics.horizontalAdvance(WIDEST)
        self._state_texts = {
            value: metrics.elidedText(text, Qt.TextElideMode.ElideRight, room)
            for value, text in self.states.items()
        }
        (self.setHeight if self.orientation == "bottom" else self.setWidth)(
            rect.height() if self.orientation == "bottom" else rect.width()
        )
        self.setGeometry(rect)
        self._bounds = self._rect_of_texts()
        self._show_title()

    def _rect_of_texts(self) -> QRectF:
        """Of axis and grid, which texts may exceed a little; the view box must be in its place."""
        rect: QRectF = super().boundingRect()
        if self.orientation == "bottom":
            return rect.adjusted(-10 * OVERHANG, 0, 3 * OVERHANG, 0)
        return rect.adjusted(0, -OVERHANG, 0, OVERHANG)

    def needed_width(self, metrics: QFontMetricsF, low: float, high: float) -> float:
        """The pixels that the longest text between two values and the title need."""
        texts = list(self.states.values())
        if not texts:
            for spacing, values in self.tickValues(low, high, 600.0):  # as high, texts are the longest
                texts += self.tickStrings(values, 1.0, spacing)
        widest = max((metrics.horizontalAdvance(text) for text in texts), default=0.0)
        widest = min(widest, metrics.horizontalAdvance(WIDEST))
        title = metrics.height() + GAP if self.title else 0
        return max(widest, metrics.horizontalAdvance(NARROWEST)) + title + 2 * GAP

    # -- what pyqtgraph asks for -------------------------------------------------------------------------

    def tickSpacing(self, low: float, high: float, size: float) -> list[tuple[float, float]]:  # noqa: N802
        """One level of ticks: pyqtgraph's lower levels, and its levels of short axes, have too many texts."""
        parts = _FACTOR * (self._tick_pixels + LOOSENING * size) / max(size, 1.0)
        spacing: list[tuple[float, float]] = super().tickSpacing(0.0, (high - low) * parts, _SHORT)
        return spacing[:1]

    def tickValues(self, low: float, high: float, size: float) -> list[tuple[float, list[float]]]:  # noqa: N802
        if self.states:
            shown: list[float] = []
            least = (high - low) * self._tick_pixels / max(size, 1.0)
            for value in sorted(self.states):
                if low <= value <= high and (not shown or value - shown[-1] >= least):
                    shown.append(value)
            return [(1.0, shown)]
        ((spacing, values),) = super().tickValues(low, high, size)
        edge = (high - low) * (self._tick_pixels / 2 - OVERHANG) / max(size, 1.0)
        inner_low, inner_high = low + edge, high - edge
        if inner_low < inner_high and not any(inner_low <= value <= inner_high for value in values):
            ((spacing, _),) = super().tickSpacing(0.0, (inner_high - inner_low) * 2.25, _SHORT)[:1]
            values = [spacing * math.ceil(inner_low / spacing)]  # a low lane has one number at least
        return [(spacing, values)]

    def tickStrings(self, values: Sequence[float], _scale: float, spacing: float) -> list[str]:
        """As many digits as the distance needs: with six, late ticks of a recording have equal texts."""
        if self.states:
            return [self._state_texts.get(value, self.states[value]) for value in values]
        decimals = max(-math.floor(math.log10(spacing) + 1e-9), 0)
        if decimals > 6 or any(abs(value) >= 1e7 for value in values):
            return [f"{value:.6g}{self._suffix}" for value in values]
        return [f"{value:.{decimals}f}{self._suffix}" for value in values]

    def boundingRect(self) -> QRectF:  # noqa: N802
        """The rectangle for texts and grid. It is kept: pyqtgraph asks for it once for each text."""
        return self._bounds
