"""What the window holds of a workspace: gathering it from the panels, and spreading it over them."""

from __future__ import annotations

import base64
from dataclasses import replace
from pathlib import Path

from PySide6.QtCore import QByteArray, QObject
from PySide6.QtWidgets import QMainWindow

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.app.transmit.row import TransmitRow
from canmcast_gui.app.transmit.sequences import MAX_SEQUENCES, Sequence
from canmcast_gui.app.workspace.values import WorkspaceError
from canmcast_gui.app.workspace.workspace import Workspace
from canmcast_gui.database import Scope
from canmcast_gui.frames.schema import dump, load_list
from canmcast_gui.models.trace.color_rules import ColorRule, rules_of
from canmcast_gui.transport.settings import BusSettings
from canmcast_gui.ui.trace.docks import ViewDocks
from canmcast_gui.ui.window.docks import Docks

# The set of docks that a layout was made for; one of another set is left alone.
LAYOUT_VERSION = 1


def check(path: Path, workspace: Workspace) -> None:
    """Have the editors' own rules look at what only they know. Raises WorkspaceError."""
    _rules, wrong = load_list(ColorRule, workspace.colors, "colors")
    _rows, problems = load_list(TransmitRow, workspace.transmit_rows, "transmit")
    _sequences, more = load_list(Sequence, workspace.sequences, "sequences", most=MAX_SEQUENCES)
    for problem in (*wrong, *problems, *more):
        raise WorkspaceError(f"{path.name}: {str(problem).rstrip('.')}. Repair or remove that entry.")


class WorkspaceContents(QObject):
    """``bus`` is the one that was gone on last, or that a workspace brought, whether or not it is on.

    Databases that are still being loaded, or that could not be, stay part of the workspace; so nothing is
    lost where a drive is not there today.
    """

    def __init__(
        self, session: Session, settings: AppSettings, docks: Docks, views: ViewDocks, window: QMainWindow
    ) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._docks = docks
        self._views = views
        self._window = window
        self.bus: BusSettings | None = None
        self._files: tuple[Path, ...] = ()
        self._awaited: dict[Path, Scope] = {}
        session.state_changed.connect(self._on_state)
        session.databases.changed.connect(self._on_databases)

    def _on_state(self) -> None:
        if self._session.state is SessionState.LIVE and not self._session.bus.is_demo_bus:
            self.bus = self._session.bus.settings

    def _on_databases(self) -> None:
        for database in self._session.databases.loaded:
            self._awaited.pop(database.path, None)

    # -- gathering ----------------------------------------------------------------------------------------

    def gather(self) -> Workspace:
        """All that is set up now."""
        scopes = {
            one.path: self._session.databases.loaded.scope(one.path) for one in self._session.databases.loaded
        }
        return Workspace(
            bus=self.bus,
            bitrate=self._settings.bitrate.value,
            data_bitrate=self._settings.data_bitrate.value,
            rate_limit=self._settings.rate_limit.value,
            databases=self._databases(),
            database_scopes={**scopes, **self._awaited},
            plots=tuple(self._docks.plots.setups()),
            gauges=tuple(self._docks.gauges.signals()),
            transmit_rows=tuple(dump(row) for row in self._session.transmit.rows),
            sequences=tuple(dump(one) for one in self._session.transmit.sequences.sequences),
            replay=self._docks.replay.setup(),
            fuzz=self._docks.fuzz.setup(),
            views=tuple(self._views.setups()),
            colors=tuple(dump(rule) for rule in rules_of(self._settings.color_rules.value)),
            layout=base64.b64encode(self._window.saveState(LAYOUT_VERSION).data()).decode(),
        )

    def _databases(self) -> tuple[Path, ...]:
        paths = [database.path for database in self._session.databases.loaded]
        for place, path in enumerate(self._files):
            if path in self._awaited:
                paths.insert(place, path)
        return tuple(paths)

    def without(self, workspace: Workspace, passing: set[Path]) -> Workspace:
        """The workspace without these databases, and without what is plotted of them."""
        names = {
            message.name
            for database in self._session.databases.loaded
            if database.path in passing
            for message in database.messages
        }

        def stays(signal: str) -> bool:
            return signal.partition(".")[0] not in names

        return replace(
            workspace,
            databases=tuple(path for path in workspace.databases if path not in passing),
            database_scopes={
                path: one for path, one in workspace.database_scopes.items() if path not in passing
            },
            gauges=tuple(filter(stays, workspace.gauges)),
            plots=tuple(
                replace(plot, signals=tuple(one for one in plot.signals if stays(one[0])))
                for plot in workspace.plots
            ),
        )

    # -- spreading ----------------------------------------------------------------------------------------

    def spread(self, workspace: Workspace, from_file: bool = True) -> None:
        """Have what the workspace says, and nothing else. No bus is gone on; nothing is armed, and the main
        switch is off, except where there is neither a file nor anything that could be sent."""
        if from_file or not workspace.is_empty:
            self._session.transmit.switch.set(False)
        self.bus = workspace.bus
        self._spread_databases(workspace)
        self._session.transmit.set_rows(list(workspace.transmit_rows))
        self._session.transmit.set_sequences(list(workspace.sequences))
        self._docks.replay.set_up(workspace.replay)
        self._docks.fuzz.set_up(workspace.fuzz)
        if workspace.colors is not None:
            self._settings.color_rules.set({"rules": list(workspace.colors)})
        for rate, field in (
            (workspace.rate_limit, self._settings.rate_limit),
            (workspace.bitrate, self._settings.bitrate),
            (workspace.data_bitrate, self._settings.data_bitrate),
        ):
            if rate is not None:
                field.set(rate)
        self._docks.plots.apply_setups(workspace.plots)
        self._docks.gauges.set_signals(workspace.gauges)
        if workspace.views is not None:
            self._views.apply_setups(workspace.views)

    def _spread_databases(self, workspace: Workspace) -> None:
        self._files = workspace.databases
        self._awaited = {path: workspace.database_scopes.get(path, Scope()) for path in workspace.databases}
        for database in list(self._session.databases.loaded):
            if database.path not in self._awaited:
                self._session.databases.remove(database.path)
        for path, scope in list(self._awaited.items()):
            self._session.databases.set_scope(path, scope)
            self._session.databases.load(path)

    def lay_out(self, text: str | None) -> None:
        """Put the docks where a layout has them; one that this window does not know changes nothing."""
        if text:
            state = QByteArray(base64.b64decode(text))
            if self._window.restoreState(state, LAYOUT_VERSION):
                self._docks.place_new(state)
