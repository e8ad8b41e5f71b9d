"""The commands for files: open, save, load databases. Frames are received while a dialog is open."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QCursor
from PySide6.QtWidgets import QMenu, QWidget

from canmcast_gui.app.document.document import Document
from canmcast_gui.app.program.settings import ASK_UNSAVED, AppSettings, Setting
from canmcast_gui.app.program.tasks import Task
from canmcast_gui.app.session import Session
from canmcast_gui.database.formats import SUFFIXES as DATABASE_SUFFIXES
from canmcast_gui.frames.filters import Filter
from canmcast_gui.frames.units import NS_PER_MINUTE, NS_PER_SECOND
from canmcast_gui.logfile import LogPart, TableLayout
from canmcast_gui.logfile.formats import FORMATS
from canmcast_gui.recording.search import first_row_since
from canmcast_gui.ui.dialogs.files import (
    DATABASE_FOLDER,
    DEFAULT_SUFFIX,
    LOG_FOLDER,
    ask_files,
    ask_new_file,
    database_filters,
    log_filters,
    log_suffix,
    recent_folder,
    remember_folder,
    writable_log_filters,
)
from canmcast_gui.ui.dialogs.merge import MergeDialog
from canmcast_gui.ui.dialogs.question import Button, ask
from canmcast_gui.ui.dialogs.table_layout import LAYOUTS, ask_layout
from canmcast_gui.ui.labels import label_text
from canmcast_gui.wording import counted

NO_FRAMES = "There are no frames to save."

COMPRESSED = (".gz", ".zst")


class FileCommands(QObject):
    """Asks for files and passes them to the session. ``opened`` carries the path when opening starts."""

    opened = Signal(str)

    def __init__(self, session: Session, settings: AppSettings, window: QWidget) -> None:
        super().__init__(window)
        self._session = session
        self._settings = settings
        self._layouts = settings.field(LAYOUTS)
        self._window = window
        session.document.layout_needed.connect(self._ask_layout)

    # -- opening ------------------------------------------------------------------------------------------

    def ask_open(self) -> None:
        """Ask for one log file or several, and open them."""
        folder = recent_folder(self._settings)
        ask_files(self._window, "Open log files", folder, log_filters(), self.open_all)

    def open_all(self, paths: list[str]) -> None:
        """Open one file, or several on one time line after a dialog."""
        if paths:
            remember_folder(self._settings, paths[0])
        if len(paths) == 1:
            self.open(paths[0])
        elif paths:
            dialog = MergeDialog(sorted(map(Path, paths)), self._window)
            dialog.chosen.connect(
                lambda parts, align: self.keep_unsaved(lambda: self._open_parts(parts, align))
            )
            dialog.compare_requested.connect(
                lambda first, second: self.keep_unsaved(lambda: self._open_to_compare(first, second))
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

    # -- saving -------------------------------------------------------------------------------------------

    def ask_save(self, then: Callable[[], None] | None = None) -> None:
        """Ask where to save all frames; ``then`` is called when they are saved."""
        self._ask_to_save("Save all frames", lambda path: self._save(path, then))

    def ask_save_shown(self, condition: Filter) -> None:
        """Ask where to save the frames that match a filter."""
        if condition.passes_all:
            self.ask_save()
        else:
            self._ask_to_save(
                f"Save the frames that match “{condition.text}”",
                lambda path: self._session.document.save(path, condition=condition),
                "-filtered",
            )

    def ask_save_minute(self) -> None:
        """Ask where to save the last minute before the dialog was opened."""
        recording = self._session.document.recording
        rows = range(0)
        if len(recording):
            newest = int(recording.rows(recording.end_row - 1).timestamp_ns[0])
            rows = range(first_row_since(recording, newest - NS_PER_MINUTE), recording.end_row)
        self._ask_to_save(
            "Save the last minute", lambda path: self._session.document.save(path, rows), "-last-minute"
        )

    def _ask_to_save(self, title: str, chosen: Callable[[str], object], part: str = "") -> None:
        """Ask for a file to save to; ``part`` is added to the name where it is not for all frames."""
        if not len(self._session.document.recording):
            self._session.messages.info(NO_FRAMES)
            return
        name, folder = proposed_name(self._session.document, part, log_suffix(self._settings))
        filters = writable_log_filters()
        self.dialog(title, filters, chosen, save_as=str(folder / name) if folder else name)

    def _save(self, path: str, then: Callable[[], None] | None) -> None:
        task: Task = self._session.document.save(path)
        task.finished.connect(lambda _result: self._settings.add_recent(self._settings.recent_files, path))
        if then is not None:
            task.finished.connect(lambda _result: then())

    # -- other files --------------------------------------------------------------------------------------

    def ask_reference(self) -> None:
        """Ask for a log file to compare the plots with."""
        self.dialog(
            "Compare with a log file", log_filters(), lambda path: self._session.reference.open(Path(path))
        )

    def ask_database(self) -> None:
        """Ask for a database and load it."""
        self.dialog("Load a database", database_filters(), self._session.databases.load, kind=DATABASE_FOLDER)

    def drop(self, *paths: str) -> None:
        """Load dropped databases, which are recognized by suffix, and open other files as log files."""
        self.open_all(self._load_databases(paths))

    def drop_on_plot(self, paths: list[str]) -> None:
        """Like drop(), but ask in a menu whether to open a single log file or to compare with it."""
        logs = self._load_databases(paths)
        if len(logs) != 1 or not len(self._session.document.recording):
            self.open_all(logs)
            return
        name = label_text(Path(logs[0]).name)
        menu = QMenu(self._window)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(f"&Compare with {name}", lambda: self._session.reference.open(Path(logs[0])))
        menu.addAction(f"&Open {name}", lambda: self.open_all(logs))
        menu.popup(QCursor.pos())

    def _load_databases(self, paths: Iterable[str]) -> list[str]:
        """Load the databases among the files; returns the other files."""
        logs = []
        for path in paths:
            if Path(path).suffix.lower() in DATABASE_SUFFIXES:
                self._session.databases.load(path)
            else:
                logs.append(path)
        return logs

    def _open_to_compare(self, first: Path, second: Path) -> None:
        self._open(str(first))
        self._session.reference.open(second)

    def keep_unsaved(self, then: Callable[[], None]) -> None:
        """Call ``then``, after asking whether to save frames and marks that have not been saved."""
        frames, marks = self._session.document.unsaved_frames, self._session.document.unsaved_marks
        if not (frames or marks) or not self._settings.field(ASK_UNSAVED).value:
            then()
            return
        unsaved = counted(frames, "received frame") if frames else counted(marks, "mark")
        verb = "has" if (frames or marks) == 1 else "have"
        ask(
            self._window,
            "Unsaved frames",
            f"{unsaved} {verb} not been saved.",
            "Save first? Unsaved frames and marks are deleted.",
            {Button.Save: lambda: self.ask_save(then), Button.Discard: then},
            default=Button.Save,
        )

    # -- dialogs ------------------------------------------------------------------------------------------

    def dialog(
        self,
        title: str,
        filters: str,
        chosen: Callable[[str], object],
        save_as: str = "",
        rejected: Callable[[], None] | None = None,
        kind: Setting[str] = LOG_FOLDER,
    ) -> None:
        """Ask for a file to read, or for one to write if ``save_as`` suggests a name or path.

        The next dialog of the same ``kind`` begins in the folder of the chosen file.
        """

        def take(path: str) -> None:
            remember_folder(self._settings, path, kind)
            chosen(path)

        folder = recent_folder(self._settings, kind)
        if save_as:
            ask_new_file(self._window, title, Path(folder) / save_as, filters, take, rejected)
        else:
            ask_files(self._window, title, folder, filters, lambda paths: take(paths[0]), several=False)


def proposed_name(
    document: Document, part: str = "", default: str = DEFAULT_SUFFIX
) -> tuple[str, Path | None]:
    """A name for the frames of a document, and the folder of an opened file.

    An opened file keeps its name and format, if that can be written; frames from a bus get the time of the
    first one, and the suffix ``default``. ``part`` is added to the name.
    """
    if not document.paths:
        recording = document.recording
        first_ns = int(recording.rows(recording.first_row, recording.first_row + 1).timestamp_ns[0])
        return f"{time_name(first_ns)}{part}{default}", None
    path = document.paths[0]
    if len(document.paths) > 1:
        part = f"-and-{len(document.paths) - 1}-more{part}"
    name = path.stem if path.suffix.lower() in COMPRESSED else path.name
    opened = document.opened
    format_name = opened.files[0].format if opened and opened.files else ""
    known = next((one for one in FORMATS if one.name == format_name), None)
    suffixes = known.suffixes if known is not None and known.can_write else (default,)
    suffix = next((one for one in suffixes if name.lower().endswith(one)), "")
    stem = name[: -len(suffix)] if suffix else Path(name).stem
    return f"{stem}{part}{name[-len(suffix) :] if suffix else suffixes[0]}", path.parent


def name_of_now() -> str:
    """A file name with the current date and time, without a suffix."""
    return time_name(time.time_ns())


def time_name(time_ns: int) -> str:
    """A file name with a date and time."""
    return f"trace-{datetime.fromtimestamp(time_ns / NS_PER_SECOND):%Y%m%d-%H%M%S}"
