"""Workspaces: what a user set up, saved to a file, brought back, and never lost without a question.

What is set up comes back at the next start whether or not it was saved to a file: without one it is kept in
the user's data folder, and closing the window asks nothing. Only where it would be lost, the user is asked:
changes of a workspace that has a file, when the window is closed or another one takes its place; and a set-up
without a file when another one takes its place. A start remembers the bus, so that Start means it, but goes
on none: that is the user's word, as is opening a workspace by hand, which goes on its bus. Nothing is armed.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import suppress
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal
from PySide6.QtWidgets import QMenu, QMessageBox, QWidget

from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session, SessionState
from canmcast_gui.app.workspace.paths import forget_setup, has_setup, last_setup
from canmcast_gui.app.workspace.values import WorkspaceError
from canmcast_gui.app.workspace.workspace import Workspace, load_workspace, save_workspace
from canmcast_gui.demo import DEMO_DATABASE
from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.files import make_private_folder
from canmcast_gui.resources_path import resource
from canmcast_gui.ui import icons
from canmcast_gui.ui.labels import label_text, title_text
from canmcast_gui.ui.window.files import FileCommands
from canmcast_gui.ui.window.workspace_contents import WorkspaceContents, check

FILTER = "Workspaces (*.canmcast);;All files (*)"
SUFFIX = ".canmcast"

# So much of the latest work a crash may take; a look takes a few milliseconds at most.
LOOK_MS = 2000


class WorkspaceFlows(QObject):
    """Opens and saves. ``path`` is the workspace's file, if it has one; ``changed`` says that this or
    ``modified`` is different.
    """

    changed = Signal()

    def __init__(
        self,
        session: Session,
        settings: AppSettings,
        contents: WorkspaceContents,
        files: FileCommands,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._contents = contents
        self._files = files
        self._window = window
        self.path: Path | None = None
        self.modified = False
        self._saved: Workspace | None = None
        self._written: Workspace | None = None
        self._discarded = False
        self._is_told = False
        self.passing = {resource(DEMO_DATABASE)}
        self._timer = QTimer(self)
        self._timer.setInterval(LOOK_MS)
        self._timer.timeout.connect(self.look)

    # -- at the start and at the end ----------------------------------------------------------------------

    def begin(self, path: Path | None = None, databases: Iterable[Path] = ()) -> None:
        """From now on, remember what is set up; use a workspace, if one is given.

        ``databases`` are those of the command line, for this run only.
        """
        self.passing.update(databases)
        if path is not None:
            self._put_aside()
            self.open(path)
        self._timer.start()

    def _put_aside(self) -> None:
        """What would have come back, but for another workspace: to be found among the recent ones."""
        for kept in (last_setup(), last_setup(changed=True)):
            with suppress(OSError, WorkspaceError):
                if not load_workspace(kept).is_empty:
                    place = kept.replace(kept.with_name(f"not saved, {kept.name}"))
                    self._settings.add_recent(self._settings.recent_workspaces, str(place))

    def bring_back(self) -> None:
        """Have what was set up when the program ended last. What is wrong with it is said."""
        named = self._settings.workspace.value
        kept = last_setup(changed=bool(named))
        is_kept = has_setup(changed=bool(named))
        file = kept if is_kept or not named else Path(named)
        if not named and not is_kept:
            return
        try:
            workspace = _checked(file)
        except WorkspaceError as error:
            self._session.messages.error(str(error), "workspace")
            self._settings.workspace.set("")
            if file == kept:
                with suppress(OSError):  # not to be written over: somebody may mend it
                    kept.replace(kept.with_suffix(".damaged"))
            return
        self._use(workspace, Path(named) if named else None)
        if named and file == kept:
            self._saved = None
        self._offer_bus(workspace)

    def _offer_bus(self, workspace: Workspace) -> None:
        """Start means the workspace's bus now."""
        bus = workspace.bus
        recent = self._settings.recent_buses
        if bus is None or bus.to_dict() in recent.value[:1]:
            return
        self._settings.add_recent(recent, bus.to_dict())
        text = f"The bus of this workspace is {bus.label()}. Press Start (F5) to go on it."
        self._session.messages.info(text)

    def remember(self) -> None:
        """The window is about to go: keep what is set up for the next start."""
        if self._timer.isActive():
            self._timer.stop()
            self.look()
            if self._discarded:
                forget_setup(changed=True)

    def look(self) -> None:
        """See whether anything has changed since it was saved, and keep what is in no file."""
        present = self._present()
        modified = self.path is not None and present.essence() != self._saved
        if modified != self.modified:
            self.modified = modified
            self.changed.emit()
        if self.path is not None and not modified:
            forget_setup(changed=True)
            self._written = None
        elif present != self._written:
            self._written = present
            self._write(last_setup(changed=modified), present)

    def _write(self, path: Path, workspace: Workspace) -> None:
        try:
            make_private_folder(path.parent)
            save_workspace(path, workspace)
        except (OSError, UserError) as error:
            if not self._is_told:
                self._session.messages.warning(
                    f"What is set up will not be remembered: {error}", "remembering"
                )
            self._is_told = True
        else:
            self._is_told = False
            self._session.messages.end("remembering")

    def _present(self) -> Workspace:
        saved = set(self._saved.databases) if self._saved is not None else set()
        return self._contents.without(self._contents.gather(), self.passing - saved)

    # -- what the user asks for ---------------------------------------------------------------------------

    def ask_open(self) -> None:
        """Ask for a workspace and use it."""
        self._files.dialog("Open a workspace", FILTER, self.open_asking)

    def open_asking(self, path: str | Path) -> None:
        """Use a workspace, after asking what becomes of changes."""
        self.keep_changes(lambda: self.open(path))

    def ask_new(self) -> None:
        """Begin with nothing set up, after asking what becomes of changes."""
        self.keep_changes(self.new)

    def save_again(self) -> None:
        """Save to the workspace's file; without one ask."""
        if self.path is None:
            self.ask_save()
        else:
            self.save(self.path)

    def ask_save(self, then: Callable[[], None] | None = None) -> None:
        """Ask for a file and save what is set up; ``then`` is called where that went well."""

        def chosen(path: str) -> None:
            if self.save(path) and then is not None:
                then()

        name = self.path.name if self.path else f"workspace{SUFFIX}"
        self._files.dialog("Save the workspace", FILTER, chosen, save_as=name)

    def open(self, path: str | Path) -> None:
        """Use a workspace in place of what is set up; its bus is gone on at once."""
        path = Path(path).absolute()
        self._session.messages.end("workspace")
        try:
            workspace = _checked(path)
        except WorkspaceError as error:
            self._session.messages.error(str(error), "workspace")
            return
        self._use(workspace, path)
        self._contents.lay_out(workspace.layout)
        if workspace.bus is not None and workspace.bus != self._bus_now():
            self._settings.add_recent(self._settings.recent_buses, workspace.bus.to_dict())
            self._session.bus.open(workspace.bus)

    def new(self) -> None:
        """Have nothing set up; the bus, the colours and the places of the panels stay."""
        self._use(Workspace(bus=self._contents.bus, views=()), None)

    def save(self, path: str | Path) -> bool:
        """Save what is set up; whether that went well."""
        path = Path(path).absolute()
        self._session.messages.end("workspace")
        workspace = self._contents.gather()
        try:
            save_workspace(path, workspace)
        except WorkspaceError as error:
            self._session.messages.error(str(error), "workspace")
            return False
        forget_setup(changed=self.path is not None)
        self._set_path(path)
        self._saved, self.modified = workspace.essence(), False
        self.changed.emit()
        self._session.messages.info(f"The workspace was saved to {path}.")
        return True

    def _bus_now(self) -> object:
        on_bus = (
            self._session.state in (SessionState.LIVE, SessionState.CONNECTING)
            and not self._session.bus.is_demo_bus
        )
        return self._session.bus.settings if on_bus else None

    def _use(self, workspace: Workspace, path: Path | None) -> None:
        self._contents.spread(workspace, from_file=path is not None)
        self._set_path(path)
        self._saved, self.modified, self._written = self._contents.gather().essence(), False, None
        self.changed.emit()

    def _set_path(self, path: Path | None) -> None:
        self.path = path
        self._settings.workspace.set(str(path) if path else "")
        if path is not None:
            self._settings.add_recent(self._settings.recent_workspaces, str(path))

    def fill_recent(self, menu: QMenu) -> None:
        """Workspaces that were used last; missing ones say so when they are chosen."""
        menu.clear()
        for path in self._settings.recent_workspaces.value:
            menu.addAction(label_text(path), partial(self.open_asking, path))
        if menu.isEmpty():
            menu.addAction("No workspace was saved yet").setEnabled(False)

    # -- before changes are lost --------------------------------------------------------------------------

    @property
    def title(self) -> str:
        """The workspace's name with the place of Qt's mark for changes; empty without a file."""
        return f"{title_text(self.path.stem)}[*]" if self.path else ""

    def asks_at_end(self) -> bool:
        """Whether closing would lose changes."""
        return self.path is not None and self._present().essence() != self._saved

    def keep_changes(self, then: Callable[[], None], at_end: bool = False) -> None:
        """Go on with ``then``, after asking whether to save what would be lost."""
        homeless = self.path is None and not at_end and not self._present().is_empty
        if not homeless and not self.asks_at_end():
            then()
            return
        box = QMessageBox(self._window)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Unsaved workspace")
        if self.path is None:
            box.setText("What is set up is in no workspace yet.")
        else:
            box.setText(f"The workspace {self.path.stem} has changed.")
        box.setInformativeText("Save it first? What is not saved is forgotten.")
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        icons.without_icons(box)
        box.buttonClicked.connect(
            lambda button: self._after_question(box.standardButton(button), then, at_end)
        )
        box.finished.connect(box.deleteLater)
        box.open()

    def _after_question(
        self, answer: QMessageBox.StandardButton, then: Callable[[], None], at_end: bool
    ) -> None:
        if answer == QMessageBox.StandardButton.Save:
            if self.path is None:
                self.ask_save(then)
            elif self.save(self.path):
                then()
        elif answer == QMessageBox.StandardButton.Discard:
            self._discarded = at_end
            then()


def _checked(path: Path) -> Workspace:
    """A workspace of which everything is good. Raises WorkspaceError."""
    workspace = load_workspace(path)
    check(path, workspace)
    return workspace
