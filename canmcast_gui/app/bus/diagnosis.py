"""The examination of a bus in the background: why no frames arrive."""

from __future__ import annotations

import select
import time
from collections.abc import Callable

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.program.tasks import Report, Task, TaskPool
from canmcast_gui.doctor.examination import Diagnosis, Examination
from canmcast_gui.doctor.steps import Advice, HasFileno
from canmcast_gui.transport.settings import BusSettings

# A cancellation is noticed after this time at the latest.
SLICE_SECONDS = 0.1

ADVICE = Advice(
    allow_fd="tick CAN FD in Connect to a bus (Ctrl+B)",
    allow_hosts="clear “This computer only” in Connect to a bus (Ctrl+B)",
    other_interface="choose another one in Connect to a bus (Ctrl+B)",
    choose="connect there ({})".format,
)


class BusDiagnosis(QObject):
    """Runs one examination at a time, also while the bus is open. It must live as long as ``tasks``.

    ``step`` carries "ok", "note" or "fail" and a text, as the steps are done. Then one of ``finished`` (the
    Diagnosis), ``failed`` (a message) and ``canceled`` is emitted.
    """

    step = Signal(str, str)
    finished = Signal(Diagnosis)
    failed = Signal(str)
    canceled = Signal()
    # From the thread of the task. Only this object receives it: a receiver that is disconnected while a call
    # to it waits, as one of ``step`` may be, would end the program.
    _stepped = Signal(str, str)

    def __init__(self, tasks: TaskPool, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._task: Task | None = None
        self._stepped.connect(self._on_step)

    @property
    def is_running(self) -> bool:
        """Whether an examination runs."""
        return self._task is not None

    def run(self, settings: BusSettings, seconds: float = 3.0) -> None:
        """Examine a bus, listening for frames for some seconds at most; cancels the examination before it."""
        self.cancel()
        self._task = task = self._tasks.make(
            f"Diagnosing {settings.label()}", lambda report: self._examine(settings, seconds, report)
        )
        task.finished.connect(lambda diagnosis: self._end(task, lambda: self.finished.emit(diagnosis)))
        task.failed.connect(lambda text: self._end(task, lambda: self.failed.emit(text)))
        task.start()

    def cancel(self) -> None:
        """End the examination that runs, if any."""
        if self._task is not None:
            self._task.cancel()
            self._task = None
            self.canceled.emit()

    def _on_step(self, level: str, text: str) -> None:
        self.step.emit(level, text)

    def _end(self, task: Task, then: Callable[[], None]) -> None:
        if task is self._task:
            self._task = None
            then()

    def _examine(self, settings: BusSettings, seconds: float, report: Report) -> Diagnosis:
        def wait(duration: float, readable: HasFileno) -> bool:
            end = time.monotonic() + duration
            while report(0.0):
                left = end - time.monotonic()
                ready, _, _ = select.select([readable], [], [], min(max(left, 0.0), SLICE_SECONDS))
                if ready or left <= 0:
                    return False
            return True

        def step(level: str, text: str) -> None:
            if report(0.0):
                self._stepped.emit(level, text)

        return Examination(settings, wait, step, seconds, ADVICE).run()
