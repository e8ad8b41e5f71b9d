"""The commands for files: open, save, record, load databases. Frames are received while a dialog is open."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from canmcast_gui.app.document.databases import compile_for
from canmcast_gui.app.program.settings import AppSettings
from canmcast_gui.app.program.tasks import Task
from canmcast_gui.app.session import Session
from canmcast_gui.database.formats import SUFFIXES as DATABASE_SUFFIXES
from canmcast_gui.frames.filters import Filter, FilterError
from canmcast_gui.frames.units import NS_PER_MINUTE
from canmcast_gui.logfile import LogPart, TableLayout
from canmcast_gui.recording import Leftover, leftovers
from canmcast_gui.recording.search import first_row_since
from canmcast_gui.ui import icons
from canmcast_gui.ui.dialogs.files import (
    ask_files,
    ask_new_file,
    database_filters,
    log_filters,
    recent_folder,
    writable_log_filters,
)
from canmcast_gui.ui.dialogs.merge import MergeDialog
from canmcast_gui.ui.dialogs.record import RECORD_FIELDS, RecordDialog
from canmcast_gui.ui.dialogs.table_layout import LAYOUTS, ask_layout
from canmcast_gui.ui.message_bar import MessageBar
from canmcast_gui.wording import counted, were

NO_FRAMES = "There are no frames to save."


class FileCommands(QObject):
    """Asks for files and passes them to the session. ``opened`` carries the path when opening starts."""

    opened = Signal(str)

    def __init__(
        self, session: Session, settings: AppSettings, messages: MessageBar, window: QWidget
    ) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._layouts = settings.field(LAYOUTS)
        self._record_fields = settings.field(RECORD_FIELDS)
        self._messages = messages
        self._window = window
        session.document.layout_needed.connect(self._ask_layout)

    # -- opening ------------------------------------------------------------------------------------------

    def ask_open(self) -> None:
        """Ask for one log file or several, and open them."""
        folder = recent_folder(self._settings)
        ask_files(self._window, "Open log files", folder, log_filters(), self.open_all)

    def open_all(self, paths: list[str]) -> None:
        """Open one file, or several on one time line after a dialog."""
        if len(paths) == 1:
            self.open(paths[0])
        elif paths:
            dialog = MergeDialog(sorted(map(Path, paths)), self._window)
            dialog.chosen.connect(
                lambda parts, align: self.keep_unsaved(lambda: self._open_parts(parts, align))
            )
            dialog.open()

    def open(self, path: str) -> None:
        """Open a log file, after asking about unsaved frames."""
        self.keep_unsaved(lambda: self._open(path))

    def _open(self, path: str, layout: TableLayout | None = None) -> None:
        self._follow(self._session.open_file(path, layout), [path])

    def _ask_layout(self, path: Path, head: bytes) -> None:
        ask_layout(path, head, self._layouts, self._window, lambda layout: self._open(str(path), layout))

    def _open_parts(self, parts: list[LogPart], align: bool) -> None:
        self._follow(self._session.open_files(parts, align), [str(part.path) for part in parts])

    def _follow(self, task: Task, paths: list[str]) -> None:
        for path in paths:
            task.finished.connect(
                lambda _result, path=path: self._settings.add_recent(self._settings.recent_files, path)
            )
        self.opened.emit(paths[0])

    def ask_save(self, then: Callable[[], None] | None = None) -> None:
        """Ask where to save all frames; ``then`` is called when they are saved."""
        if not len(self._session.document.recording):
            self._session.messages.info(NO_FRAMES)
            return
        self.dialog(
            "Save all frames", writable_log_filters(), lambda path: self._save(path, then), save_as=_name()
        )

    def ask_save_shown(self, condition: Filter) -> None:
        """Ask where to save the frames that match a filter."""
        if condition.passes_all:
            self.ask_save()
        elif not len(self._session.document.recording):
            self._session.messages.info(NO_FRAMES)
        else:
            self.dialog(
                f"Save the frames that match “{condition.text}”", writable_log_filters(),
                lambda path: self._session.document.save(path, condition=condition), save_as=_name(),
            )  # fmt: skip

    def ask_save_minute(self) -> None:
        """Ask where to save the last minute before the dialog was opened."""
        recording = self._session.document.recording
        if not len(recording):
            self._session.messages.info(NO_FRAMES)
            return
        newest = int(recording.rows(recording.end_row - 1).timestamp_ns[0])
        rows = range(first_row_since(recording, newest - NS_PER_MINUTE), recording.end_row)
        self.dialog(
            "Save the last minute", writable_log_filters(),
            lambda path: self._session.document.save(path, rows), save_as=_name(),
        )  # fmt: skip

    def offer_leftovers(self) -> None:
        """Report unsaved frames of a crashed session, when the start page is not visible."""
        found = leftovers()
        if not found:
            return
        newest = max(found, key=lambda leftover: leftover.first_time)
        when = datetime.fromtimestamp(newest.first_time / 1e9)
        others = f", and {len(found) - 1} older ones" if len(found) > 1 else ""
        which = f"{counted(newest.frames, 'frame')} from {when:%Y-%m-%d %H:%M}{others}"
        verb = were(newest.frames) if len(found) == 1 else "were"
        text = f"{which} {verb} not saved because the program crashed."
        self._session.messages.warning(text, "leftover")

        def saved() -> None:
            if not newest.folder.exists():
                self._session.messages.end("leftover")

        self._messages.offer(text, "Save…", lambda: self.ask_save_leftover(newest, saved))

    def ask_save_leftover(self, leftover: Leftover, then: Callable[[], None]) -> None:
        """Ask where to save the frames of a crashed session; ``then`` is also called after an error."""
        when = datetime.fromtimestamp(leftover.first_time / 1e9)

        def chosen(path: str) -> None:
            self._session.document.save_leftover(leftover, path).ended.connect(then)

        self.dialog(
            "Save frames of a crashed session",
            writable_log_filters(),
            chosen,
            save_as=f"trace-{when:%Y%m%d-%H%M%S}",
        )

    def _save(self, path: str, then: Callable[[], None] | None) -> None:
        task: Task = self._session.document.save(path)
        task.finished.connect(lambda _result: self._settings.add_recent(self._settings.recent_files, path))
        if then is not None:
            task.finished.connect(lambda _result: then())

    def ask_record(self) -> None:
        """Ask for a file and record received frames to it."""
        self.dialog(
            "Record to a file", writable_log_filters(), self._session.record.start, save_as=_name(),
            rejected=self._session.record.changed.emit,
        )  # fmt: skip

    def ask_record_with_options(self, trigger: str = "") -> None:
        """Ask for the options of a recording and start it; ``trigger`` replaces that of the last time."""
        path = Path(recent_folder(self._settings)) / f"{_name()}.blf"
        fields = self._record_fields.value
        fields = replace(fields, trigger=trigger) if trigger else fields
        dialog = RecordDialog(path, fields, self._filter_problem, self._browse, self._window)
        dialog.chosen.connect(self._session.record.start)
        dialog.chosen.connect(lambda *_: self._record_fields.set(dialog.values()))
        dialog.open()

    def _browse(self, chosen: Callable[[str], None]) -> None:
        self.dialog("Record to", writable_log_filters(), chosen, save_as=_name())

    def _filter_problem(self, text: str) -> str:
        try:
            compile_for(text, self._session.document.recording, self._session.databases.loaded)
        except FilterError as error:
            return f"The trigger is not a valid filter: {error}"
        return ""

    def ask_reference(self) -> None:
        """Ask for a log file to compare the plots with."""
        self.dialog(
            "Compare with a log file", log_filters(), lambda path: self._session.reference.open(Path(path))
        )

    def ask_database(self) -> None:
        """Ask for a database and load it."""
        self.dialog("Load a database", database_filters(), self._session.databases.load)

    def drop(self, *paths: str) -> None:
        """Load dropped databases, which are recognized by suffix, and open other files as log files."""
        logs = []
        for path in paths:
            if Path(path).suffix.lower() in DATABASE_SUFFIXES:
                self._session.databases.load(path)
            else:
                logs.append(path)
        self.open_all(logs)

    def keep_unsaved(self, then: Callable[[], None]) -> None:
        """Call ``then``, after asking whether to save frames and marks that have not been saved."""
        frames, marks = self._session.document.unsaved_frames, self._session.document.unsaved_marks
        if not frames and not marks:
            then()
            return
        box = QMessageBox(self._window)
        box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        box.setIcon(QMessageBox.Icon.Question)
        box.setWindowTitle("Unsaved frames")
        unsaved = counted(frames, "received frame") if frames else counted(marks, "mark")
        verb = "has" if (frames or marks) == 1 else "have"
        box.setText(f"{unsaved} {verb} not been saved.")
        box.setInformativeText("Save first? Unsaved frames and marks are deleted.")
        buttons = QMessageBox.StandardButton
        box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
        box.setDefaultButton(buttons.Save)
        icons.without_icons(box)
        box.buttonClicked.connect(lambda button: self._after_question(box.standardButton(button), then))
        box.open()

    def _after_question(self, answer: QMessageBox.StandardButton, then: Callable[[], None]) -> None:
        if answer == QMessageBox.StandardButton.Save:
            self.ask_save(then)
        elif answer == QMessageBox.StandardButton.Discard:
            then()

    # -- dialogs ------------------------------------------------------------------------------------------

    def dialog(
        self,
        title: str,
        filters: str,
        chosen: Callable[[str], object],
        save_as: str = "",
        rejected: Callable[[], None] | None = None,
    ) -> None:
        """Ask for a file to read, or for one to write if ``save_as`` suggests a name."""
        folder = recent_folder(self._settings)
        if save_as:
            ask_new_file(self._window, title, Path(folder) / save_as, filters, chosen, rejected)
        else:
            ask_files(self._window, title, folder, filters, lambda paths: chosen(paths[0]), several=False)


def _name() -> str:
    """A file name with the current date and time."""
    return time.strftime("trace-%Y%m%d-%H%M%S")
