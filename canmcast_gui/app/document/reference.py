"""A second recording beside the one in front of the user, to compare with: read from a log file."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.document.files import Opened, load
from canmcast_gui.app.program.messages import with_folder
from canmcast_gui.app.program.tasks import Task, TaskPool
from canmcast_gui.database import DatabaseSet
from canmcast_gui.logfile import LogPart
from canmcast_gui.recording import Recording, RecordingError


class Reference(QObject):
    """``recording`` is None while there is nothing to compare with; it may still be loading otherwise.

    Both recordings begin at the same place of a common time line; ``offset_ns`` moves this one to later
    times. ``changed`` says that another one is there, ``moved`` that its offset has changed.
    """

    changed = Signal()
    moved = Signal()
    message = Signal(str, str)

    def __init__(self, pool: TaskPool, databases: DatabaseSet, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.databases = databases
        self.recording: Recording | None = None
        self.path: Path | None = None
        self.offset_ns = 0
        self._pool = pool
        self._loading: Task | None = None
        self._read_by: dict[Task, Recording] = {}

    def open(self, path: Path) -> None:
        """Compare with a log file; it is read in the background, and what is there so far can be seen."""
        try:
            recording = Recording.create(is_copy=True)
        except RecordingError as error:
            self.message.emit("error", str(error))
            return
        self.close()
        self.recording, self.path = recording, path
        task = self._pool.make(f"Opening {path.name}", partial(load, [LogPart(path)], False, recording))
        self._loading = task
        self._read_by[task] = recording
        task.finished.connect(self._on_opened)
        task.failed.connect(lambda sentence: self._on_failed(task, with_folder(sentence, path)))
        task.ended.connect(lambda: self._on_ended(task))
        self.changed.emit()
        task.start()

    def set_offset(self, seconds: float) -> None:
        """Move it to later, or (negative) earlier times."""
        self.offset_ns = round(seconds * 1e9)
        self.moved.emit()

    def close(self) -> None:
        """Compare no more."""
        old, self.recording, self.path, self.offset_ns = self.recording, None, None, 0
        if self._loading is not None:
            self._loading.cancel()
            self._loading = None
        if old is not None:
            if old not in self._read_by.values():
                old.discard()
            self.changed.emit()

    def _on_opened(self, opened: Opened) -> None:
        if text := opened.summary("the file to compare with"):
            self.message.emit("warning", text)

    def _on_failed(self, task: Task, sentence: str) -> None:
        if self._loading is task:
            self.close()
        self.message.emit("error", sentence)

    def _on_ended(self, task: Task) -> None:
        recording = self._read_by.pop(task)
        if self._loading is task:
            self._loading = None
        if recording is not self.recording:
            recording.discard()
