"""Recording to log files while frames arrive, with a trigger and with frames from before."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, Signal

from canmcast_gui.app.bus.live import SUPERVISE_MS
from canmcast_gui.app.document.databases import compile_for
from canmcast_gui.app.document.document import Document
from canmcast_gui.app.program.messages import Messages, with_folder
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.files import within
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.frames.marks import Mark
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile import FileError, Recorder, RecordOptions
from canmcast_gui.recording import Recording
from canmcast_gui.recording.search import first_row_since
from canmcast_gui.wording import counted, size_text

# The longest wait for the sizes of files on a slow disk.
_PATIENCE_SECONDS = 0.5

# Rows of the document that are read at once, in a few milliseconds.
_PIECE_ROWS = 65_536

# Of messages about the log file that is recorded.
TOPIC = "record"


@dataclass(frozen=True)
class Recorded:
    """What was recorded: the files, their size in bytes together, and how many frames."""

    frames: int
    paths: tuple[Path, ...]
    size: int

    @classmethod
    def by(cls, recorder: Recorder) -> Recorded:
        """What a recorder wrote that has ended; a slow disk costs only the size."""
        paths = tuple(recorder.paths)
        size = 0
        with suppress(OSError):  # the file was moved; also TimeoutError
            size = within(_PATIENCE_SECONDS, lambda: sum(path.stat().st_size for path in paths))
        return cls(recorder.recorded, paths, size)

    @property
    def sentence(self) -> str:
        """For example "Recorded 12,345 frames to a-001.blf and 2 more files (12.0 MB) in /home/me/logs."."""
        first = self.paths[0]
        name, files = first.name, len(self.paths)
        if files > 1:
            name += f" and {counted(files - 1, 'more file', 'more files')}"
        size = f" ({size_text(self.size)})" if self.size else ""
        return f"Recorded {counted(self.frames, 'frame')} to {name}{size} in {first.parent}."


class LogRecording(QObject):
    """At most one recorder at a time. ``changed`` says that it was started or ended.

    ``completed`` carries the message about what was recorded, and Recorded. ``problems`` has a sentence for
    each log file so far that is not what was requested. Frames in a complete log file count as saved.
    """

    changed = Signal()
    completed = Signal(str, Recorded)

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
        self._first_row = self._given = 0
        self._is_moved = False
        self._supervisor = QTimer(self)
        self._supervisor.setInterval(SUPERVISE_MS)
        self._supervisor.timeout.connect(self._supervise)
        document.replaced.connect(self._on_replaced)

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
        problem = self.try_start(path, options)
        if problem:
            self._report(problem)
        return not problem

    def try_start(self, path: Path | str, options: RecordOptions | None = None) -> str:
        """Like start(), but returns the problem without a message; "" where recording has started."""
        path = Path(path)
        self.stop()
        try:
            started = start_recorder(path, options, self._document.recording, self._databases)
        except FileError as error:
            return with_folder(str(error), path)
        self.recorder, self._first_row = started
        self._given = self._document.recording.end_row - self._first_row
        self._is_moved = False
        self._path = path
        self._supervisor.start()
        self._messages.end(TOPIC)
        self.changed.emit()
        return ""

    def write(self, batch: FrameBatch) -> None:
        """Record frames."""
        if self.recorder is not None:
            self._given += len(batch)
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
        if recorder.failed and recorder.losses:
            self._messages.info(f"{recorder.path.name}: {recorder.losses}.", TOPIC)
        if not recorder.failed:
            if not recorder.error and recorder.recorded == self._given:
                self._document.set_saved(range(self._first_row, self._document.recording.end_row))
            recorded = Recorded.by(recorder)
            text = f"{recorded.sentence} {recorder.losses}." if recorder.losses else recorded.sentence
            self._messages.info(text, TOPIC)
            self.completed.emit(text, recorded)
        self.changed.emit()

    def _on_replaced(self) -> None:
        """Another recording gets the frames from now on, and so does the log file."""
        self._first_row = self._document.recording.end_row

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
) -> tuple[Recorder, int]:
    """A recorder with the frames from before that the options ask for, and the row of the first one.

    Without such frames that is the row of the next frame. Raises FileError.
    """
    options = options or RecordOptions()
    trigger = None
    if options.trigger:
        try:
            trigger = compile_for(options.trigger, recording, databases)
        except FilterError as error:
            raise FileError(f"Invalid trigger: {error}") from error
    named = replace(options, channel_names=tuple(recording.channels.items()))
    recorder = Recorder(path, named, trigger)
    start = recording.end_row
    if options.pre_seconds and len(recording):
        start = _write_earlier(recorder, recording, round(options.pre_seconds * NS_PER_SECOND))
    return recorder, start


def _write_earlier(recorder: Recorder, recording: Recording, span_ns: int) -> int:
    """Write the newest frames of a recording with their marks, from ``span_ns`` before the last one on.

    Returns the row of the first one.

    The recording has exactly the frames that came before those that the recorder will get.
    """
    newest = int(recording.rows(recording.end_row - 1, recording.end_row).timestamp_ns[0])
    start = first_row_since(recording, newest - span_ns)
    for first in range(start, recording.end_row, _PIECE_ROWS):
        stop = min(first + _PIECE_ROWS, recording.end_row)
        for mark in recording.marks.between(first, stop):
            if mark.row > first:
                recorder.write_earlier(recording.rows(first, mark.row))
                first = mark.row
            recorder.write_earlier(mark)
        recorder.write_earlier(recording.rows(first, stop))
    return start
