"""The commands for workspaces with their dialogs, and what the views of the window contribute to a workspace.

``session.workspace`` has the rules: what is unsaved, kept and restored.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QByteArray
from PySide6.QtWidgets import QMainWindow, QMenu, QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.workspace.control import WorkspaceControl
from canmcast_gui.app.workspace.workspace import Workspace
from canmcast_gui.ui.dialogs.files import WORKSPACE_FOLDER
from canmcast_gui.ui.dialogs.question import Button, ask
from canmcast_gui.ui.files.commands import FileCommands
from canmcast_gui.ui.labels import label_text, title_text
from canmcast_gui.ui.trace.docks import ViewDocks
from canmcast_gui.ui.window.docks import Docks

FILTER = "Workspaces (*.canmcast);;All files (*)"
SUFFIX = ".canmcast"

# The version of the set of docks that a layout is for; layouts of other versions are ignored.
LAYOUT_VERSION = 1


class WindowViews:
    """The parts of a workspace that the window contains; see WorkspaceViews."""

    def __init__(self, docks: Docks, views: ViewDocks, window: QMainWindow) -> None:
        self._docks = docks
        self._views = views
        self._window = window

    def collect(self, workspace: Workspace) -> Workspace:
        """The workspace with the setups of plots, gauges, views and panels that send, and the layout."""
        return replace(
            workspace,
            plots=tuple(self._docks.plots.setups()),
            gauges=tuple(self._docks.gauges.signals()),
            replay=self._docks.replay.setup(),
            fuzz=self._docks.fuzz.setup(),
            gateway=self._docks.gateway.control.rules,
            views=tuple(self._views.setups()),
            layout=bytes(self._window.saveState(LAYOUT_VERSION).data()),
        )

    def apply(self, workspace: Workspace) -> None:
        """Show these setups."""
        self._docks.replay.apply_setup(workspace.replay)
        self._docks.fuzz.apply_setup(workspace.fuzz)
        self._docks.gateway.control.reset(workspace.gateway)
        self._docks.plots.apply_setups(workspace.plots)
        self._docks.gauges.set_signals(workspace.gauges)
        if workspace.views is not None:
            self._views.apply_setups(workspace.views)

    def apply_layout(self, layout: bytes | None) -> None:
        """Arrange the docks; a layout of another version, or None, changes nothing."""
        if layout:
            state = QByteArray(layout)
            if self._window.restoreState(state, LAYOUT_VERSION):
                self._docks.place_new(state)
                self._docks.shares.measure_later()


class WorkspaceCommands:
    """Asks for files, and before something is lost."""

    def __init__(
        self, workspace: WorkspaceControl, settings: AppSettings, files: FileCommands, window: QWidget
    ) -> None:
        self._workspace = workspace
        self._settings = settings
        self._files = files
        self._window = window

    @property
    def title(self) -> str:
        """The name of the workspace, with Qt's placeholder for the mark of changes; empty without a file."""
        path = self._workspace.path
        return f"{title_text(path.stem)}[*]" if path else ""

    def ask_open(self) -> None:
        """Ask for a workspace and open it."""
        self._files.dialog("Open a workspace", FILTER, self.open, kind=WORKSPACE_FOLDER)

    def open(self, path: str | Path) -> None:
        """Open a workspace, after asking about unsaved changes."""
        self.confirm_loss(lambda: self._workspace.open(path))

    def new(self) -> None:
        """Begin an empty workspace, after asking about unsaved changes."""
        self.confirm_loss(self._workspace.new)

    def save(self) -> None:
        """Save to the file of the workspace; without one ask for it."""
        if self._workspace.path is None:
            self.ask_save()
        else:
            self._workspace.save(self._workspace.path)

    def ask_save(self, then: Callable[[], None] | None = None) -> None:
        """Ask for a file and save to it; ``then`` is called after that succeeded."""

        def chosen(path: str) -> None:
            if self._workspace.save(path) and then is not None:
                then()

        path = self._workspace.path
        name = path.name if path else f"workspace{SUFFIX}"
        self._files.dialog("Save the workspace", FILTER, chosen, save_as=name, kind=WORKSPACE_FOLDER)

    def fill_recent(self, menu: QMenu) -> None:
        """Fill a menu with recent workspaces; opening a missing one shows a message."""
        menu.clear()
        for path in self._settings.recent_workspaces.value:
            menu.addAction(label_text(path), partial(self.open, path))
        if menu.isEmpty():
            menu.addAction("No workspace was saved yet").setEnabled(False)

    def confirm_loss(self, then: Callable[[], None], at_end: bool = False) -> None:
        """Call ``then``, after asking whether to save what it would lose.

        ``at_end``: the program ends then, and keeps a workspace without a file for the next start.
        """
        workspace = self._workspace
        if not (workspace.has_unsaved_changes if at_end else workspace.would_be_lost):
            then()
            return
        name = None if workspace.path is None else workspace.path.stem
        ask(
            self._window,
            "Unsaved workspace",
            f"Save changes to workspace {name}?" if name else "Save the present setup to a workspace?",
            "Changes that are not saved are lost.",
            {
                Button.Save: lambda: self._save_then(then),
                Button.Discard: lambda: self._discard_then(then, at_end),
            },
            default=Button.Save,
        )

    def _save_then(self, then: Callable[[], None]) -> None:
        if self._workspace.path is None:
            self.ask_save(then)
        elif self._workspace.save(self._workspace.path):
            then()

    def _discard_then(self, then: Callable[[], None], at_end: bool) -> None:
        if at_end:
            self._workspace.discard_changes()
        then()
