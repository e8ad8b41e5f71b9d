"""The docks around the trace: they are made, arranged and restored here."""

from __future__ import annotations

from PySide6.QtCore import QByteArray, QObject, QSize, Qt
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.ui.gateway.panel import GatewayPanel
from canmcast_gui.ui.panels.database_browser import DatabaseBrowser
from canmcast_gui.ui.panels.dock import PANELS, PanelDock
from canmcast_gui.ui.panels.gauges import GaugesPanel
from canmcast_gui.ui.panels.hosts import HostsPanel
from canmcast_gui.ui.panels.marks import MarksPanel
from canmcast_gui.ui.panels.signals import SignalsPanel
from canmcast_gui.ui.panels.statistics import StatisticsPanel
from canmcast_gui.ui.plot.docks import PlotDocks
from canmcast_gui.ui.trace.context import ViewContext
from canmcast_gui.ui.transmit.fuzz.panel import FuzzPanel
from canmcast_gui.ui.transmit.replay.panel import ReplayPanel
from canmcast_gui.ui.transmit.rows.panel import TransmitPanel
from canmcast_gui.ui.transmit.sequences.panel import SequencePanel
from canmcast_gui.ui.window.arrangement.layouts import STANDARD, Layout, Shares

BROWSER_SIZE = QSize(980, 620)

# Panels that share a group of tabs; the first one is in front.
TABS = (
    ("hosts", "marks"),
    ("transmit", "replay", "sequences", "fuzz", "gateway"),
    ("plot", "gauges", "statistics"),
)

_TITLES = {name: title for name, title, _keys in PANELS}


class Docks(QObject):
    """All panels and their docks."""

    def __init__(
        self, session: Session, settings: AppSettings, context: ViewContext, window: QMainWindow
    ) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._window = window
        self.shares = Shares(window)
        self.signals = SignalsPanel(session, settings)
        self.hosts = HostsPanel(session, settings, context.sources)
        self.marks = MarksPanel(context)
        session.transmit.use_settings(settings)
        self.transmit = TransmitPanel(session, settings, context.words)
        self.transmit.keys.set_window(window)
        self.replay = ReplayPanel(session, settings, context.words)
        self.sequences = SequencePanel(session)
        self.fuzz = FuzzPanel(session, settings, self.transmit.model, self.transmit.table, context.words)
        self.gateway = GatewayPanel(session, settings)
        self.gauges = GaugesPanel(session, settings)
        self.statistics = StatisticsPanel(session, settings)
        self.plots = PlotDocks(session, window)
        self.browser = DatabaseBrowser(session, settings)
        self.docks = self._make_docks()
        self.browser_dock = self._add("databases", Qt.DockWidgetArea.RightDockWidgetArea, self.browser)
        self._float_browser()
        self._set_first_focus()
        self._connect()

    def _make_docks(self) -> dict[str, PanelDock]:
        left, bottom = Qt.DockWidgetArea.LeftDockWidgetArea, Qt.DockWidgetArea.BottomDockWidgetArea
        docks = {
            "signals": self._add("signals", left, self.signals),
            "hosts": self._add("hosts", left, self.hosts),
            "marks": self._add("marks", left, self.marks),
            "transmit": self._add("transmit", bottom, self.transmit),
            "replay": self._add("replay", bottom, self.replay),
            "sequences": self._add("sequences", bottom, self.sequences),
            "fuzz": self._add("fuzz", bottom, self.fuzz),
            "gateway": self._add("gateway", bottom, self.gateway),
            "plot": self.plots.first,
            "gauges": self._add("gauges", bottom, self.gauges),
            "statistics": self._add("statistics", bottom, self.statistics),
        }
        self._window.setCorner(Qt.Corner.BottomLeftCorner, left)
        self._window.addDockWidget(bottom, self.plots.first)
        docks["gateway"].hide()  # also where a layout of an older version is restored
        return docks

    def _connect(self) -> None:
        signals, plots = self.signals, self.plots
        self.transmit.adding_rows.connect(self._show_transmit)
        signals.plot_requested.connect(plots.plot_signal)
        signals.unplot_requested.connect(plots.remove_signal)
        plots.plotted_changed.connect(signals.set_plotted)
        signals.browse_requested.connect(self.show_browser)
        signals.gauges_requested.connect(self.show_gauges)
        self.browser.plot_requested.connect(plots.plot_signal)

    def _add(self, name: str, area: Qt.DockWidgetArea, panel: QWidget) -> PanelDock:
        dock = PanelDock(name, _TITLES[name], self._window)
        dock.setWidget(panel)
        self._window.addDockWidget(area, dock)
        return dock

    def _set_first_focus(self) -> None:
        """Set the widgets that get the focus with their panels."""
        for name, widget in (
            ("signals", self.signals.search),
            ("transmit", self.transmit.table),
            ("sequences", self.sequences.editor),
            ("gateway", self.gateway.table),
            ("databases", self.browser.search),
        ):
            self.dock(name).first_focus = widget

    def _float_browser(self) -> None:
        """Make the database browser a closed, floating window."""
        self.browser_dock.hide()  # first, otherwise its window would take the focus
        self.browser_dock.setFloating(True)
        self.browser_dock.resize(BROWSER_SIZE)

    def sending_panels(
        self,
    ) -> tuple[TransmitPanel, ReplayPanel, SequencePanel, FuzzPanel, GatewayPanel]:
        """The panels that send."""
        return self.transmit, self.replay, self.sequences, self.fuzz, self.gateway

    def dock(self, name: str) -> PanelDock:
        """The dock of a permanent panel."""
        return self.browser_dock if name == self.browser_dock.objectName() else self.docks[name]

    def show_browser(self) -> None:
        """Show the database browser."""
        self.browser_dock.bring_forward()

    def show_database_problems(self) -> None:
        """Show the problems of the databases in the browser."""
        self.show_browser()
        self.browser.show_problems()

    def _show_transmit(self) -> None:
        if not self.docks["transmit"].is_in_front:
            self.docks["transmit"].bring_forward()

    def show_gauges(self, names: list[str]) -> None:
        """Add gauges for signals and show the panel."""
        self.gauges.add_signals(names)
        self.docks["gauges"].show()
        self.docks["gauges"].raise_()

    def arrange(self, layout: Layout = STANDARD) -> None:
        """Put all docks at their usual places, and open those of a layout."""
        docks, window = self.docks, self._window
        self._float_browser()
        areas = Qt.DockWidgetArea
        for dock in docks.values():
            dock.setFloating(False)
            window.removeDockWidget(dock)  # otherwise tabs of the previous layout would remain
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
        for name, dock in docks.items():
            dock.setVisible(name in layout.panels or name not in placed)
        for name in layout.front:
            docks[name].raise_()
        self._set_sizes(layout)

    def _set_sizes(self, layout: Layout) -> None:
        names = ("signals", "hosts", "transmit", "plot")
        parts = zip(names, (*layout.lines, *layout.columns), strict=True)
        self.shares.set(layout.side, layout.bottom, {self.docks[name]: float(part) for name, part in parts})

    def place_new(self, state: QByteArray) -> None:
        """Add docks that are missing in an older saved state to their groups of tabs."""
        known = state.data()
        for first, *others in TABS:
            for name in others:
                if name.encode("utf-16-be") not in known:
                    self._window.tabifyDockWidget(self.docks[first], self.docks[name])
                    self.docks[first].raise_()

    def panels(self) -> list[PanelDock]:
        """All panels in the order of the Window menu: the permanent ones, then further plots and views."""
        fixed = [self.dock(name) for name, _title, _keys in PANELS]
        found = set(self._window.findChildren(PanelDock)) - set(fixed)
        return [*fixed, *sorted(found, key=PanelDock.objectName)]

    def bring_next_forward(self, step: int) -> bool:
        """Bring the next (1) or previous (-1) open panel to the front; False where that is the trace."""
        docks = [dock for dock in self.panels() if not dock.isHidden()]
        focus = QApplication.focusWidget()
        focused = (n for n, dock in enumerate(docks) if focus is not None and dock.isAncestorOf(focus))
        number = (next(focused, len(docks)) + step) % (len(docks) + 1)
        if number < len(docks):
            docks[number].bring_forward()
        return number < len(docks)

    def panel_actions(self) -> list[QAction]:
        """The entries of the panels in the Window menu."""
        return [dock.action for dock in self.panels()]

    def end(self) -> None:
        """Stop reports of plots before the window deletes its docks."""
        self.plots.end()
