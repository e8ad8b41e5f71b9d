"""The picture of a plot, over time or over a signal, with a hint where there is nothing to see."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property

from PySide6.QtCore import Qt
from PySide6.QtGui import QAction, QColor
from PySide6.QtWidgets import QScrollArea, QStackedWidget, QWidget

from canmcast_gui.frames.arrays import Times
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui.hint import EmptyHint
from canmcast_gui.ui.plot.view import PlotView
from canmcast_gui.ui.plot.xy_view import XYView

HINT = "Drag a signal here, or type its name above."


class PlotPicture(QStackedWidget):
    """``lanes`` shows signals over time, ``xy`` over the first of them; one of the two is seen."""

    def __init__(self, actions: Sequence[QAction], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lanes = PlotView(self)
        self._menu = list(actions)
        self._signals: Sequence[PlotSignal] = ()
        self._colors: dict[str, QColor] = {}
        area = QScrollArea(self)
        area.setFrameShape(QScrollArea.Shape.NoFrame)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        area.setWidget(self.lanes)
        self.addWidget(area)
        self._prepare(self.lanes)
        self._hint = EmptyHint(self.lanes, HINT)

    @cached_property
    def xy(self) -> XYView:
        """Made where it is first asked for: most plots are over time."""
        view = XYView(self)
        self._prepare(view)
        self.addWidget(view)
        view.show_signals(self._signals, self._colors)
        return view

    def _prepare(self, view: PlotView | XYView) -> None:
        view.setContextMenuPolicy(Qt.ContextMenuPolicy.ActionsContextMenu)
        view.addActions(self._menu)
        # They would take drops for their scenes otherwise.
        view.setAcceptDrops(False)
        view.viewport().setAcceptDrops(False)

    @property
    def is_xy(self) -> bool:
        """Whether signals are shown over the first one."""
        return self.currentIndex() > 0

    def set_xy(self, is_xy: bool) -> None:
        """Show signals over the first one, or over time."""
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
        """Show these signals; ``others`` are those that they are compared with, by name."""
        self.lanes.show_signals(signals, overlaid, colors, others)
        self.lanes.setMinimumHeight(self.lanes.needed_height if signals else 0)
        self._signals, self._colors = signals, colors
        if self.count() > 1:
            self.xy.show_signals(signals, colors)
        self._hint.setVisible(not signals)

    def refit(self) -> None:
        """Let the value axes fit what is shown again."""
        self.lanes.refit()
        if self.count() > 1:
            self.xy.refit()

    def draw(self, start_ns: int, span: tuple[float, float], losses: Times, other_start_ns: int) -> None:
        """Draw what is seen of a span in seconds since ``start_ns``; frames are missing at ``losses``.

        Times of what is compared with count from ``other_start_ns``.
        """
        if self.is_xy:
            self.xy.draw(start_ns, span)
        else:
            self.lanes.show_span(*span)
            self.lanes.draw(start_ns, losses, other_start_ns)
