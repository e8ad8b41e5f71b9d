"""A second recording to compare with, read from a log file."""

from __future__ import annotations

from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.document.files import Opened, load
from canmcast_gui.app.program.messages import Messages, with_folder
from canmcast_gui.app.program.tasks import Task, TaskPool
from canmcast_gui.database import DatabaseSet
from canmcast_gui.logfile import LogPart
from canmcast_gui.recording import Recording, RecordingError

# Of messages about the reference.
TOPIC = "reference"


class Reference(QObject):
    """``recording`` is None without a reference; it may still be loading otherwise.

    Both recordings begin at the same time of a common time line; ``offset_ns`` moves this one to later times.
    ``changed`` says that the recording is another one, ``moved`` that its offset is.
    """

    changed = Signal()
    moved = Signal()

    def __init__(
        self, tasks: TaskPool, messages: Messages, databases: DatabaseSet, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.databases = databases
        self.recording: Recording | None = None
        self.path: Path | None = None
        self.offset_ns = 0
        self._tasks = tasks
        self._messages = messages
        self._loading: Task | None = None
        self._read_by: dict[Task, Recording] = {}

    def open(self, path: Path) -> None:
        """Compare with a log file; frames are shown while the rest is read in the background."""
        try:
            recording = Recording.create(is_copy=True)
        except RecordingError as error:
            self._messages.error(str(error), TOPIC)
            return
        self.close()
        self.recording, self.path = recording, path
        task = self._tasks.make(f"Opening {path.name}", partial(load, [LogPart(path)], False, recording))
        self._loading = task
        self._read_by[task] = recording
        task.finished.connect(self._on_opened)
        task.failed.connect(lambda text: self._on_failed(task, with_folder(text, path)))
        task.ended.connect(lambda: self._on_ended(task))
        self._on_changed()
        task.start()

    @property
    def is_reading(self) -> bool:
        """Whether any task still reads a file."""
        return bool(self._read_by)

    def set_offset(self, seconds: float) -> None:
        """Move the reference to later or (negative) earlier times."""
        self.offset_ns = round(seconds * 1e9)
        self.moved.emit()

    def close(self) -> None:
        """End the comparison."""
        old, self.recording, self.path, self.offset_ns = self.recording, None, None, 0
        if self._loading is not None:
            self._loading.cancel()
            self._loading = None
        if old is not None:
            if old not in self._read_by.values():
                old.discard()
            self._on_changed()

    def _on_changed(self) -> None:
        self._messages.end(TOPIC)
        self.changed.emit()

    def _on_opened(self, opened: Opened) -> None:
        if text := opened.summary("the file to compare with"):
            self._messages.warning(text, TOPIC)

    def _on_failed(self, task: Task, text: str) -> None:
        if self._loading is task:
            self.close()
        self._messages.error(text, TOPIC)

    def _on_ended(self, task: Task) -> None:
        recording = self._read_by.pop(task)
        if self._loading is task:
            self._loading = None
        if recording is not self.recording:
            recording.discard()
