"""The commands for recording to log files, and the message about what was recorded."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices
from PySide6.QtWidgets import QWidget

from canmcast_gui.app.document.databases import compile_for
from canmcast_gui.app.document.log_recording import Recorded
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.session import Session
from canmcast_gui.frames.filters import Filter
from canmcast_gui.logfile import RecordOptions
from canmcast_gui.ui.dialogs.files import log_suffix, recent_folder, remember_folder, writable_log_filters
from canmcast_gui.ui.dialogs.record import RECORD_FIELDS, RecordDialog
from canmcast_gui.ui.files.commands import FileCommands, name_of_now
from canmcast_gui.ui.filters.words import session_words
from canmcast_gui.ui.message_bar import MessageBar


class RecordCommands(QObject):
    """Asks for a file and options, records, and offers to open the files afterwards."""

    def __init__(
        self,
        session: Session,
        settings: AppSettings,
        files: FileCommands,
        messages: MessageBar,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._fields = settings.field(RECORD_FIELDS)
        self._files = files
        self._messages = messages
        self._window = window
        session.record.completed.connect(self._offer_files)

    def toggle(self) -> None:
        """Stop the recording, or ask for a file and start one."""
        if self._session.record.recorder is not None:
            self._session.record.stop()
        else:
            self._files.dialog(
                "Record to a file", writable_log_filters(), self._session.record.start,
                save_as=self._new_name(), rejected=self._session.record.changed.emit,
            )  # fmt: skip

    def ask_with_options(self, trigger: str = "") -> None:
        """Ask for the options of a recording and start it; ``trigger`` is a filter to begin with."""
        path = Path(recent_folder(self._settings)) / self._new_name()
        dialog = RecordDialog(
            path, self._fields.value, self._compiled, self._browse, self._start,
            lambda: session_words(self._session, self._settings, None), self._window,
        )  # fmt: skip
        if trigger:
            dialog.trigger.setText(trigger)
        dialog.started.connect(lambda: self._fields.set(dialog.values()))
        dialog.open()

    def repeat(self) -> None:
        """Record with the options of the last time to a new file in the folder of the last one."""
        path = Path(recent_folder(self._settings)) / self._new_name()
        self._session.record.start(path, self._fields.value.options())

    def _start(self, path: str, options: RecordOptions) -> str:
        problem = self._session.record.try_start(path, options)
        if not problem:
            remember_folder(self._settings, path)
        return problem

    def _new_name(self) -> str:
        """The name that is proposed for a new log file."""
        return f"{name_of_now()}{log_suffix(self._settings)}"

    def _browse(self, chosen: Callable[[str], None]) -> None:
        self._files.dialog(
            "Record to",
            writable_log_filters(),
            chosen,
            save_as=self._new_name(),
        )

    def _compiled(self, text: str) -> Filter:
        return compile_for(text, self._session.document.recording, self._session.databases.loaded)

    def _offer_files(self, text: str, recorded: Recorded) -> None:
        paths = list(map(str, recorded.paths))
        if recorded.frames:
            self._messages.offer(text, "Open", lambda: self._files.open_all(paths))
        folder = QUrl.fromLocalFile(str(recorded.paths[0].parent))
        self._messages.offer(text, "Show in folder", lambda: QDesktopServices.openUrl(folder))
