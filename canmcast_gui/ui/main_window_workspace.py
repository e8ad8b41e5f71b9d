"""Workspaces: what a user set up, saved to a file and brought back."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from canmcast_gui.app.session import Session
from canmcast_gui.app.workspace import Workspace, WorkspaceError, load_workspace, save_workspace
from canmcast_gui.database import Scope
from canmcast_gui.ui.main_window_docks import Docks
from canmcast_gui.ui.main_window_files import FileFlows
from canmcast_gui.ui.trace_docks import ViewDocks

FILTER = "Workspaces (*.canmcast);;All files (*)"


class WorkspaceFlows(QObject):
    """Asks for workspaces, gathers what they hold, and spreads it. Transmit rows come back disarmed."""

    def __init__(self, session: Session, docks: Docks, views: ViewDocks, files: FileFlows) -> None:
        super().__init__(files)
        self._session = session
        self._docks = docks
        self._views = views
        self._files = files

    def ask_open(self) -> None:
        """Ask for a workspace and use it."""
        self._files.dialog("Open a workspace", FILTER, self.open)

    def ask_save(self) -> None:
        """Ask for a file and save what is set up."""
        self._files.dialog("Save the workspace", FILTER, self.save, save_as="workspace")

    def open(self, path: str | Path) -> None:
        """Use a workspace in place of what is set up; its bus is gone on at once."""
        try:
            workspace = load_workspace(Path(path))
        except WorkspaceError as error:
            self._session.message.emit("error", str(error))
            return
        for database in list(self._session.databases):
            if database.path not in workspace.databases:
                self._session.remove_database(database.path)
        for file in workspace.databases:
            self._session.set_database_scope(file, workspace.database_scopes.get(file, Scope()))
            self._session.load_database(file)
        self._docks.switch.set(False)
        self._docks.transmit.set_rows(list(workspace.transmit_rows))
        self._docks.sequences.set_sequences(list(workspace.sequences))
        self._docks.plots.set_up(workspace.plots)
        self._docks.gauges.set_signals(workspace.gauges)
        if workspace.views is not None:
            self._views.set_up(workspace.views)
        if workspace.bus is not None:
            self._session.connect_bus(workspace.bus)

    def save(self, path: str | Path) -> None:
        """Save what is set up."""
        databases = self._session.databases
        workspace = Workspace(
            bus=None if self._session.is_demo else self._session.bus_settings,
            databases=tuple(database.path for database in databases),
            database_scopes={one.path: databases.scope(one.path) for one in databases},
            plots=tuple(self._docks.plots.setups()),
            gauges=tuple(self._docks.gauges.signals()),
            transmit_rows=tuple(row.to_dict() for row in self._docks.transmit.model.rows),
            sequences=tuple(self._docks.sequences.sequences()),
            views=tuple(self._views.setups()),
        )
        try:
            save_workspace(Path(path), workspace)
        except WorkspaceError as error:
            self._session.message.emit("error", str(error))
        else:
            self._session.message.emit("info", f"The workspace was saved to {path}.")
