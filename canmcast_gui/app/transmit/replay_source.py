"""The source of the replay: log files, read in the background, or the frames of the trace."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.document.document import Document
from canmcast_gui.app.program.tasks import Report, Task, TaskPool
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile import LogPart, Order, open_reader
from canmcast_gui.recording import Recording, RecordingError
from canmcast_gui.recording.search import first_row_since
from canmcast_gui.transmit.replay.options import LongestGap

# Frames of a batch: few, so that the replay can begin and be canceled at once.
LOAD_FRAMES = 4096


class ReplaySource(QObject):
    """The frames that are replayed: rows ``first_row`` to ``end_row`` of ``recording``.

    Files (``parts`` in an ``order``) are chosen first and read later; until then ``recording`` is None.
    ``closing`` is emitted before the source is released, ``changed`` after any change; ``failed`` carries a
    message. ``remarks`` are about the files that were read.
    """

    changed = Signal()
    closing = Signal()
    failed = Signal(str)

    def __init__(self, document: Document, tasks: TaskPool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._document = document
        self._tasks = tasks
        self.parts: tuple[LogPart, ...] = ()
        self.order: Order = "times"
        self.remarks: tuple[str, ...] = ()
        self.recording: Recording | None = None
        self.first_row = 0
        self._trace_end_row: int | None = None
        self._loading: Task | None = None
        document.replaced.connect(self._on_trace_replaced)

    # -- state -------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The name of the source; "" if none is chosen."""
        if self._trace_end_row is not None:
            return "a copy of the trace"
        if not self.parts:
            return ""
        more = f" and {len(self.parts) - 1} more" if len(self.parts) > 1 else ""
        return self.parts[0].path.name + more

    @property
    def is_chosen(self) -> bool:
        """Whether a source is chosen, read or not."""
        return self.recording is not None or bool(self.parts)

    @property
    def is_trace(self) -> bool:
        """Whether the source is the trace."""
        return self._trace_end_row is not None

    @property
    def loading(self) -> bool:
        """Whether files are still being read."""
        return self._loading is not None

    @property
    def end_row(self) -> int:
        """The row after the last one, so far."""
        if self._trace_end_row is not None:
            return self._trace_end_row
        return self.recording.end_row if self.recording is not None else 0

    @property
    def frames(self) -> int:
        """How many frames can be replayed, so far."""
        return max(0, self.end_row - self.first_row)

    @property
    def start_ns(self) -> int | None:
        """The time of the first frame; None without one."""
        return self.time_of(self.first_row)

    @property
    def seconds(self) -> float:
        """The duration of the recording, so far."""
        return self.seconds_at(self.time_of(self.end_row - 1))

    def time_of(self, row: int) -> int | None:
        """The time of a row, or of the nearest one, in ns; None without a row."""
        if self.recording is None or not self.frames:
            return None
        row = max(self.first_row, min(row, self.end_row - 1))
        return int(self.recording.rows(row, row + 1).timestamp_ns[0])

    def seconds_at(self, time_ns: int | None) -> float:
        """Seconds from the start of the recording to a time."""
        start_ns = self.start_ns
        return 0.0 if time_ns is None or start_ns is None else max(0.0, (time_ns - start_ns) / NS_PER_SECOND)

    def row_at(self, seconds: float) -> int:
        """The first row at that time since the start, or later."""
        if self.recording is None or self.start_ns is None:
            return self.first_row
        time_ns = self.start_ns + round(seconds * NS_PER_SECOND)
        return first_row_since(self.recording, time_ns, self.first_row, self.first_row + self.frames)

    # -- choosing ----------------------------------------------------------------------------------------

    def choose_trace(self) -> None:
        """Choose the frames that the trace holds now."""
        recording = self._document.recording
        if not len(recording):
            self.failed.emit("The trace is empty: it has no frame to replay.")
            return
        self.close()
        self.recording = recording
        self.first_row, self._trace_end_row = recording.first_row, recording.end_row
        self.changed.emit()

    def choose_files(self, parts: Sequence[LogPart], order: Order = "times") -> None:
        """Choose log files, which read() reads."""
        self.close()
        self.parts, self.order = tuple(parts), order
        self.changed.emit()

    def read(self) -> None:
        """Read the files in the background; frames that are read can be replayed at once."""
        if not self.parts or self.recording is not None:
            return
        try:
            recording = self.recording = Recording.create(is_copy=True)
        except RecordingError as error:
            self.failed.emit(str(error))
            return
        task = self._tasks.make(f"Reading {self.name}", partial(_load, self.parts, self.order, recording))
        task.finished.connect(partial(self._on_finished, recording))
        task.failed.connect(partial(self._on_failed, recording))
        task.ended.connect(partial(self._on_ended, recording, task))
        self._loading = task
        task.start()
        self.changed.emit()

    def _on_finished(self, recording: Recording, remarks: list[str]) -> None:
        if self.recording is recording:
            self.remarks = tuple(remarks)

    def _on_failed(self, recording: Recording, sentence: str) -> None:
        if self.recording is recording:
            self._release()
        self.failed.emit(sentence)

    def _on_ended(self, recording: Recording, task: Task) -> None:
        if self._loading is task:
            self._loading = None
        if self.recording is not recording:
            recording.discard()
        self.changed.emit()

    def _on_trace_replaced(self) -> None:
        if self._trace_end_row is not None:
            self.close()

    def close(self) -> None:
        """Release the source."""
        self._release()
        self.parts = ()
        self.changed.emit()

    def _release(self) -> None:
        """Release what was read, or cancel reading: the end of the task releases it then."""
        self.closing.emit()
        recording, self.recording = self.recording, None
        task, self._loading = self._loading, None
        is_trace, self._trace_end_row = self._trace_end_row is not None, None
        self.first_row, self.remarks = 0, ()
        if task is not None:
            task.cancel()
        elif recording is not None and not is_trace:
            recording.discard()


def _load(parts: Sequence[LogPart], order: Order, target: Recording, report: Report) -> list[str]:
    """Read files into a recording, and return remarks. Raises FileError, RecordingError."""
    reader = open_reader(parts, order, LOAD_FRAMES)
    gap = LongestGap()
    for batch in reader:
        target.append(batch)
        gap.add(batch)
        if not report(reader.progress):
            return []
    remarks = reader.remarks
    if len(parts) > 1 and gap.sentence():
        remarks.append(f"{gap.sentence()}; they can begin together")
    return remarks


def parts_of(paths: Sequence[str | Path]) -> list[LogPart]:
    """Log files without offsets."""
    return [LogPart(Path(path)) for path in paths]
