"""Tasks: functions that run in a thread, report progress and can be canceled; signals in the GUI thread."""

from __future__ import annotations

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QObject, QRunnable, QThreadPool, Signal, Slot

from canmcast_gui.frames.errors import UserError

log = logging.getLogger(__name__)

Report = Callable[[float], bool]
Work = Callable[[Report], object]


class Task(QObject):
    """Runs ``work(report)`` in a thread of the pool.

    The function calls ``report(fraction)`` regularly, and stops when that returns False. All signals are
    emitted in the thread that created the task: exactly one of ``finished`` (the result), ``failed`` (a
    message; ``error`` is the exception) and ``canceled`` (what the function returned), and then ``ended``.
    ``is_quiet`` is for work that the user did not ask for: its progress is not shown.
    """

    progress = Signal(float)
    finished = Signal(object)
    failed = Signal(str)
    canceled = Signal(object)
    ended = Signal()
    _progressed = Signal(float)
    _returned = Signal(object)
    _raised = Signal(str)

    def __init__(self, title: str, work: Work, parent: QObject | None = None, is_quiet: bool = False) -> None:
        super().__init__(parent)
        self.title = title
        self.is_quiet = is_quiet
        self.error: Exception | None = None
        self._work = work
        self._stop = threading.Event()
        self._progressed.connect(self._on_progress)
        self._returned.connect(self._on_return)
        self._raised.connect(self._on_raise)

    def start(self) -> Task:
        """Start the task. Returns it."""
        QThreadPool.globalInstance().start(_Runner(self._run))
        return self

    def cancel(self) -> None:
        """Request the function to stop; ``canceled`` is emitted when it has."""
        self._stop.set()

    @property
    def is_canceled(self) -> bool:
        """Whether cancel() was called."""
        return self._stop.is_set()

    def _report(self, fraction: float) -> bool:
        self._progressed.emit(fraction)
        return not self._stop.is_set()

    def _run(self) -> None:
        try:
            result = self._work(self._report)
        except UserError as error:
            self.error = error
            self._raised.emit(str(error))
        except Exception as error:
            self.error = error
            log.exception("%s", self.title)
            self._raised.emit(str(error) or type(error).__name__)
        else:
            self._returned.emit(result)

    @Slot(float)
    def _on_progress(self, fraction: float) -> None:
        self.progress.emit(fraction)

    @Slot(object)
    def _on_return(self, result: object) -> None:
        if self._stop.is_set():
            self.canceled.emit(result)
        else:
            self.finished.emit(result)
        self.ended.emit()

    @Slot(str)
    def _on_raise(self, message: str) -> None:
        self.failed.emit(message)
        self.ended.emit()


class _Runner(QRunnable):
    def __init__(self, run: Callable[[], None]) -> None:
        super().__init__()
        self._run = run

    def run(self) -> None:
        self._run()


# A task that reads from a server that does not answer does not notice that it is canceled.
END_SECONDS = 4.0
# Some may wait for such a server; other tasks must still be able to run.
LEAST_THREADS = 16


class TaskPool(QObject):
    """Creates tasks, and deletes them when they have ended. ``started`` carries each task that is created."""

    started = Signal(Task)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._tasks: set[Task] = set()
        threads = QThreadPool.globalInstance()
        threads.setMaxThreadCount(max(threads.maxThreadCount(), LEAST_THREADS))

    def make(self, title: str, work: Work, is_quiet: bool = False) -> Task:
        """A new task: connect to its signals, then start it."""
        task = Task(title, work, self, is_quiet)
        self._tasks.add(task)
        task.ended.connect(lambda: self._forget(task))
        self.started.emit(task)
        return task

    def shutdown(self, seconds: float = END_SECONDS) -> bool:
        """Cancel all tasks, wait for them and emit their signals, so that files that they opened are closed.

        False if one has not ended after this time: the application object must not be deleted then, as its
        destructor would wait without limit.
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
