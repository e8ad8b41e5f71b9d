"""The parts of a workspace that the session has: bus, rates, databases, transmit rows, sequences, colors."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from PySide6.QtCore import QObject

from canmcast_gui.app.bus.control import BusControl, BusState
from canmcast_gui.app.document.databases import Databases
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.transmit.transmit_control import RATE_LIMIT, TransmitControl
from canmcast_gui.app.workspace.view_setups import COLOR_RULES
from canmcast_gui.app.workspace.workspace import Workspace
from canmcast_gui.channels.measurement import Measurement
from canmcast_gui.database import Scope


class WorkspaceContents(QObject):
    """``bus`` is the bus that was opened last, or that of the workspace, open or not.

    Databases that are still being loaded or cannot be loaded stay part of the workspace: the drive with them
    may be there at the next start.
    """

    def __init__(
        self, bus: BusControl, databases: Databases, transmit: TransmitControl, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.bus: Measurement | None = None
        self.settings: AppSettings | None = None
        self._bus = bus
        self._databases = databases
        self._transmit = transmit
        self._wanted: tuple[Path, ...] = ()
        self._pending: dict[Path, Scope] = {}
        bus.state_changed.connect(self._on_bus_state)
        databases.changed.connect(self._on_databases)

    def _on_bus_state(self) -> None:
        if self._bus.state is BusState.LIVE and not self._bus.is_demo_bus:
            self.bus = self._bus.settings

    def _on_databases(self) -> None:
        for database in self._databases.loaded:
            self._pending.pop(database.path, None)

    def collect(self) -> Workspace:
        """These parts as they are now."""
        assert self.settings is not None
        loaded = self._databases.loaded
        scopes = {database.path: loaded.scope(database.path) for database in loaded} | self._pending
        return Workspace(
            bus=self.bus,
            bitrate=self.settings.bitrate.value,
            data_bitrate=self.settings.data_bitrate.value,
            rate_limit=self.settings.field(RATE_LIMIT).value,
            databases=self._database_paths(),
            database_scopes={path: scope for path, scope in scopes.items() if not scope.is_everything},
            transmit_rows=tuple(self._transmit.rows),
            sequences=tuple(self._transmit.sequences.sequences),
            colors=self.settings.field(COLOR_RULES).value,
        )

    def _database_paths(self) -> tuple[Path, ...]:
        paths = [database.path for database in self._databases.loaded]
        for index, path in enumerate(self._wanted):
            if path in self._pending:
                paths.insert(index, path)
        return tuple(paths)

    def messages_of(self, paths: Iterable[Path]) -> set[str]:
        """The names of the messages that these databases describe."""
        databases = (database for database in self._databases.loaded if database.path in set(paths))
        return {message.name for database in databases for message in database.messages}

    def apply(self, workspace: Workspace, from_file: bool = True) -> None:
        """Replace these parts. No bus is opened and nothing is armed.

        The main switch goes off, except where there is neither a file nor anything to send.
        """
        assert self.settings is not None
        if from_file or not workspace.is_empty:
            self._transmit.switch.set(False)
        self.bus = workspace.bus
        self._apply_databases(workspace)
        self._transmit.rows.reset(workspace.transmit_rows)
        self._transmit.sequences.reset(workspace.sequences)
        if workspace.colors is not None:
            self.settings.field(COLOR_RULES).set(workspace.colors)
        for rate, field in (
            (workspace.rate_limit, self.settings.field(RATE_LIMIT)),
            (workspace.bitrate, self.settings.bitrate),
            (workspace.data_bitrate, self.settings.data_bitrate),
        ):
            if rate is not None:
                field.set(rate)

    def _apply_databases(self, workspace: Workspace) -> None:
        self._wanted = workspace.databases
        self._pending = {path: workspace.database_scopes.get(path, Scope()) for path in workspace.databases}
        for database in list(self._databases.loaded):
            if database.path not in self._pending:
                self._databases.remove(database.path)
        for path, scope in list(self._pending.items()):
            self._databases.set_scope(path, scope)
            self._databases.load(path)
