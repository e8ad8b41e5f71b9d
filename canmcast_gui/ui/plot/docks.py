"""Plots in docks."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QMainWindow, QMenu, QWidget
from shiboken6 import isValid

from canmcast_gui.app.session import Session
from canmcast_gui.app.workspace.view_setups import MAX_PLOTS, PlotSetup
from canmcast_gui.ui.actions import new_action
from canmcast_gui.ui.panels.dock import PanelDock
from canmcast_gui.ui.plot.panel import PlotPanel

FIRST = "plot"


class PlotDock(PanelDock):
    """A dock with a plot."""

    def __init__(self, name: str, panel: PlotPanel, window: QMainWindow) -> None:
        title = "Plot" if name == FIRST else f"Plot {name.rpartition('-')[2]}"
        super().__init__(name, title, window)
        self.panel = panel
        self.setWidget(panel)
        self.first_focus = panel.picture


class PlotDocks(QObject):
    """Opens and closes plots. The current plot is the one that had the focus last.

    The first plot always exists; others are deleted when they are closed. ``plotted_changed`` carries the
    names of all signals in all plots, ``time_clicked`` the time of a click that moves a cursor, in seconds
    since the recording's start; ``compare_requested`` asks for a log file to compare with, ``opened`` carries
    a new plot, ``exported`` the message of an export and the path of the file. While
    ``link_action`` is checked, all plots show the same time and have the same cursors.
    """

    plotted_changed = Signal(list)
    time_clicked = Signal(float)
    compare_requested = Signal()
    opened = Signal(PlotPanel)
    exported = Signal(str, Path)
    files_dropped = Signal(list)

    def __init__(self, session: Session, window: QMainWindow) -> None:
        super().__init__(window)
        self._session = session
        self._window = window
        self.docks: dict[str, PlotDock] = {}
        self._current = FIRST
        self._is_ending = self._is_linking = False
        self._in_menu: list[QAction] = []
        self.link_action = new_action(self, "&Link time and cursors of all plots", checkable=True)
        self.link_action.setChecked(True)
        self.first = self._add_dock(FIRST)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus)

    # -- plots and setups --------------------------------------------------------------------------------

    @property
    def panels(self) -> dict[str, PlotPanel]:
        """The plots by the names of their docks."""
        return {name: dock.panel for name, dock in self.docks.items()}

    @property
    def current(self) -> PlotPanel:
        """The plot that had the focus last, else the first one."""
        return self._current_dock.panel

    @property
    def _current_dock(self) -> PlotDock:
        return self.docks.get(self._current, self.first)

    def setups(self) -> list[PlotSetup]:
        """The setups of all plots."""
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
        if len(self.docks) >= MAX_PLOTS:
            self._session.messages.info(f"{MAX_PLOTS} plots are open. Close one first.")
            return
        if not setup.name or setup.name in self.docks:
            setup = replace(setup, name=self._free_name())
        dock = self._add_dock(setup.name)
        dock.panel.apply_setup(setup)
        dock.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dock.destroyed.connect(partial(self._on_destroyed, setup.name))
        self._add_beside_first(dock)
        self._current = setup.name

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
        self.first.panel.apply_setup(PlotSetup())
        for setup in setups:
            if setup.name:
                self.open(setup)
            else:
                self.first.panel.apply_setup(setup)
                if setup.signals:
                    self.first.show()

    def close_others(self) -> None:
        """Close all plots except the first."""
        for name in [name for name in self.docks if name != FIRST]:
            self.docks.pop(name).close()

    def plot_signal(self, signal: str) -> None:
        """Add "Message.Signal" to the current plot."""
        dock = self._current_dock
        dock.show()
        dock.raise_()
        dock.panel.signals.add(signal)

    def remove_signal(self, signal: str) -> None:
        """Remove a signal from all plots."""
        for panel in self.panels.values():
            panel.signals.remove(signal)

    def _add_dock(self, name: str) -> PlotDock:
        panel = PlotPanel(self._session)
        panel.signals.names_changed.connect(self._emit_plotted)
        panel.time.clicked.connect(self.time_clicked)
        panel.row_requested.connect(self.time_clicked)
        panel.compare_requested.connect(self.compare_requested)
        panel.files_dropped.connect(self.files_dropped)
        panel.exporter.exported.connect(self.exported)
        panel.time.changed.connect(partial(self._link_span, panel))
        panel.cursors.moved.connect(partial(self._link_cursors, panel))
        dock = self.docks[name] = PlotDock(name, panel, self._window)
        self.opened.emit(panel)
        return dock

    def _free_name(self) -> str:
        return next(f"plot-{n}" for n in range(2, MAX_PLOTS + 3) if f"plot-{n}" not in self.docks)

    def _on_destroyed(self, name: str, _object: QObject | None = None) -> None:
        """Remove a dock, unless its name belongs to a new one."""
        if self._is_ending:
            return
        if name not in self.docks or not isValid(self.docks[name]):
            self.docks.pop(name, None)
            self._emit_plotted()

    def _emit_plotted(self) -> None:
        self.plotted_changed.emit(self.plotted())

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

    def fill_menu(self, menu: QMenu, before: QAction) -> None:
        """Show the actions of the current plot in a menu, before an action of it."""
        for action in self._in_menu:
            menu.removeAction(action)
        panel = self.current
        self._in_menu = []
        for group in panel.actions_.groups:
            line = QAction(menu)
            line.setSeparator(True)
            self._in_menu += [line, *(action for action in group if action is not panel.actions_.compare)]
        menu.insertActions(before, self._in_menu)

    def show_time(self, second: float) -> None:
        """Move cursor A of the current plot to a time and make that visible, if the cursor is shown."""
        if self.current.cursors.seconds[0] is not None:
            self.current.time.show_time(second)

    def _on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        for name, dock in self.docks.items():
            if new is not None and dock.isAncestorOf(new):
                self._current = name

    def end(self) -> None:
        """Report no changes while the window deletes its docks."""
        self._is_ending = True
