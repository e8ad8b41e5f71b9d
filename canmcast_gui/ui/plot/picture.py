"""The drawing area of a plot: signals over time or over another signal, or a hint while there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

import pyqtgraph as pg
from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QWidget

from canmcast_gui.frames.arrays import Times
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.models.plot.compare import pairs
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui import theme
from canmcast_gui.ui.labels import EmptyHint
from canmcast_gui.ui.plot.axes import TIME_TICK_PIXELS, VALUE_TICK_PIXELS, LaneGrid, PlotAxis
from canmcast_gui.ui.plot.lanes import LanesView

HINT = "Drag a signal here, or type its name above."


class XYView(pg.GraphicsLayoutWidget):
    """All signals drawn over the first one. The mouse moves and zooms both axes."""

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
        self.curves = [pg.PlotCurveItem(pen=pg.mkPen(colors[signal.name])) for signal in self._signals[1:]]
        for curve in self.curves:
            self.plot.addItem(curve)
        self._name_axes()
        self._set_colors(colors)
        self.refit()

    def _name_axes(self) -> None:
        titles = [_title(signal) for signal in self._signals]
        self.plot.setLabel("bottom", titles[0] if titles else "")
        self.plot.setLabel("left", titles[1] if len(titles) == 2 else "")

    def _set_colors(self, colors: dict[str, QColor]) -> None:
        palette = QGuiApplication.palette()  # pyqtgraph gives views another one
        self.setBackground(palette.base().color())
        line, text = theme.colors(palette).line, palette.text().color()
        self._grid.color = line
        for side in ("bottom", "left"):
            self.plot.getAxis(side).setPen(pg.mkPen(line))
            self.plot.getAxis(side).setTextPen(pg.mkPen(text))
        if len(self._signals) == 2:
            self.plot.getAxis("left").setTextPen(pg.mkPen(colors[self._signals[1].name]))

    def refit(self) -> None:
        """Keep all points visible from now on."""
        self.plot.enableAutoRange()

    def draw(self, start_ns: int, span: tuple[float, float]) -> None:
        """Draw the samples between two times, in seconds since ``start_ns``."""
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


class PlotPicture(QStackedWidget):
    """Shows either ``lanes``, with signals over time, or ``xy``, with signals over the first of them."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lanes = LanesView(self)
        self._actions = list(actions)
        self._signals: Sequence[PlotSignal] = ()
        self._colors: dict[str, QColor] = {}
        area = QScrollArea(self)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.lanes)
        self.addWidget(area)
        self._prepare(self.lanes)
        self.hint = EmptyHint(self.lanes, HINT)

    @cached_property
    def xy(self) -> XYView:
        """Made when it is first used: most plots are over time."""
        view = XYView(self)
        self._prepare(view)
        self.addWidget(view)
        view.show_signals(self._signals, self._colors)
        return view

    def _prepare(self, view: LanesView | XYView) -> None:
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        view.addActions(self._actions)
        # Otherwise the views accept drops for their scenes.
        view.setAcceptDrops(False)
        view.viewport().setAcceptDrops(False)

    @property
    def is_xy(self) -> bool:
        """Whether signals are drawn over the first one."""
        return self.currentIndex() > 0

    def set_xy(self, is_xy: bool) -> None:
        """Draw signals over the first one, or over time."""
        if is_xy:
            self.setCurrentWidget(self.xy)
        else:
            self.setCurrentIndex(0)

    def show_signals(
        self,
        signals: Sequence[PlotSignal],
        overlaid: bool,
        colors: dict[str, QColor],
        others: Mapping[str, PlotSignal],
    ) -> None:
        """Show these signals; ``others`` are the signals that they are compared with, by name."""
        self.lanes.show_signals(signals, overlaid, colors, others)
        self.lanes.setMinimumHeight(self.lanes.needed_height if signals else 0)
        self._signals, self._colors = signals, colors
        if self.count() > 1:
            self.xy.show_signals(signals, colors)
        self.hint.setVisible(not signals)

    def refit(self) -> None:
        """Fit the value axes to the visible samples again."""
        self.lanes.refit()
        if self.count() > 1:
            self.xy.refit()

    def draw(self, start_ns: int, span: tuple[float, float], losses: Times, other_start_ns: int) -> None:
        """Draw the samples of a span in seconds since ``start_ns``; frames are missing at ``losses``.

        Times of the signals that are compared with count from ``other_start_ns``.
        """
        if self.is_xy:
            self.xy.draw(start_ns, span)
        else:
            self.lanes.show_span(*span)
            self.lanes.draw(start_ns, losses, other_start_ns)
