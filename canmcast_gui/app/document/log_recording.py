"""Recording to log files while frames arrive, with a trigger and with frames from before."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from canmcast_gui.app.bus.live import SUPERVISE_MS
from canmcast_gui.app.document.databases import compile_for
from canmcast_gui.app.document.document import Document
from canmcast_gui.app.program.messages import Messages, with_folder
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.frames.marks import Mark
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile import FileError, Recorder, RecordOptions
from canmcast_gui.recording import Recording

# Rows of the document that are read at once, in a few milliseconds.
_PIECE_ROWS = 65_536

# Bytes for frames from before: ten minutes of 10,000 frames/s fit.
_QUEUE_BYTES = 256_000_000


# Of messages about the log file that is recorded.
TOPIC = "record"


class LogRecording(QObject):
    """At most one recorder at a time. ``changed`` says that it was started or ended.

    ``problems`` has a sentence for each log file so far that is not what was requested.
    """

    changed = Signal()

    def __init__(
        self, messages: Messages, document: Document, databases: DatabaseSet, parent: QObject | None = None
    ) -> None:
        super().__init__(parent)
        self.recorder: Recorder | None = None
        self.problems: list[str] = []
        self._messages = messages
        self._document = document
        self._databases = databases
        self._path = Path()
        self._written = 0
        self._is_moved = False
        self._supervisor = QTimer(self)
        self._supervisor.setInterval(SUPERVISE_MS)
        self._supervisor.timeout.connect(self._supervise)

    @property
    def recorded(self) -> int:
        """How many frames all recorders so far have taken."""
        return self._written + (self.recorder.recorded if self.recorder is not None else 0)

    @property
    def was_used(self) -> bool:
        """Whether a log file is recorded or was recorded with frames in it."""
        return self.recorder is not None or self._written > 0

    def start(self, path: Path | str, options: RecordOptions | None = None) -> bool:
        """Record what is received from now on to a log file, or to several, as the options say.

        Frames from before that the options ask for come from the document. Ends the recorder that is running.
        False, with a message, where recording cannot start.
        """
        path = Path(path)
        self.stop()
        try:
            self.recorder = start_recorder(path, options, self._document.recording, self._databases)
        except FileError as error:
            self._report(with_folder(str(error), path))
            return False
        self._is_moved = False
        self._path = path
        self._supervisor.start()
        self._messages.end(TOPIC)
        self.changed.emit()
        return True

    def write(self, batch: FrameBatch) -> None:
        """Record frames."""
        if self.recorder is not None:
            self.recorder.write(batch)

    def mark(self, mark: Mark) -> None:
        """Record a mark on a frame from the bus, where the format has a place for it."""
        if self.recorder is not None and self._document.file_path is None:
            self.recorder.write_mark(mark)

    def stop(self) -> None:
        """Complete the log file; nothing happens without one."""
        recorder, self.recorder = self.recorder, None
        if recorder is None:
            return
        self._supervisor.stop()
        recorder.close()
        self._written += recorder.recorded
        if recorder.error:
            self._report(with_folder(recorder.error, self._path))
        if recorder.losses:
            self._messages.info(f"{recorder.path.name}: {recorder.losses}.", TOPIC)
        self.changed.emit()

    def _report(self, problem: str) -> None:
        self.problems.append(problem)
        self._messages.error(problem, TOPIC)

    def _supervise(self) -> None:
        """Stop a recorder that has failed; report once that its file was moved."""
        recorder = self.recorder
        if recorder is None:
            return
        if recorder.error:
            self.stop()
        elif recorder.was_moved and not self._is_moved:
            self._is_moved = True
            self._messages.warning(
                f"{recorder.current_path} was moved or replaced: frames are still recorded to the old file.",
                TOPIC,
            )


def start_recorder(
    path: Path, options: RecordOptions | None, recording: Recording, databases: DatabaseSet
) -> Recorder:
    """A recorder with the frames from before that the options ask for. Raises FileError."""
    options = options or RecordOptions()
    trigger = None
    if options.trigger:
        try:
            trigger = compile_for(options.trigger, recording, databases)
        except FilterError as error:
            raise FileError(f"The trigger is not a valid filter: {error}") from error
    if not options.pre_seconds:
        return Recorder(path, options, trigger)
    recorder = Recorder(path, options, trigger, queue_bytes=_QUEUE_BYTES)
    if len(recording) and not options.trigger:
        _write_newest(recorder, recording, round(options.pre_seconds * NS_PER_SECOND))
    return recorder


def _write_newest(recorder: Recorder, recording: Recording, span_ns: int) -> None:
    """Write the newest frames of a recording, from ``span_ns`` before the last one on."""
    newest = int(recording.rows(recording.end_row - 1, recording.end_row).timestamp_ns[0])
    start = recording.end_row
    while start > recording.first_row:
        before = max(recording.first_row, start - _PIECE_ROWS)
        times = recording.rows(before, start).timestamp_ns
        old = int((times < newest - span_ns).sum())
        start = before + old
        if old:
            break
    for row in range(start, recording.end_row, _PIECE_ROWS):
        recorder.write(recording.rows(row, min(row + _PIECE_ROWS, recording.end_row)))
