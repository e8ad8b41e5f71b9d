"""Which page of the handbook is about which part of the window."""

from __future__ import annotations

from PySide6.QtWidgets import QDockWidget, QWidget

from canmcast_gui.ui.handbook.pages import INDEX
from canmcast_gui.ui.start_page import StartPage
from canmcast_gui.ui.trace.docks import ViewPane
from canmcast_gui.ui.trace.filter import FilterBox
from canmcast_gui.ui.trace.find import FindBar
from canmcast_gui.ui.trace.panel import TracePanel

#: Page, or page#heading, by the object name of a panel; further plots and views are called plot-2 and so on.
PANEL_PAGES = {
    "signals": "databases#the-panel-signals",
    "hosts": "watch#hosts",
    "marks": "watch#marks",
    "transmit": "send",
    "replay": "replay",
    "sequences": "send#sequences",
    "fuzz": "send#fuzzing",
    "plot": "plot",
    "gauges": "plot#gauges",
    "statistics": "watch#statistics",
    "databases": "databases#browse",
}

_WIDGET_PAGES: tuple[tuple[type[QWidget], str], ...] = (
    (FilterBox, "filter"),
    (FindBar, "watch#find-a-frame"),
    (StartPage, "index#first-steps"),
    (ViewPane, "watch"),
    (TracePanel, "watch"),
)


def place_of(focus: QWidget | None) -> str:
    """Where the handbook is about the widget that has the focus: page or page#heading."""
    one = focus
    while one is not None:
        for kind, place in _WIDGET_PAGES:
            if isinstance(one, kind):
                return place
        if isinstance(one, QDockWidget):
            name = one.objectName()
            return PANEL_PAGES.get(name) or PANEL_PAGES.get(name.rpartition("-")[0], INDEX)
        one = one.parentWidget()
    return INDEX
