"""The commands that open a bus: the last one, the demonstration, or one that the user chooses."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.demo import DEMO_PLOT_SIGNALS
from canmcast_gui.transport.errors import BusError
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.connect.button import recent_buses
from canmcast_gui.ui.connect.dialog import ConnectDialog
from canmcast_gui.ui.plot.docks import PlotDocks


class BusCommands(QObject):
    """Opens buses for the session and keeps the list of recent ones."""

    def __init__(self, session: Session, settings: AppSettings, plots: PlotDocks, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._plots = plots
        self._window = window

    def start(self) -> None:
        """Open the last bus or restart the demonstration; if there is no last bus, ask for one."""
        if self._session.bus.is_demo_bus:
            self.start_demo()
            return
        recent = recent_buses(self._settings)
        if recent:
            self.connect_to(recent[0])
        else:
            self.ask()

    def start_demo(self, settings: BusSettings | None = None) -> None:
        """Start the demonstration bus and plot some of its signals."""
        self._session.start_demo(settings)
        for name in DEMO_PLOT_SIGNALS:
            self._plots.plot_signal(name)

    def connect_to(self, settings: BusSettings) -> None:
        """Open a bus and add it to the recent ones."""
        try:
            settings = settings.validated()
        except BusError as error:
            self._session.messages.error(str(error), "bus")
            return
        self._settings.add_recent(self._settings.recent_buses, settings.to_dict())
        self._session.bus.open(settings)

    def ask(self) -> None:
        """Ask which bus to open."""
        recent = recent_buses(self._settings)
        dialog = ConnectDialog(recent[0] if recent else BusSettings(), self._window)
        dialog.chosen.connect(self.connect_to)
        dialog.open()
