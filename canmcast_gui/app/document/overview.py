"""The overview of the recording in front of the user: its frames over time, and what a file contains."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.document.document import Document
from canmcast_gui.app.document.timeline import Contents, Spread, Timeline
from canmcast_gui.app.program.event_loop import DisplayClock
from canmcast_gui.app.program.tasks import Report, Task, TaskPool
from canmcast_gui.recording import Recording

# Ticks of the display clock between two updates: four updates a second.
EVERY_TICKS = 6

# Rows that are counted at once in the GUI thread, in less than a millisecond; more are counted by a task.
# A live bus stays below: it has 20,000 frames/s at most.
INLINE_ROWS = 20_000

# The mean load of a longer file follows from the bits of about this number of its frames, some of each piece:
# to count those of ten million takes longer than reading the file.
MEASURED_ROWS = 250_000

# Rows between two looks at a cancellation, and between two chances for other threads.
PIECE_ROWS = 1 << 14  # of which all bits are counted


class Overview(QObject):
    """``spread`` has the frames over time, ``contents`` the kinds of frames of a file, by channel.

    Both are counted while a recording grows; the bits of a file, which take longer, when it has been read.
    ``changed`` is emitted when there is something new.
    """

    changed = Signal()

    def __init__(
        self, document: Document, tasks: TaskPool, clock: DisplayClock, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self._document = document
        self._tasks = tasks
        self._ticks = 0
        self._task: Task | None = None
        self._begin()
        document.replaced.connect(self._on_replaced)
        clock.tick.connect(self._on_tick)

    @property
    def is_complete(self) -> bool:
        """Whether all frames of a file are in ``contents``."""
        return self._document.loading is None and self._contents_end == self._document.recording.end_row

    def _begin(self) -> None:
        self.timeline, self.contents = Timeline(), Contents()
        self.spread = Spread()
        self._timeline_end = self._contents_end = self._first_row = self._document.recording.first_row

    def _on_replaced(self) -> None:
        if self._task is not None:
            self._task.cancel()
            self._task = None
        self._begin()
        self.changed.emit()

    def _on_tick(self) -> None:
        self._ticks += 1
        if self._ticks % EVERY_TICKS == 0:
            self.update()

    def update(self) -> None:
        """Count new frames, or start a task that does."""
        recording = self._document.recording
        if self._task is not None:
            self._show()
            return
        self._drop_evicted(recording)
        end = recording.end_row
        if end > self._timeline_end:
            start, self._timeline_end = self._timeline_end, end
            if end - start <= INLINE_ROWS:
                _count_times(self.timeline, recording, start, end)
                self._show()
            else:
                self._start(partial(_count_times, self.timeline, recording, start, end))
        elif self._document.file_path is not None and not self.is_complete and self._document.loading is None:
            start = self._contents_end
            task = self._start(partial(_count_kinds, self.contents, recording, start, end))
            task.finished.connect(lambda _result: self._on_kinds(task, end))

    def _drop_evicted(self, recording: Recording) -> None:
        first = recording.first_row
        if first > self._first_row and len(recording):
            self._first_row = first
            for _row, batch in recording.blocks(first, first + 1):
                self.timeline.drop_before(int(batch.timestamp_ns[0]))

    def _start(self, work: partial[None]) -> Task:
        """Run ``work`` in the background."""
        task = self._task = self._tasks.make("Counting frames", work, is_quiet=True)
        task.ended.connect(lambda: self._on_ended(task))
        return task.start()

    def _on_kinds(self, task: Task, end: int) -> None:
        if self._task is task:
            self._contents_end = end

    def _on_ended(self, task: Task) -> None:
        if self._task is task:
            self._task = None
            self._show()

    def _show(self) -> None:
        self.spread = self.timeline.spread()
        self.changed.emit()


def _count_times(
    timeline: Timeline, recording: Recording, start: int, stop: int, report: Report | None = None
) -> None:
    """Count frames of rows over time; rows that are evicted in the meantime are left out."""
    for row, batch in recording.blocks(start, stop):
        timeline.add(batch.timestamp_ns)
        if report is not None and not report((row - start) / (stop - start)):
            return


def _count_kinds(contents: Contents, recording: Recording, start: int, stop: int, report: Report) -> None:
    """Count frames of rows by channel and kind, and the bits of some of them."""
    share = max(1, (stop - start) // MEASURED_ROWS)
    for row, batch in recording.blocks(start, stop, PIECE_ROWS * min(share, 4)):
        contents.add(batch, share)
        if not report((row - start) / (stop - start)):
            return
