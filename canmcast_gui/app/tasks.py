"""Slow work beside the window: a plain function, its progress, a way to cancel, an end on the GUI thread."""

import logging
import threading
from collections.abc import Callable

from PySide6.QtCore import QObject, QRunnable, QThreadPool, Signal, Slot

from canmcast_gui.frames.errors import UserError

log = logging.getLogger(__name__)

Report = Callable[[float], bool]
Work = Callable[[Report], object]


class Task(QObject):
    """Runs ``work(report)`` in a thread of the pool.

    The function calls ``report(fraction)`` now and then; an answer of False asks it to stop. All signals
    arrive on the thread that made the task. It ends with exactly one of ``finished`` (the result),
    ``failed`` (a sentence) and ``cancelled`` (what it returned all the same), and then ``ended``.
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
        self._work = work
        self._stop = threading.Event()
        self._progressed.connect(self._on_progress)
        self._returned.connect(self._on_return)
        self._raised.connect(self._on_raise)

    def start(self) -> "Task":
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
            self._raised.emit(str(error))
        except Exception as error:
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
