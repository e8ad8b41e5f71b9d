"""Slow work in a thread: a plain function with progress and a way to cancel; its end on the GUI thread."""

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

    The function calls ``report(fraction)`` now and then; an answer of False asks it to stop. All signals
    arrive on the thread that made the task. It ends with exactly one of ``finished`` (the result),
    ``failed`` (a sentence; ``error`` is the exception) and ``cancelled`` (what it returned all the same), and
    then ``ended``.
    """

    progress = Signal(float)
    finished = Signal(object)
    failed = Signal(str)
    cancelled = Signal(object)
    ended = Signal()
    _progressed = Signal(float)
    _returned = Signal(object)
    _raised = Signal(str)

    def __init__(self, title: str, work: Work, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.title = title
        self.error: Exception | None = None
        self._work = work
        self._stop = threading.Event()
        self._progressed.connect(self._on_progress)
        self._returned.connect(self._on_return)
        self._raised.connect(self._on_raise)

    def start(self) -> Task:
        """Begin; returns the task itself."""
        QThreadPool.globalInstance().start(_Runner(self._run))
        return self

    def cancel(self) -> None:
        """Ask the work to stop; ``cancelled`` says when it has."""
        self._stop.set()

    @property
    def is_cancelled(self) -> bool:
        """Whether somebody asked it to stop."""
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
            self.cancelled.emit(result)
        else:
            self.finished.emit(result)
        self.ended.emit()

    @Slot(str)
    def _on_raise(self, sentence: str) -> None:
        self.failed.emit(sentence)
        self.ended.emit()


class _Runner(QRunnable):
    def __init__(self, run: Callable[[], None]) -> None:
        super().__init__()
        self._run = run

    def run(self) -> None:
        self._run()


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
