"""The commands for recordings that a crash left."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from canmcast_gui.app.session import Session
from canmcast_gui.recording import Leftover, leftovers
from canmcast_gui.ui.dialogs.files import DEFAULT_SUFFIX, writable_log_filters
from canmcast_gui.ui.dialogs.recovery import NOTHING_LEFT, RecoveryDialog, ask_discard, when_text
from canmcast_gui.ui.files.commands import FileCommands, time_name
from canmcast_gui.ui.message_bar import MessageBar
from canmcast_gui.wording import counted, were

TOPIC = "leftover"


class RecoveryCommands(QObject):
    """Reports recordings that a crash left, and opens, saves or discards them."""

    def __init__(self, session: Session, files: FileCommands, messages: MessageBar, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._files = files
        self._messages = messages
        self._window = window

    def offer(self) -> None:
        """Report unsaved frames of crashed sessions, when the start page is not visible."""
        found = leftovers()
        if not found:
            return
        frames = sum(leftover.frames for leftover in found)
        which = f"from {when_text(found[0])}" if len(found) == 1 else f"in {len(found)} recordings"
        text = f"{counted(frames, 'frame')} {which} {were(frames)} not saved because the program crashed."
        self._session.messages.warning(text, TOPIC)
        if len(found) > 1:
            self._messages.offer(text, "Show…", self.show)
            return
        (only,) = found
        self._messages.offer(text, "Open", lambda: self.open(only))
        self._messages.offer(text, "Save…", lambda: self.ask_save(only, self._end_offer))
        self._messages.offer(text, "Discard…", lambda: ask_discard(self._window, only, self._end_offer))

    def show(self) -> None:
        """List all recordings that crashes left."""
        if not leftovers():
            self._session.messages.info(NOTHING_LEFT)
            return
        dialog = RecoveryDialog(self._window)
        dialog.open_requested.connect(self.open)
        dialog.save_requested.connect(lambda leftover: self.ask_save(leftover, dialog.refresh))
        dialog.finished.connect(self._end_offer)
        dialog.open()

    def open(self, leftover: Leftover) -> None:
        """Show a recording in the trace, after asking about unsaved frames."""

        def recover() -> None:
            self._session.recover(leftover.folder)
            self._end_offer()

        self._files.keep_unsaved(recover)

    def ask_save(self, leftover: Leftover, then: Callable[[], None]) -> None:
        """Ask where to save a recording; ``then`` is also called after an error."""

        def chosen(path: str) -> None:
            self._session.document.save_leftover(leftover, path).ended.connect(then)

        name = f"{time_name(leftover.first_time)}{DEFAULT_SUFFIX}"
        self._files.dialog("Save frames of a crashed session", writable_log_filters(), chosen, save_as=name)

    def _end_offer(self) -> None:
        """Remove the message when nothing is left."""
        if not leftovers():
            self._session.messages.end(TOPIC)
