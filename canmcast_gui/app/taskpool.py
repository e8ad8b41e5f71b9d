"""The tasks that a session has running, so that none outlives it."""

from __future__ import annotations

from PySide6.QtCore import QCoreApplication, QObject, QThreadPool, Signal

from canmcast_gui.app.tasks import Task, Work

# A task that reads from a server that is gone does not see that it is cancelled.
END_SECONDS = 4.0
# Some may wait for such a server; what the user does then must not wait behind them.
LEAST_THREADS = 16


class TaskPool(QObject):
    """Makes tasks, announces them, and lets go of them when they end."""

    started = Signal(object)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: set[Task] = set()
        threads = QThreadPool.globalInstance()
        threads.setMaxThreadCount(max(threads.maxThreadCount(), LEAST_THREADS))

    def make(self, title: str, work: Work) -> Task:
        """A task that has not begun: connect to its signals, then start it."""
        task = Task(title, work, self)
        self._tasks.add(task)
        task.ended.connect(lambda: self._forget(task))
        self.started.emit(task)
        return task

    def shutdown(self, seconds: float = END_SECONDS) -> bool:
        """Cancel all, wait, and deliver their ends, so that what they opened gets closed.

        False where one has not ended by then: the application object must not be deleted, as that would wait
        for it without limit.
        """
        for task in self._tasks:
            task.cancel()
        ended = QThreadPool.globalInstance().waitForDone(round(seconds * 1000))
        for task in list(self._tasks):
            QCoreApplication.sendPostedEvents(task, 0)
        return ended

    def _forget(self, task: Task) -> None:
        self._tasks.discard(task)
        task.deleteLater()
