"""The panels around the trace: docks that move, close, come back, and stay as they were left."""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterable

from PySide6.QtCore import QObject, QSize, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QDockWidget, QLabel, QMainWindow, QWidget

from canmcast_gui.app.session import Session
from canmcast_gui.app.settings import AppSettings
from canmcast_gui.models.transmit_switch import TransmitSwitch
from canmcast_gui.ui.database_browser import DatabaseBrowser
from canmcast_gui.ui.hosts_panel import HostsPanel
from canmcast_gui.ui.signals_panel import SignalsPanel
from canmcast_gui.ui.trace_context import ViewContext
from canmcast_gui.ui.trace_marks import MarksPanel
from canmcast_gui.ui.transmit_panel import TransmitPanel
from canmcast_gui.ui.transmit_replay_panel import ReplayPanel

SIDE_WIDTH = 250
SMALL_SIDE_WIDTH = 196
BOTTOM_HEIGHT = 290
BROWSER_SIZE = QSize(980, 620)
END_SECONDS = 5.0

# While the plot's library is loaded, the window waits this long for the interpreter at each of its calls into
# Qt, instead of the usual 5 ms: else it stands still for as long as the loading takes.
LOADING_SWITCH_SECONDS = 0.0002


class Docks(QObject):
    """Signals, hosts, marks, transmit and plot.

    The plot's library is loaded beside the window, after its start.
    """

    _plot_loaded = Signal(str)

    def __init__(
        self, session: Session, settings: AppSettings, context: ViewContext, window: QMainWindow
    ) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._window = window
        self.signals = SignalsPanel(session, settings)
        self.hosts = HostsPanel(session, settings)
        self.marks = MarksPanel(context)
        self.switch = TransmitSwitch(self)
        self.transmit = TransmitPanel(session, settings, self.switch)
        self.replay = ReplayPanel(session, settings, self.switch)
        self.plot: QWidget | None = None
        self._wanted: list[str] = []
        self._loader: threading.Thread | None = None
        self._switch_interval = sys.getswitchinterval()
        self._plot_loaded.connect(self._make_plot)
        areas = Qt.DockWidgetArea
        self.docks = {
            "signals": self._add("signals", "Signals", areas.LeftDockWidgetArea, self.signals),
            "hosts": self._add("hosts", "Hosts", areas.LeftDockWidgetArea, self.hosts),
            "marks": self._add("marks", "Marks", areas.LeftDockWidgetArea, self.marks),
            "transmit": self._add("transmit", "Transmit", areas.BottomDockWidgetArea, self.transmit),
            "replay": self._add("replay", "Replay", areas.BottomDockWidgetArea, self.replay),
            "plot": self._add(
                "plot", "Plot", areas.BottomDockWidgetArea, _sentence("The plot is being loaded…")
            ),
        }
        self.browser = DatabaseBrowser(session, settings)
        self.browser_dock = self._add("databases", "Databases", areas.RightDockWidgetArea, self.browser)
        self._float_browser()
        window.setCorner(Qt.Corner.BottomLeftCorner, areas.LeftDockWidgetArea)
        self.signals.plot_requested.connect(self.plot_signal)
        self.signals.browse_requested.connect(self.show_browser)
        self.browser.plot_requested.connect(self.plot_signal)
        self.docks["plot"].visibilityChanged.connect(self._on_plot_visible)

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

    def arrange(self) -> None:
        """Put all docks where they belong and show them."""
        docks, window = self.docks, self._window
        self._float_browser()
        for name, dock in docks.items():
            left = name in ("signals", "hosts", "marks")
            area = Qt.DockWidgetArea
            dock.setFloating(False)
            window.addDockWidget(area.LeftDockWidgetArea if left else area.BottomDockWidgetArea, dock)
            dock.show()
        window.splitDockWidget(docks["signals"], docks["hosts"], Qt.Orientation.Vertical)
        window.tabifyDockWidget(docks["hosts"], docks["marks"])
        docks["hosts"].raise_()
        window.splitDockWidget(docks["transmit"], docks["plot"], Qt.Orientation.Horizontal)
        window.tabifyDockWidget(docks["transmit"], docks["replay"])
        docks["transmit"].raise_()
        vertical, horizontal = Qt.Orientation.Vertical, Qt.Orientation.Horizontal
        size: QSize = window.size()
        window.resizeDocks([docks["signals"], docks["hosts"]], [3, 1], vertical)
        window.resizeDocks(
            [docks["signals"]], [SIDE_WIDTH if size.width() >= 1200 else SMALL_SIDE_WIDTH], horizontal
        )
        window.resizeDocks([docks["transmit"]], [min(BOTTOM_HEIGHT, size.height() * 36 // 100)], vertical)
        window.resizeDocks([docks["transmit"], docks["plot"]], [11, 9], horizontal)

    def toggle_actions(self) -> list[QAction]:
        """One action for each dock that shows and hides it."""
        return [dock.toggleViewAction() for dock in (*self.docks.values(), self.browser_dock)]

    # -- the plot ----------------------------------------------------------------------------------------

    def load_plot(self) -> None:
        """Load the plot's library in a thread, for it takes a second; then make the panel."""
        if self.plot is None and self._loader is None:
            self._switch_interval = sys.getswitchinterval()
            sys.setswitchinterval(LOADING_SWITCH_SECONDS)
            self._loader = threading.Thread(target=self._import_plot, name="plot-library", daemon=True)
            self._loader.start()

    def _import_plot(self) -> None:
        problem = ""
        try:
            import canmcast_gui.ui.plot_panel  # noqa: F401  takes most of a second
        except ImportError as error:
            problem = str(error)
        self._plot_loaded.emit(problem)

    def _make_plot(self, problem: str) -> None:
        sys.setswitchinterval(self._switch_interval)
        if problem:
            self.docks["plot"].setWidget(_sentence(f"The plot cannot be shown: {problem}"))
            return
        from canmcast_gui.ui.plot_panel import PlotPanel

        self.plot = PlotPanel(self._session, self._settings)
        self.docks["plot"].setWidget(self.plot)
        self.plot.plotted_changed.connect(self.signals.set_plotted)
        self.signals.unplot_requested.connect(self.plot.remove_signal)
        for name in self._wanted:
            self.plot.add_signal(name)
        self._wanted.clear()

    def plot_signal(self, name: str) -> None:
        """Show "Message.Signal" in the plot."""
        self.docks["plot"].show()
        self.docks["plot"].raise_()
        if self.plot is not None:
            self.plot.add_signal(name)
            return
        self._wanted.append(name)
        self.load_plot()

    def plotted(self) -> list[str]:
        """What is in the plot, or will be once it is loaded."""
        return list(self._wanted) if self.plot is None else self.plot.signals()

    def plot_only(self, names: Iterable[str]) -> None:
        """Show these signals in the plot, and no others."""
        self._wanted.clear()
        if self.plot is not None:
            self.plot.clear()
        for name in names:
            self.plot_signal(name)

    def _on_plot_visible(self, visible: bool) -> None:
        if visible and self._window.isVisible():
            self.load_plot()

    def end(self) -> None:
        """Wait for the loading thread, if there is one, and let go of what a replay has read."""
        self.replay.control.close()
        if self._loader is not None:
            self._loader.join(END_SECONDS)


def _sentence(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label
