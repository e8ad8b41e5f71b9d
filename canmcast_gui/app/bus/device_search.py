"""The search for devices of one driver in the background."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.program.tasks import Task, TaskPool
from canmcast_gui.channels.devices import Detection, find_devices


class DeviceSearch(QObject):
    """Runs one search at a time. It must live as long as ``tasks``.

    ``ended`` carries the kind and the Detection.
    """

    ended = Signal(str, Detection)

    def __init__(self, tasks: TaskPool, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._task: Task | None = None

    def run(self, kind: str) -> None:
        """Ask the driver of a kind; the result of a search before it is dropped."""
        self.cancel()
        self._task = task = self._tasks.make("Finding devices", lambda _report: find_devices(kinds=[kind]))
        task.finished.connect(lambda found: self._end(task, kind, found))
        task.failed.connect(lambda text: self._end(task, kind, Detection(problems=(text,))))
        task.start()

    def cancel(self) -> None:
        """Drop the search that runs, if any."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _end(self, task: Task, kind: str, found: Detection) -> None:
        if task is self._task:
            self._task = None
            self.ended.emit(kind, found)
