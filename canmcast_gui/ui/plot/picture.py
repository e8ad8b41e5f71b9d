"""The drawing area of a plot: signals over time or over another signal, or a hint while there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QPoint, Signal
from PySide6.QtGui import QColor
from PySide6.QtWidgets import QStackedWidget, QWidget

from canmcast_gui.frames.arrays import Times
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui.labels import EmptyHint
from canmcast_gui.ui.plot.drawing.lanes import LanesView
from canmcast_gui.ui.plot.drawing.xy import XYView

HINT = (
    "No signals are plotted.\n"
    "Type a name in Add signal above, tick signals in the panel Signals, or drag them here."
)
XY_HINT = "An XY plot needs two signals: one is x, the others are drawn over it. Add another signal."


class PlotPicture(QStackedWidget):
    """Shows either ``lanes``, with signals over time, or ``xy``, with signals over one of them.

    ``menu_requested`` carries the name of a signal or "", and a position on the screen.
    """

    menu_requested = Signal(str, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.lanes = LanesView(self)
        self.xy = XYView(self)
        for view in (self.lanes, self.xy):
            self.addWidget(view)
            view.menu_requested.connect(self.menu_requested)
        self.hint = EmptyHint(self.lanes, HINT)
        self.xy_hint = EmptyHint(self.xy, XY_HINT)

    @property
    def is_xy(self) -> bool:
        """Whether signals are drawn over one of them."""
        return self.currentWidget() is self.xy

    def set_xy(self, is_xy: bool) -> None:
        """Draw signals over one of them, or over time."""
        self.setCurrentWidget(self.xy if is_xy else self.lanes)

    def show_signals(
        self,
        signals: Sequence[PlotSignal],
        overlaid: bool,
        colors: dict[str, QColor],
        others: Mapping[str, PlotSignal],
        x_name: str,
    ) -> None:
        """Show these signals; ``others`` are the signals that they are compared with, by name.

        An XY plot draws them over the signal ``x_name``.
        """
        self.lanes.show_signals(signals, overlaid, colors, others)
        self.xy.show_signals(signals, x_name, colors)
        self.hint.setVisible(not signals)
        self.xy_hint.setVisible(len(signals) < 2)

    def refit(self) -> None:
        """Fit the value axes to the visible samples again."""
        self.lanes.refit()
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
