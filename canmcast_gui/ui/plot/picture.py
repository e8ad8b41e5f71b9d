"""The drawing area of a plot: signals over time or over another signal, or a hint while there are none."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QColor, QPalette
from PySide6.QtWidgets import QApplication, QStackedWidget, QWidget

from canmcast_gui.frames.arrays import Times
from canmcast_gui.models.plot.data import PlotSignal
from canmcast_gui.ui.labels import EmptyHint
from canmcast_gui.ui.plot.drawing.entry import LegendEntry

if TYPE_CHECKING:
    from canmcast_gui.ui.plot.drawing.lanes import LanesView
    from canmcast_gui.ui.plot.drawing.xy import XYView

HINT = (
    "No signals are plotted.\n"
    "Type a name in Add signal above, tick signals in the panel Signals, or drag them here."
)
XY_HINT = "An XY plot needs two signals: one is x, the others are drawn over it. Add another signal."

_FORWARDED = ("zoomed", "dragged", "clicked", "span_drawn", "cursor_dragged", "remove_clicked")


class PlotPicture(QStackedWidget):
    """Shows ``lanes``, with signals over time, or ``xy``, with signals over one of them.

    Both are made when they are first needed, because only they need pyqtgraph, which takes longer to import
    than the rest of the plot. ``menu_requested`` carries the name of a signal or "", and a position on the
    screen; the other signals are those of ``lanes``.
    """

    zoomed = Signal(float, float)
    dragged = Signal(float)
    clicked = Signal(float)
    span_drawn = Signal(float, float)
    cursor_dragged = Signal(int, float)
    remove_clicked = Signal(str)
    menu_requested = Signal(str, QPoint)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.is_xy = False
        self._count = 0
        self._cursors: Sequence[float | None] = (None, None)
        self._empty = QWidget(self)
        self._empty.setBackgroundRole(QPalette.ColorRole.Base)
        self._empty.setAutoFillBackground(True)
        self._empty.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.addWidget(self._empty)
        self.hint = EmptyHint(self._empty, HINT)
        self.xy_hint = EmptyHint(self._empty, XY_HINT)
        self._show_page()

    @cached_property
    def lanes(self) -> LanesView:
        """The signals over time."""
        from canmcast_gui.ui.plot.drawing.lanes import LanesView

        view = LanesView(self)
        self.addWidget(view)
        for name in (*_FORWARDED, "menu_requested"):
            getattr(view, name).connect(getattr(self, name))
        view.show_cursors(self._cursors)
        return view

    @cached_property
    def xy(self) -> XYView:
        """The signals over one of them."""
        from canmcast_gui.ui.plot.drawing.xy import XYView

        view = XYView(self)
        self.addWidget(view)
        view.menu_requested.connect(self.menu_requested)
        return view

    def _show_page(self) -> None:
        self.hint.setVisible(not self._count)
        self.xy_hint.setVisible(self.is_xy and self._count == 1)
        if self._count == 0 or (self.is_xy and self._count == 1):
            page: QWidget = self._empty
        else:
            page = self.xy if self.is_xy else self.lanes
        focus = QApplication.focusWidget()
        had_focus = focus is not None and (focus is self or self.isAncestorOf(focus))
        self.setCurrentWidget(page)
        self.setFocusProxy(page)
        if had_focus:
            self.setFocus()

    def set_xy(self, is_xy: bool) -> None:
        """Draw signals over one of them, or over time."""
        self.is_xy = is_xy
        self._show_page()

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
        if self.is_xy and signals:
            self.xy.show_signals(signals, x_name, colors)
        elif signals or self._count:
            self.lanes.show_signals(signals, overlaid, colors, others)
        self._count = len(signals)
        self._show_page()

    def show_entries(self, entries: list[LegendEntry]) -> None:
        """Name the lanes by these entries, one for each; none where a legend names the curves."""
        if self._count and not self.is_xy:
            self.lanes.show_entries(entries)

    def place_entries(self) -> None:
        """Make room for wider values."""
        if self._count and not self.is_xy:
            self.lanes.place_entries()

    def show_cursors(self, seconds: Sequence[float | None]) -> None:
        """Move the cursors to their times, in seconds; None hides one."""
        self._cursors = list(seconds)
        if "lanes" in self.__dict__:
            self.lanes.show_cursors(seconds)

    def refit(self) -> None:
        """Fit the value axes to the visible samples again."""
        if self._count:
            (self.xy if self.is_xy else self.lanes).refit()

    def draw(self, start_ns: int, span: tuple[float, float], losses: Times, other_start_ns: int) -> None:
        """Draw the samples of a span in seconds since ``start_ns``; frames are missing at ``losses``.

        Times of the signals that are compared with count from ``other_start_ns``.
        """
        if self.is_xy:
            self.xy.draw(start_ns, span)
        else:
            self.lanes.show_span(*span)
            self.lanes.draw(start_ns, losses, other_start_ns)
