"""The workspace of the session: opened, saved, restored at the next start, and never lost without a question.

The setup is restored at the next start, saved to a file or not. Without a file it is kept in the user's
data folder, and closing the window asks nothing. The user is asked only where something would be lost:
changes of a workspace with a file, when the window is closed or another workspace is opened; and a workspace
without a file, when another one is opened.

A start restores the bus, so that the Start command opens it, but does not open it. Opening a workspace does.
Nothing is armed.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Protocol

from PySide6.QtCore import QObject, QTimer, Signal

from canmcast_gui.app.bus.control import TOPIC as BUS_TOPIC
from canmcast_gui.app.bus.control import BusControl, BusState
from canmcast_gui.app.document.databases import Databases
from canmcast_gui.app.program.messages import Messages
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.transmit.transmit_control import TransmitControl
from canmcast_gui.app.workspace.contents import WorkspaceContents
from canmcast_gui.app.workspace.workspace import (
    Workspace,
    WorkspaceError,
    delete_kept,
    has_kept,
    kept_path,
    load_workspace,
    problems_message,
    save_workspace,
)
from canmcast_gui.demo import DEMO_DATABASE
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.files import make_private_folder
from canmcast_gui.resources_path import resource

# Of messages about workspaces, and about keeping one for the next start.
TOPIC = "workspace"
KEEPING_TOPIC = "remembering"

# A crash costs changes of this time at most; comparing takes a few milliseconds.
CHECK_MS = 2000


class WorkspaceViews(Protocol):
    """The parts of a workspace that views contain: plots, gauges, views, replay, fuzz run and layout."""

    def collect(self, workspace: Workspace) -> Workspace:
        """The workspace with these parts as they are now."""

    def apply(self, workspace: Workspace) -> None:
        """Show these parts of the workspace, except the layout."""

    def apply_layout(self, layout: bytes | None) -> None:
        """Arrange the panels; a layout of another version, or None, changes nothing."""


class WorkspaceControl(QObject):
    """``path`` is the file of the workspace, if any; ``modified`` is whether it has unsaved changes.

    ``changed`` says that one of them is different. ``start`` must be called before anything else.
    """

    changed = Signal()

    def __init__(
        self,
        bus: BusControl,
        databases: Databases,
        transmit: TransmitControl,
        messages: Messages,
        parent: QObject | None = None,
    ) -> None:
        super().__init__(parent)
        self.path: Path | None = None
        self.modified = False
        self._bus = bus
        self._messages = messages
        self._contents = WorkspaceContents(bus, databases, transmit, self)
        self._temporary = {resource(DEMO_DATABASE)}
        self._saved: Workspace | None = None
        self._kept: Workspace | None = None
        self._discards_changes = False
        self._is_failure_reported = False
        self._timer = QTimer(self)
        self._timer.setInterval(CHECK_MS)
        self._timer.timeout.connect(self.check)

    # -- at the start and at the end ---------------------------------------------------------------------

    def start(self, settings: AppSettings, views: WorkspaceViews) -> None:
        """Use the settings and views of a window."""
        self._settings = settings
        self._views = views
        self._contents.settings = settings

    def restore(self) -> None:
        """Restore the workspace from the last end of the program."""
        named = self._settings.workspace.value
        changed = bool(named)
        kept = kept_path(changed)
        is_kept = has_kept(changed)
        if not named and not is_kept:
            return
        path = kept if is_kept else Path(named)
        workspace = self._load(path)
        if workspace is None:
            self._settings.workspace.set("")
            if is_kept:
                with suppress(OSError):  # not to be overwritten: the user may repair it
                    kept.replace(kept.with_suffix(".damaged"))
            return
        self._use(workspace, Path(named) if named else None)
        if named and is_kept:
            self._saved = None
        self._offer_bus(workspace)

    def begin(self, path: Path | None = None, databases: Iterable[Path] = ()) -> None:
        """Keep changes from now on, after opening a workspace if one is given.

        ``databases`` are those of the command line, which are not part of the workspace.
        """
        self._temporary.update(databases)
        if path is not None:
            self._archive_kept()
            self.open(path)
        self._timer.start()

    def _archive_kept(self) -> None:
        """Move workspaces that were never saved to files among the recent ones: another is opened instead."""
        for kept in (kept_path(), kept_path(changed=True)):
            with suppress(OSError, WorkspaceError):
                workspace, _problems = load_workspace(kept)
                if not workspace.is_empty:
                    archived = kept.replace(kept.with_name(f"not saved, {kept.name}"))
                    self._settings.add_recent(self._settings.recent_workspaces, str(archived))

    def _offer_bus(self, workspace: Workspace) -> None:
        """Have the Start command open the bus of the workspace."""
        bus = workspace.bus
        recent = self._settings.recent_buses
        if bus is None or bus in recent.value[:1]:
            return
        self._settings.add_recent(recent, bus)
        text = f"The bus of this workspace is {bus.label()}. Press Start (F5) to connect to it."
        self._messages.info(text, BUS_TOPIC)  # until a bus is opened

    def end(self) -> None:
        """Keep the workspace for the next start; the window is about to close."""
        if self._timer.isActive():
            self._timer.stop()
            self.check()
            if self._discards_changes:
                delete_kept(changed=True)

    # -- changes -----------------------------------------------------------------------------------------

    def check(self) -> None:
        """Update ``modified``, and keep what is in no file."""
        present = self._present()
        modified = self._differs(present)
        if modified != self.modified:
            self.modified = modified
            self.changed.emit()
        if self.path is not None and not modified:
            delete_kept(changed=True)
            self._kept = None
        elif present != self._kept:
            self._kept = present
            self._keep(kept_path(changed=modified), present)

    @property
    def has_unsaved_changes(self) -> bool:
        """Whether the workspace differs from its file; False without one."""
        return self._differs(self._present())

    def _differs(self, present: Workspace) -> bool:
        return self.path is not None and present.comparable() != self._saved

    @property
    def would_be_lost(self) -> bool:
        """Whether opening another workspace would lose something."""
        if self.path is None:
            return not self._present().is_empty
        return self.has_unsaved_changes

    def discard_changes(self) -> None:
        """Do not keep the changes when the program ends: the user decided so."""
        self._discards_changes = True

    def _keep(self, path: Path, workspace: Workspace) -> None:
        try:
            make_private_folder(path.parent)
            save_workspace(path, workspace)
        except (OSError, UserError) as error:
            if not self._is_failure_reported:
                text = f"The workspace is not kept for the next start: {error}"
                self._messages.warning(text, KEEPING_TOPIC)
            self._is_failure_reported = True
        else:
            self._is_failure_reported = False
            self._messages.end(KEEPING_TOPIC)

    def _present(self) -> Workspace:
        """The present setup, without databases that are loaded for this run only."""
        saved = set(self._saved.databases) if self._saved is not None else set()
        temporary = self._temporary - saved
        return self._collect().without_databases(temporary, self._contents.messages_of(temporary))

    def _collect(self) -> Workspace:
        return self._views.collect(self._contents.collect())

    # -- files -------------------------------------------------------------------------------------------

    def open(self, path: str | Path) -> None:
        """Replace the present setup by a workspace, and open its bus."""
        path = Path(path).absolute()
        self._messages.end(TOPIC)
        workspace = self._load(path)
        if workspace is None:
            return
        self._use(workspace, path)
        self._views.apply_layout(workspace.layout)
        if workspace.bus is not None and workspace.bus != self._open_bus():
            self._settings.add_recent(self._settings.recent_buses, workspace.bus)
            self._bus.open(workspace.bus)

    def new(self) -> None:
        """Have nothing set up; bus, colors and layout stay."""
        self._use(Workspace(bus=self._contents.bus, views=()), None)

    def save(self, path: str | Path) -> bool:
        """Save the present setup; False, with a message, if that fails."""
        path = Path(path).absolute()
        self._messages.end(TOPIC)
        workspace = self._collect()
        try:
            save_workspace(path, workspace)
        except WorkspaceError as error:
            self._messages.error(str(error), TOPIC)
            return False
        delete_kept(changed=self.path is not None)
        self._set_path(path)
        self._saved, self.modified = workspace.comparable(), False
        self.changed.emit()
        self._messages.info(f"The workspace was saved to {path}.")
        return True

    def _load(self, path: Path) -> Workspace | None:
        """Read a workspace; None, with a message, where that fails.

        A kept workspace with problems is copied, since the next check overwrites it.
        """
        try:
            workspace, problems = load_workspace(path)
        except WorkspaceError as error:
            self._messages.error(str(error), TOPIC)
            return None
        if problems:
            self._messages.warning(problems_message(path, problems), TOPIC)
            if path in (kept_path(), kept_path(changed=True)):
                with suppress(OSError):
                    shutil.copy(path, path.with_suffix(".damaged"))
        return workspace

    def _open_bus(self) -> object:
        is_own = self._bus.state is not BusState.OFFLINE and not self._bus.is_demo_bus
        return self._bus.settings if is_own else None

    def _use(self, workspace: Workspace, path: Path | None) -> None:
        self._contents.apply(workspace, from_file=path is not None)
        self._views.apply(workspace)
        self._set_path(path)
        self._saved, self.modified, self._kept = self._collect().comparable(), False, None
        self.changed.emit()

    def _set_path(self, path: Path | None) -> None:
        self.path = path
        self._settings.workspace.set(str(path) if path else "")
        if path is not None:
            self._settings.add_recent(self._settings.recent_workspaces, str(path))
