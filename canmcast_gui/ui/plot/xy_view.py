"""The picture of signals over another signal instead of over time."""

from __future__ import annotations

from collections.abc import Sequence

import pyqtgraph as pg
from PySide6.QtGui import QColor, QGuiApplication
from PySide6.QtWidgets import QWidget

from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.models.plot.xy import pairs
from canmcast_gui.ui import theme
from canmcast_gui.ui.plot.axes import TIME_TICK_PIXELS, VALUE_TICK_PIXELS, LaneGrid, PlotAxis


class XYView(pg.GraphicsLayoutWidget):
    """The first signal gives x, all others are drawn over it. The mouse moves and zooms both axes."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFrameShape(self.Shape.NoFrame)
        across, up = PlotAxis("bottom", TIME_TICK_PIXELS), PlotAxis("left", VALUE_TICK_PIXELS)
        self.plot = self.addPlot(enableMenu=False, axisItems={"bottom": across, "left": up})
        self.plot.hideButtons()
        self._grid = LaneGrid(self.plot.getViewBox(), across, up)
        self.plot.getViewBox().addItem(self._grid, ignoreBounds=True)
        self.curves: list[pg.PlotCurveItem] = []
        self._signals: list[PlotSignal] = []

    def show_signals(self, signals: Sequence[PlotSignal], colors: dict[str, QColor]) -> None:
        """Show these signals over the first of them."""
        for curve in self.curves:
            self.plot.removeItem(curve)
        self._signals = list(signals)
        self.curves = [pg.PlotCurveItem(pen=pg.mkPen(colors[one.name])) for one in self._signals[1:]]
        for curve in self.curves:
            self.plot.addItem(curve)
        self._name_axes()
        self._paint(colors)
        self.refit()

    def _name_axes(self) -> None:
        across, *over = self._signals or [None]
        self.plot.setLabel("bottom", _title(across) if across else "")
        self.plot.setLabel("left", _title(over[0]) if len(over) == 1 else "")

    def _paint(self, colors: dict[str, QColor]) -> None:
        palette = QGuiApplication.palette()  # the library gives views one of their own
        self.setBackground(palette.base().color())
        line, text = theme.colors(palette).line, palette.text().color()
        self._grid.color = line
        for side in ("bottom", "left"):
            self.plot.getAxis(side).setPen(pg.mkPen(line))
            self.plot.getAxis(side).setTextPen(pg.mkPen(text))
        if len(self._signals) == 2:
            self.plot.getAxis("left").setTextPen(pg.mkPen(colors[self._signals[1].name]))

    def refit(self) -> None:
        """Have everything in the picture from now on."""
        self.plot.enableAutoRange()

    def draw(self, start_ns: int, span: tuple[float, float]) -> None:
        """Draw what is between two times, in seconds since ``start_ns``."""
        if not self._signals:
            return
        first, last = (start_ns + round(second * NS_PER_SECOND) for second in span)
        across, *over = self._signals
        for signal, curve in zip(over, self.curves, strict=True):
            curve.setData(*pairs(across.samples, signal.samples, first, last))
        self.scene().prepareForPaint()


def _title(signal: PlotSignal) -> str:
    name = signal.name.rpartition(".")[2]
    return f"{name} [{signal.unit}]" if signal.unit else name
