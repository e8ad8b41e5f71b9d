"""The plots, each in a dock of its own; their library is loaded beside the window, after its start."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QApplication, QLabel, QMainWindow, QWidget
from shiboken6 import isValid

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.app.workspace.view_setups import MOST_PLOTS, PlotSetup, PlotStyle
from canmcast_gui.ui.panels.dock import PanelDock
from canmcast_gui.ui.sliced_import import SlicedImport

if TYPE_CHECKING:
    from canmcast_gui.ui.plot.panel import PlotPanel

FIRST = "plot"

# What is loaded after the first picture: it takes most of a second, and nobody else needs it.
PANEL, LIBRARY = "canmcast_gui.ui.plot.panel", ("canmcast_gui.ui.plot.", "pyqtgraph")


class PlotDocks(QObject):
    """Opens and closes plots, and knows which one the user works in.

    The first plot always is there; others are gone when they are closed. ``plotted_changed`` carries the
    names of all signals in all plots, ``time_chosen`` a time in a plot that the user points at, in seconds
    since the recording's start. Where ``link_action`` is on, all plots show the same time and have the same
    cursors.
    """

    plotted_changed = Signal(list)
    time_chosen = Signal(float)

    def __init__(self, session: Session, settings: AppSettings, window: QMainWindow) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._window = window
        self.docks: dict[str, PanelDock] = {}
        self._wanted: dict[str, PlotSetup] = {}
        self._current = FIRST
        self._is_loaded = self._ending = self._is_linking = False
        self._loader: SlicedImport | None = None
        self.link_action = QAction("&Link time and cursors of all plots", self)
        self.link_action.setCheckable(True)
        self.link_action.setChecked(True)
        self.first = self._add_dock(PlotSetup())
        self.first.visibilityChanged.connect(self._on_visible)
        app = QApplication.instance()
        assert isinstance(app, QApplication)
        app.focusChanged.connect(self._on_focus)

    # -- what there is -----------------------------------------------------------------------------------

    @property
    def panels(self) -> dict[str, PlotPanel]:
        """The plots that are there, by the names of their docks; none before the library is loaded."""
        return {name: dock.widget() for name, dock in self.docks.items()} if self._is_loaded else {}

    @property
    def current(self) -> PlotPanel | None:
        """The plot that the user worked in last, else the first one."""
        return self.panels.get(self._current) or self.panels.get(FIRST)

    def setups(self) -> list[PlotSetup]:
        """All plots as they are set up, or will be once they are loaded."""
        if not self._is_loaded:
            return list(self._wanted.values())
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
        """Open a plot as it is set up, under its name; nothing but a message where there are too many."""
        if len(self.docks) >= MOST_PLOTS:
            self._session.message.emit("info", f"There are {MOST_PLOTS} plots open; close one first.")
            return
        if not setup.name or setup.name in self.docks:
            setup = replace(setup, name=self._free_name())
        dock = self._add_dock(setup)
        dock.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dock.destroyed.connect(partial(self._on_destroyed, setup.name))
        self._put_beside_first(dock)
        self._current = setup.name
        self.load()

    def _put_beside_first(self, dock: PanelDock) -> None:
        """Below the first plot; behind it where that shares its place with other panels.

        There Qt would split the tab instead of the place, and both plots would be in none of them.
        """
        if self._window.tabifiedDockWidgets(self.first):
            self._window.tabifyDockWidget(self.first, dock)
        else:
            self._window.splitDockWidget(self.first, dock, Qt.Orientation.Vertical)

    def set_up(self, setups: Iterable[PlotSetup]) -> None:
        """Have these plots and no others."""
        self.close_others()
        self._set_up(FIRST, PlotSetup())
        for setup in setups:
            if setup.name:
                self.open(setup)
            else:
                self._set_up(FIRST, setup)
                if setup.signals:
                    self.first.show()
                    self.load()

    def close_others(self) -> None:
        """Close all plots but the first."""
        for name in [name for name in self.docks if name != FIRST]:
            self.docks.pop(name).close()

    def plot_signal(self, name: str) -> None:
        """Show "Message.Signal" in the plot that the user works in."""
        place = self._current if self._current in self.docks else FIRST
        self.docks[place].show()
        self.docks[place].raise_()
        panel = self.panels.get(place)
        if panel is not None:
            panel.add_signal(name)
            return
        wanted = self._wanted[place]
        self._wanted[place] = replace(wanted, signals=(*wanted.signals, (name, PlotStyle())))
        self.load()

    def remove_signal(self, name: str) -> None:
        """Have a signal in no plot."""
        for panel in self.panels.values():
            panel.remove_signal(name)

    def _add_dock(self, setup: PlotSetup) -> PanelDock:
        name = setup.name or FIRST
        title = "Plot" if name == FIRST else f"Plot {name.rpartition('-')[2]}"
        dock = PanelDock(name, title, self._window)
        self.docks[name] = dock
        self._wanted[name] = setup
        if self._is_loaded:
            self._make_panel(name)
        else:
            dock.setWidget(_sentence("The plot is being loaded…"))
        return dock

    def _set_up(self, name: str, setup: PlotSetup) -> None:
        panel = self.panels.get(name)
        if panel is None:
            self._wanted[name] = setup
        else:
            panel.set_up(setup)

    def _free_name(self) -> str:
        return next(f"plot-{n}" for n in range(2, MOST_PLOTS + 3) if f"plot-{n}" not in self.docks)

    def _on_destroyed(self, name: str, _gone: QObject | None = None) -> None:
        """Forget it, unless another one has its name by now."""
        if self._ending:
            return
        if name not in self.docks or not isValid(self.docks[name]):
            self.docks.pop(name, None)
            self._tell_plotted()

    # -- the library -------------------------------------------------------------------------------------

    def load(self) -> None:
        """Load the plot's library while the window lives, for it takes a second; then make the panels."""
        if not self._is_loaded and self._loader is None:
            self._loader = SlicedImport(PANEL, LIBRARY, self)
            self._loader.ended.connect(self._on_loaded)
            self._loader.start()

    def _on_loaded(self, problem: str) -> None:
        if self._ending:
            return
        if problem:
            for dock in self.docks.values():
                dock.setWidget(_sentence(f"The plot cannot be shown: {problem}"))
            return
        for name in self.docks:
            self._make_panel(name)
        self._is_loaded = True
        self._tell_plotted()

    def _make_panel(self, name: str) -> None:
        from canmcast_gui.ui.plot.panel import PlotPanel

        panel, dock = PlotPanel(self._session, self._settings), self.docks[name]
        is_waited_for = dock.isAncestorOf(QApplication.focusWidget() or self._window)
        dock.setWidget(panel)
        dock.first_focus = panel.view
        if is_waited_for:
            dock.bring_forward()
        panel.set_up(self._wanted.pop(name))
        panel.plotted_changed.connect(self._tell_plotted)
        panel.time_chosen.connect(self.time_chosen)
        panel.span_changed.connect(partial(self._link_span, panel))
        panel.cursors.moved.connect(partial(self._link_cursors, panel))

    def _tell_plotted(self) -> None:
        if self._is_loaded:
            self.plotted_changed.emit(self.plotted())

    def _on_visible(self, visible: bool) -> None:
        if visible and self._window.isVisible():
            self.load()

    # -- together ----------------------------------------------------------------------------------------

    def _others(self, panel: PlotPanel) -> Iterator[PlotPanel]:
        """The plots that do as this one does; none while they are being told."""
        if self.link_action.isChecked() and not self._is_linking:
            self._is_linking = True
            yield from (other for other in self.panels.values() if other is not panel)
            self._is_linking = False

    def _link_span(self, panel: PlotPanel) -> None:
        for other in self._others(panel):
            other.time.adopt(panel.span)

    def _link_cursors(self, panel: PlotPanel) -> None:
        for other in self._others(panel):
            other.cursors.adopt(panel.cursors.seconds)

    def follow_time(self, second: float) -> None:
        """Put cursor A of the current plot, where it is shown, at a time, and bring it into view."""
        if self.current is not None and self.current.cursors.seconds[0] is not None:
            self.current.time.show_time(second)

    def _on_focus(self, _old: QWidget | None, new: QWidget | None) -> None:
        for name, dock in self.docks.items():
            if new is not None and dock.isAncestorOf(new):
                self._current = name

    def end(self) -> None:
        """Make no more plots, and let what is being loaded come to its end."""
        self._ending = True
        if self._loader is not None:
            self._loader.finish()


def _sentence(text: str) -> QLabel:
    label = QLabel(text)
    label.setWordWrap(True)
    label.setAlignment(Qt.AlignmentFlag.AlignCenter)
    return label
