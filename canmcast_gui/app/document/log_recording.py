"""Recording to files: the one that runs, and how one begins: its trigger, and the time before."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from canmcast_gui.app.bus.live import SUPERVISE_MS
from canmcast_gui.app.document.databases import compile_for
from canmcast_gui.app.program.messages import with_folder
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.frames.marks import Mark
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile import FileError, Recorder, RecordOptions
from canmcast_gui.recording import Recording

# One piece of the time before: a few milliseconds of reading.
_PIECE_ROWS = 65_536

# Beside the queue for what comes meanwhile, so that ten minutes of 10,000 frames/s fit in front of it.
_QUEUE_BYTES = 256_000_000


class RecordControl(QObject):
    """At most one recorder at a time. ``changed`` says that one has begun or ended.

    ``message`` carries a level and a sentence, as the session's does.
    """

    changed = Signal()
    message = Signal(str, str)

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.recorder: Recorder | None = None
        self.problems: list[str] = []  # a sentence for each file that is not as it was asked for
        self._path = Path()
        self._written = 0
        self._is_moved = False
        self._watch = QTimer(self)
        self._watch.setInterval(SUPERVISE_MS)
        self._watch.timeout.connect(self._look)

    @property
    def recorded(self) -> int:
        """How many frames all recorders so far have taken."""
        return self._written + (self.recorder.recorded if self.recorder is not None else 0)

    @property
    def was_used(self) -> bool:
        """Whether any file is being written, or got frames."""
        return self.recorder is not None or self._written > 0

    def start(
        self, path: Path, options: RecordOptions | None, recording: Recording, databases: DatabaseSet
    ) -> bool:
        """End the one that runs and begin another; False, with a message, where that is impossible."""
        self.stop()
        try:
            self.recorder = start_recorder(path, options, recording, databases)
        except FileError as error:
            self._say(with_folder(str(error), path))
            return False
        self._is_moved = False
        self._path = path
        self._watch.start()
        self.changed.emit()
        return True

    def write(self, batch: FrameBatch) -> None:
        """Hand frames to the one that runs."""
        if self.recorder is not None:
            self.recorder.write(batch)

    def note(self, note: Mark) -> None:
        """Hand a mark to the one that runs."""
        if self.recorder is not None:
            self.recorder.write_mark(note)

    def stop(self) -> None:
        """Finish the file; nothing happens where none is being written."""
        recorder, self.recorder = self.recorder, None
        if recorder is None:
            return
        self._watch.stop()
        recorder.close()
        self._written += recorder.recorded
        if recorder.error:
            self._say(with_folder(recorder.error, self._path))
        if recorder.losses:
            self.message.emit("info", f"{recorder.path.name}: {recorder.losses}.")
        self.changed.emit()

    def _say(self, sentence: str) -> None:
        self.problems.append(sentence)
        self.message.emit("error", sentence)

    def _look(self) -> None:
        """A recorder that has failed is ended, which says why; that a file was moved is said once."""
        recorder = self.recorder
        if recorder is None:
            return
        if recorder.error:
            self.stop()
        elif recorder.was_moved and not self._is_moved:
            self._is_moved = True
            place = recorder.current_path
            text = f"{place} was moved or replaced: what is recorded still goes to the file that was there."
            self.message.emit("warning", text)


def start_recorder(
    path: Path, options: RecordOptions | None, recording: Recording, databases: DatabaseSet
) -> Recorder:
    """A recorder that has what the options ask for of the time before now. Raises FileError."""
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
    """Hand over the newest frames of a recording, back to ``span_ns`` before the last."""
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
