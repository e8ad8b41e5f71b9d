"""Plots in docks. pyqtgraph is loaded after the start of the window, without blocking it."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QWidget
from shiboken6 import isValid

from canmcast_gui.app.session import Session
from canmcast_gui.app.workspace.view_setups import MOST_PLOTS, PlotSetup, PlotStyle
from canmcast_gui.ui.panels.dock import PanelDock
from canmcast_gui.ui.sliced_import import SlicedImport

if TYPE_CHECKING:
    from canmcast_gui.ui.plot.panel import PlotPanel

FIRST = "plot"

# Loaded after the window is shown: it takes most of a second, and no other part of the program needs it.
PANEL, LIBRARY = "canmcast_gui.ui.plot.panel", ("canmcast_gui.ui.plot.", "pyqtgraph")


class PlotDocks(QObject):
    """Opens and closes plots. The current plot is the one that had the focus last.

    The first plot always exists; others are deleted when they are closed. ``plotted_changed`` carries the
    names of all signals in all plots, ``time_clicked`` the time of a click that moves a cursor, in seconds
    since the recording's start. While ``link_action`` is checked, all plots show the same time and have the
    same cursors.
    """

    plotted_changed = Signal(list)
    time_clicked = Signal(float)

    def __init__(self, session: Session, window: QMainWindow) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self.docks: dict[str, PanelDock] = {}
        self._pending_setups: dict[str, PlotSetup] = {}
        self._current = FIRST
        self._is_loaded = self._is_ending = self._is_linking = False
        self._loader: SlicedImport | None = None
        self.link_action = QAction("&Link time and cursors of all plots", self)
        self.link_action.setCheckable(True)
        self.link_action.setChecked(True)
        self.first = self._add_dock(PlotSetup())
        self.first.visibilityChanged.connect(self._on_visible)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus)

    # -- plots and setups --------------------------------------------------------------------------------

    @property
    def panels(self) -> dict[str, PlotPanel]:
        """The plots by the names of their docks; none before pyqtgraph is loaded."""
        return {name: dock.widget() for name, dock in self.docks.items()} if self._is_loaded else {}

    @property
    def current(self) -> PlotPanel | None:
        """The plot that had the focus last, else the first one."""
        return self.panels.get(self._current) or self.panels.get(FIRST)

    def setups(self) -> list[PlotSetup]:
        """The setups of all plots; before pyqtgraph is loaded, those that will be applied."""
        if not self._is_loaded:
            return list(self._pending_setups.values())
        return [
            replace(panel.setup(), name="" if name == FIRST else name) for name, panel in self.panels.items()
        ]

    def plotted(self) -> list[str]:
        """The names of all signals in all plots."""
        return list(dict.fromkeys(name for setup in self.setups() for name, _ in setup.signals))

    # -- opening and closing -----------------------------------------------------------------------------

    def open_new(self) -> None:
        """Open another, empty plot."""
        name = self._free_name()
        self.open(PlotSetup(name=name))
        if name in self.docks:
            self.docks[name].bring_forward()

    def open(self, setup: PlotSetup) -> None:
        """Open a plot under the name of its setup; send a message if there are too many."""
        if len(self.docks) >= MOST_PLOTS:
            self._session.message.emit("info", f"{MOST_PLOTS} plots are open. Close one first.")
            return
        if not setup.name or setup.name in self.docks:
            setup = replace(setup, name=self._free_name())
        dock = self._add_dock(setup)
        dock.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dock.destroyed.connect(partial(self._on_destroyed, setup.name))
        self._add_beside_first(dock)
        self._current = setup.name
        self.load()

    def _add_beside_first(self, dock: PanelDock) -> None:
        """Add a dock below the first plot, or as another tab if that is in a group of tabs.

        Qt would split the tab and not the group, and both plots would leave the group.
        """
        if self._window.tabifiedDockWidgets(self.first):
            self._window.tabifyDockWidget(self.first, dock)
        else:
            self._window.splitDockWidget(self.first, dock, Qt.Orientation.Vertical)

    def apply_setups(self, setups: Iterable[PlotSetup]) -> None:
        """Open the plots of these setups, and close all others."""
        self.close_others()
        self._apply_setup(FIRST, PlotSetup())
        for setup in setups:
            if setup.name:
                self.open(setup)
            else:
                self._apply_setup(FIRST, setup)
                if setup.signals:
                    self.first.show()
                    self.load()

    def close_others(self) -> None:
        """Close all plots except the first."""
        for name in [name for name in self.docks if name != FIRST]:
            self.docks.pop(name).close()

    def plot_signal(self, signal: str) -> None:
        """Add "Message.Signal" to the current plot."""
        name = self._current if self._current in self.docks else FIRST
        self.docks[name].show()
        self.docks[name].raise_()
        panel = self.panels.get(name)
        if panel is not None:
            panel.signals.add(signal)
            return
        pending = self._pending_setups[name]
        self._pending_setups[name] = replace(pending, signals=(*pending.signals, (signal, PlotStyle())))
        self.load()

    def remove_signal(self, signal: str) -> None:
        """Remove a signal from all plots."""
        for panel in self.panels.values():
            panel.signals.remove(signal)

    def _add_dock(self, setup: PlotSetup) -> PanelDock:
        name = setup.name or FIRST
        title = "Plot" if name == FIRST else f"Plot {name.rpartition('-')[2]}"
        dock = PanelDock(name, title, self._window)
        self.docks[name] = dock
        self._pending_setups[name] = setup
        if self._is_loaded:
            self._make_panel(name)
        else:
            dock.setWidget(_centered_label("The plot is being loaded…"))
        return dock

    def _apply_setup(self, name: str, setup: PlotSetup) -> None:
        panel = self.panels.get(name)
        if panel is None:
            self._pending_setups[name] = setup
        else:
            panel.apply_setup(setup)

    def _free_name(self) -> str:
        return next(f"plot-{n}" for n in range(2, MOST_PLOTS + 3) if f"plot-{n}" not in self.docks)

    def _on_destroyed(self, name: str, _object: QObject | None = None) -> None:
        """Remove a dock, unless its name belongs to a new one."""
        if self._is_ending:
            return
        if name not in self.docks or not isValid(self.docks[name]):
            self.docks.pop(name, None)
            self._emit_plotted()

    # -- loading pyqtgraph -------------------------------------------------------------------------------

    def load(self) -> None:
        """Load pyqtgraph in slices of time, because that takes a second; then make the panels."""
        if not self._is_loaded and self._loader is None:
            self._loader = SlicedImport(PANEL, LIBRARY, self)
            self._loader.ended.connect(self._on_loaded)
            self._loader.start()

    def _on_loaded(self, problem: str) -> None:
        if self._is_ending:
            return
        if problem:
            for dock in self.docks.values():
                dock.setWidget(_centered_label(f"The plot cannot be shown: {problem}"))
            return
        for name in self.docks:
            self._make_panel(name)
        self._is_loaded = True
        self._emit_plotted()

    def _make_panel(self, name: str) -> None:
        from canmcast_gui.ui.plot.panel import PlotPanel

        panel, dock = PlotPanel(self._session), self.docks[name]
        has_focus = dock.isAncestorOf(QApplication.focusWidget() or self._window)
        dock.setWidget(panel)
        dock.first_focus = panel.view
        if has_focus:
            dock.bring_forward()
        panel.apply_setup(self._pending_setups.pop(name))
        panel.signals.names_changed.connect(self._emit_plotted)
        panel.time.clicked.connect(self.time_clicked)
        panel.time.changed.connect(partial(self._link_span, panel))
        panel.cursors.moved.connect(partial(self._link_cursors, panel))

    def _emit_plotted(self) -> None:
        if self._is_loaded:
            self.plotted_changed.emit(self.plotted())

    def _on_visible(self, visible: bool) -> None:
        if visible and self._window.isVisible():
            self.load()

    # -- linked plots ------------------------------------------------------------------------------------

    def _linked(self, panel: PlotPanel) -> Iterator[PlotPanel]:
        """The plots that are linked with a panel; none while these are updated."""
        if self.link_action.isChecked() and not self._is_linking:
            self._is_linking = True
            yield from (other for other in self.panels.values() if other is not panel)
            self._is_linking = False

    def _link_span(self, panel: PlotPanel) -> None:
        for other in self._linked(panel):
            other.time.copy_span(panel.span)

    def _link_cursors(self, panel: PlotPanel) -> None:
        for other in self._linked(panel):
            other.cursors.copy_times(panel.cursors.seconds)

    def show_time(self, second: float) -> None:
        """Move cursor A of the current plot to a time and make that visible, if the cursor is shown."""
        if self.current is not None and self.current.cursors.seconds[0] is not None:
            self.current.time.show_time(second)

    def _on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        for name, dock in self.docks.items():
            if new is not None and dock.isAncestorOf(new):
                self._current = name

    def end(self) -> None:
        """Make no further plots, and finish loading."""
        self._is_ending = True
        if self._loader is not None:
            self._loader.finish()


def _centered_label(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label
