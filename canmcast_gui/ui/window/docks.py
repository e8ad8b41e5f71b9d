"""The panels around the trace: docks that move, close, come back, and stay as they were left."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QMainWindow, QWidget

from canmcast_gui.app.session import Session
from canmcast_gui.app.settings import AppSettings
from canmcast_gui.models.transmit.switch import TransmitSwitch
from canmcast_gui.ui.database.browser import DatabaseBrowser
from canmcast_gui.ui.gauges_panel import GaugesPanel
from canmcast_gui.ui.hosts_panel import HostsPanel
from canmcast_gui.ui.plot.docks import PlotDocks
from canmcast_gui.ui.signals_panel import SignalsPanel
from canmcast_gui.ui.statistics.panel import StatisticsPanel
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.trace.marks import MarksPanel
from canmcast_gui.ui.transmit.fuzz_panel import FuzzPanel
from canmcast_gui.ui.transmit.panel import TransmitPanel
from canmcast_gui.ui.transmit.replay_panel import ReplayPanel
from canmcast_gui.ui.transmit.sequence_panel import SequencePanel

SIDE_WIDTH = 250
SMALL_SIDE_WIDTH = 196
BOTTOM_HEIGHT = 290
BROWSER_SIZE = QSize(980, 620)

# Panels that share a place, the one that is seen first.
TABS = (("hosts", "marks"), ("transmit", "replay", "sequences", "fuzz"), ("plot", "gauges", "statistics"))


class Docks(QObject):
    """Signals, hosts, marks, transmit, replay, plots and the databases."""

    def __init__(
        self, session: Session, settings: AppSettings, context: ViewContext, window: QMainWindow
    ) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._window = window
        self.signals = SignalsPanel(session, settings)
        self.hosts = HostsPanel(session, settings, context.sources)
        self.marks = MarksPanel(context)
        self.switch = TransmitSwitch(self)
        self.transmit = TransmitPanel(session, settings, self.switch)
        self.transmit.keys.use_window(window)
        self.replay = ReplayPanel(session, settings, self.switch)
        self.sequences = SequencePanel(session, settings, self.transmit.model, self.switch)
        self.fuzz = FuzzPanel(session, settings, self.transmit.model, self.transmit.table, self.switch)
        self.gauges = GaugesPanel(session, settings)
        self.statistics = StatisticsPanel(session, settings)
        self.plots = PlotDocks(session, settings, window)
        areas = Qt.DockWidgetArea
        self.docks = {
            "signals": self._add("signals", "Signals", areas.LeftDockWidgetArea, self.signals),
            "hosts": self._add("hosts", "Hosts", areas.LeftDockWidgetArea, self.hosts),
            "marks": self._add("marks", "Marks", areas.LeftDockWidgetArea, self.marks),
            "transmit": self._add("transmit", "Transmit", areas.BottomDockWidgetArea, self.transmit),
            "replay": self._add("replay", "Replay", areas.BottomDockWidgetArea, self.replay),
            "sequences": self._add("sequences", "Sequences", areas.BottomDockWidgetArea, self.sequences),
            "fuzz": self._add("fuzz", "Fuzz", areas.BottomDockWidgetArea, self.fuzz),
            "plot": self.plots.first,
            "gauges": self._add("gauges", "Gauges", areas.BottomDockWidgetArea, self.gauges),
            "statistics": self._add("statistics", "Statistics", areas.BottomDockWidgetArea, self.statistics),
        }
        self.browser = DatabaseBrowser(session, settings)
        self.browser_dock = self._add("databases", "Databases", areas.RightDockWidgetArea, self.browser)
        self._float_browser()
        window.setCorner(Qt.Corner.BottomLeftCorner, areas.LeftDockWidgetArea)
        window.addDockWidget(areas.BottomDockWidgetArea, self.plots.first)
        self.signals.plot_requested.connect(self.plots.plot_signal)
        self.signals.unplot_requested.connect(self.plots.remove_signal)
        self.plots.plotted_changed.connect(self.signals.set_plotted)
        self.signals.browse_requested.connect(self.show_browser)
        self.browser.plot_requested.connect(self.plots.plot_signal)
        self.gauges.plot_requested.connect(self.plots.plot_signal)
        self.signals.gauges_requested.connect(self.show_gauges)

    def _add(self, name: str, title: str, area: Qt.DockWidgetArea, panel: QWidget) -> QDockWidget:
        dock = QDockWidget(title, self._window)
        dock.setObjectName(name)
        dock.setWidget(panel)
        self._window.addDockWidget(area, dock)
        return dock

    def _float_browser(self) -> None:
        """A window of its own, closed until it is asked for."""
        self.browser_dock.hide()  # first, or its window would take the focus
        self.browser_dock.setFloating(True)
        self.browser_dock.resize(BROWSER_SIZE)

    def show_browser(self) -> None:
        """Show what the databases hold."""
        self.browser_dock.show()
        self.browser_dock.raise_()
        self.browser.search.setFocus()

    def show_gauges(self, names: list[str]) -> None:
        """Show the current values of signals."""
        self.gauges.add_signals(names)
        self.docks["gauges"].show()
        self.docks["gauges"].raise_()

    def arrange(self) -> None:
        """Put all docks where they belong and show them."""
        docks, window = self.docks, self._window
        self._float_browser()
        areas = Qt.DockWidgetArea
        for dock in docks.values():
            dock.setFloating(False)
            window.removeDockWidget(dock)  # tabs of an arrangement before this one would be left over
        for name in ("signals", "transmit"):
            area = areas.LeftDockWidgetArea if name == "signals" else areas.BottomDockWidgetArea
            window.addDockWidget(area, docks[name])
        window.splitDockWidget(docks["signals"], docks["hosts"], Qt.Orientation.Vertical)
        window.splitDockWidget(docks["transmit"], docks["plot"], Qt.Orientation.Horizontal)
        for first, *others in TABS:
            for other in others:
                window.tabifyDockWidget(docks[first], docks[other])
        placed = {"signals", *(name for names in TABS for name in names)}
        for name in docks.keys() - placed:
            window.tabifyDockWidget(docks["transmit"], docks[name])
        for dock in docks.values():
            dock.show()
        for first, *_others in TABS:
            docks[first].raise_()
        vertical, horizontal = Qt.Orientation.Vertical, Qt.Orientation.Horizontal
        size: QSize = window.size()
        window.resizeDocks([docks["signals"], docks["hosts"]], [3, 1], vertical)
        window.resizeDocks(
            [docks["signals"]], [SIDE_WIDTH if size.width() >= 1200 else SMALL_SIDE_WIDTH], horizontal
        )
        window.resizeDocks([docks["transmit"]], [min(BOTTOM_HEIGHT, size.height() * 36 // 100)], vertical)
        window.resizeDocks([docks["transmit"], docks["plot"]], [11, 9], horizontal)

    def place_new(self, state: QByteArray) -> None:
        """Put docks that a restored state does not know, for it is older, beside those of their place."""
        known = state.data()
        for first, *others in TABS:
            for name in others:
                if name.encode("utf-16-be") not in known:
                    self._window.tabifyDockWidget(self.docks[first], self.docks[name])
                    self.docks[first].raise_()

    def toggle_actions(self) -> list[QAction]:
        """One action for each dock that shows and hides it."""
        return [dock.toggleViewAction() for dock in (*self.docks.values(), self.browser_dock)]

    def end(self) -> None:
        """Let go of what a replay has read, and of what loads the plots."""
        self.replay.control.close()
        self.fuzz.control.end()
        self.plots.end()
