"""The commands that help: handbook, keyboard shortcuts, first steps, diagnosis of the bus, About."""

from __future__ import annotations

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QApplication, QMainWindow

from canmcast_gui.app.bus.diagnosis import BusDiagnosis
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.actions import connect
from canmcast_gui.ui.dialogs.diagnose import DiagnoseDialog
from canmcast_gui.ui.window.actions import WindowActions
from canmcast_gui.ui.window.bus import BusCommands
from canmcast_gui.ui.window.menus import show_about


class HelpCommands(QObject):
    """Shows dialogs and windows, which are imported on first use where they are large."""

    def __init__(
        self,
        session: Session,
        settings: AppSettings,
        bus: BusCommands,
        actions: WindowActions,
        window: QMainWindow,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._bus = bus
        self._window = window
        self._diagnosis = BusDiagnosis(session.tasks, session)
        for action, slot in (
            (actions.help, self.show_handbook),
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
        recent = self._settings.recent_buses.value
        settings = self._session.bus.settings or (recent[0] if recent else BusSettings())
        dialog = DiagnoseDialog(settings, self._diagnosis, self._window)
        dialog.connect_requested.connect(self._bus.connect_to)
        dialog.open()
