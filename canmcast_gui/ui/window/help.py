"""The commands that help: handbook, keyboard shortcuts, first steps, diagnosis of the bus, About."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QApplication, QMainWindow, QWidget

from canmcast_gui.app.program.settings import AppSettings, Setting
from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.panels.dock import PanelDock
from canmcast_gui.ui.trace.panel import TracePanel
from canmcast_gui.ui.window.actions import WindowActions
from canmcast_gui.ui.window.bus import BusCommands
from canmcast_gui.ui.window.menus import show_about

if TYPE_CHECKING:
    from canmcast_gui.app.bus.diagnosis import BusDiagnosis
    from canmcast_gui.ui.dialogs.tour import Hint, Tour

TOUR_SEEN = Setting("window/tour_seen", bool, False)
# The first frames, values and curves are there by then.
TOUR_DELAY_MS = 1500


@dataclass(frozen=True)
class Places:
    """The parts of the window that the tour points at."""

    trace: TracePanel
    signals: PanelDock
    switch: QWidget
    connection: QWidget


class HelpCommands(QObject):
    """Shows dialogs and windows, which are imported on first use where they are large."""

    def __init__(
        self,
        session: Session,
        settings: AppSettings,
        actions: WindowActions,
        bus: BusCommands,
        places: Places,
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._window = window
        self._bus = bus
        self._places = places
        self._diagnosis: BusDiagnosis | None = None
        self._seen = settings.field(TOUR_SEEN)
        self._delay = QTimer(self)
        self._delay.setSingleShot(True)
        self._delay.setInterval(TOUR_DELAY_MS)
        self._delay.timeout.connect(self._on_delay)
        self.tour: Tour | None = None
        for action, slot in (
            (actions.help, self.show_handbook),
            (actions.tour, self.start_tour),
            (actions.shortcuts, self.show_shortcuts),
            (actions.diagnose, self.diagnose),
            (actions.about, lambda: show_about(window)),
        ):
            connect(action.triggered, slot)

    def show_handbook(self) -> None:
        """Show the handbook at the page for the focused widget."""
        from canmcast_gui.ui.handbook.window import page_for, show_handbook

        show_handbook(page_for(QApplication.focusWidget()), self._settings, self._window)

    def show_shortcuts(self) -> None:
        """Show the list of all keys."""
        from canmcast_gui.ui.dialogs.shortcuts import ShortcutsDialog, keys_of

        ShortcutsDialog(keys_of(self._window), self._window).open()

    def diagnose(self) -> None:
        """Examine the open bus, else the last one."""
        from canmcast_gui.app.bus.diagnosis import BusDiagnosis
        from canmcast_gui.ui.dialogs.diagnose import DiagnoseDialog

        if self._diagnosis is None:
            self._diagnosis = BusDiagnosis(self._session.tasks, self._session)
        recent = self._settings.recent_buses.value
        measurement = self._session.bus.settings or (recent[0] if recent else None)
        settings = (measurement.multicast if measurement else None) or BusSettings()
        dialog = DiagnoseDialog(settings, self._diagnosis, self._window)
        dialog.connect_requested.connect(lambda bus: self._bus.connect_to(Measurement.of_bus(bus)))
        dialog.open()

    # -- first steps --------------------------------------------------------------------------------------

    def offer_tour(self) -> None:
        """Show the tour with the first demonstration, unless the user has ended it once."""
        if not self._seen.value:
            self._session.state_changed.connect(self._on_state)
            self._on_state()

    def _on_state(self) -> None:
        is_demo = self._session.bus.is_demo and self._session.state is SessionState.LIVE
        if is_demo and not self._seen.value and self.tour is None:
            self._delay.start()

    def _on_delay(self) -> None:
        if self.tour is None:
            self._show_tour(with_focus=False)

    def start_tour(self) -> None:
        """Show the tour, on the demonstration if the window is empty."""
        if self._places.trace.is_empty:
            self._bus.start_demo()
        self._show_tour(with_focus=True)

    def _show_tour(self, with_focus: bool) -> None:
        from canmcast_gui.ui.dialogs.tour import Tour

        if self.tour is not None:
            self.tour.deleteLater()
        self.tour = Tour(self._hints(), self._window)
        self.tour.ended.connect(lambda: self._seen.set(True))
        self.tour.start(with_focus)

    def _hints(self) -> list[Hint]:
        from canmcast_gui.ui.dialogs.tour import Hint

        places = self._places
        return [
            Hint(
                "The trace",
                "Each row is one ID with its newest data; changed bytes are marked. Press Right to see the "
                "signals of a row. Chronological shows all frames in order of time.",
                lambda: places.trace,
            ),
            Hint(
                "Find what matters",
                "Type part of a name, an id, or a condition such as EngineSpeed > 2000. A right click on a "
                "row offers filters, too.",
                lambda: places.trace.filter_box,
            ),
            Hint(
                "Signals and plots",
                "Tick a signal to plot it. C and Shift+C in the plot measure with cursors.",
                lambda: places.signals,
                places.signals.show_in_front,
            ),
            Hint(
                "Send frames",
                "This switch says whether frames are sent, and how far they go. Add rows in the panel "
                "Transmit (Alt+4), or from a right click in the trace.",
                lambda: places.switch,
            ),
            Hint(
                "Your own bus",
                "This button connects to another bus. Record (Ctrl+R) writes a log file. F1 explains the "
                "panel where you are.",
                lambda: places.connection,
            ),
        ]
