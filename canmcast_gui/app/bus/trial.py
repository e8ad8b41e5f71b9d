"""Try a channel: open it, listen for a moment, say what was received."""

from __future__ import annotations

import time

import numpy as np
from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.program.tasks import Report, Task, TaskPool
from canmcast_gui.channels.kinds import kind_of
from canmcast_gui.channels.settings import ChannelSettings
from canmcast_gui.frames import FrameBatch
from canmcast_gui.wording import counted

LISTEN_SECONDS = 1.0
# A cancellation is noticed after this time at the latest.
SLICE_SECONDS = 0.1


class ChannelTrial(QObject):
    """Runs one trial at a time in the background. It must live as long as ``tasks``.

    ``ended`` carries whether the channel could be opened, and a text for the user.
    """

    ended = Signal(bool, str)

    def __init__(self, tasks: TaskPool, parent: QObject) -> None:
        super().__init__(parent)
        self._tasks = tasks
        self._task: Task | None = None

    def run(self, channel: ChannelSettings) -> None:
        """Try a channel; cancels the trial before it."""
        self.cancel()
        self._task = task = self._tasks.make(f"Testing {channel.title}", lambda report: _try(channel, report))
        task.finished.connect(lambda text: self._end(task, True, text))
        task.failed.connect(lambda text: self._end(task, False, text))
        task.start()

    def cancel(self) -> None:
        """End the trial that runs, if any."""
        if self._task is not None:
            self._task.cancel()
            self._task = None

    def _end(self, task: Task, works: bool, text: str) -> None:
        if task is self._task:
            self._task = None
            self.ended.emit(works, text)


def _try(channel: ChannelSettings, report: Report) -> str:
    """Listen to a channel; returns what was received. Raises BusError if it cannot be opened."""
    batches: list[FrameBatch] = []
    with kind_of(channel).open_capture(channel) as capture:
        end = time.monotonic() + LISTEN_SECONDS
        while time.monotonic() < end and report(0.0):
            batches.append(capture.recv_batch(timeout=SLICE_SECONDS))
        problem = capture.problem
    if problem:
        return f"It was opened, but {problem}."
    batch = FrameBatch.concatenate(batches)
    if not len(batch):
        return "It was opened. No frame was received within a second."
    ids = len(np.unique(batch.arbitration_id))
    return f"It works: {counted(len(batch), 'frame')} of {counted(ids, 'id')} within a second."
