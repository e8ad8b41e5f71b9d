"""What is saved of a recording, writing it to files, and recordings that are damaged or left by a crash."""

from __future__ import annotations

from dataclasses import dataclass, field
from functools import partial
from pathlib import Path

from canmcast_gui.app.document.files import Opened, Saved, SignalExport, export_signals, save
from canmcast_gui.app.program.messages import Messages, with_folder
from canmcast_gui.app.program.tasks import Report, Task, TaskPool, Work
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames.filters import Filter
from canmcast_gui.frames.marks import Mark
from canmcast_gui.recording import Leftover, Limits, NewestById, Recording
from canmcast_gui.recording.folder import is_temporary, recordings_folder
from canmcast_gui.wording import are, counted, were

FILE_CUT = "a file of the recording was cut short"
FOLDER_REMOVED = "the folder of the recording was removed"


def successor(damaged: Recording, limits: Limits) -> tuple[Recording, str]:
    """A new recording for frames that follow, with a gap for the lost ones; and what happened, for the user.

    Raises RecordingError where none can be created.
    """
    created = Recording.create(sources=damaged.sources, limits=limits)
    frames = counted(len(damaged), "frame")
    if damaged.exists:
        created.add_gap(len(damaged), FILE_CUT)
        hidden = f"{frames} {are(len(damaged))} not shown now"
        return created, f"Another program cut a file in {damaged.folder} short: {hidden}"
    created.add_gap(len(damaged), FOLDER_REMOVED)
    return created, f"{damaged.folder} was removed, and {frames} with it"


def recovery_warnings(recovered: Recording) -> list[str]:
    """What of a recovered recording is missing, as sentences."""
    warnings = []
    if recovered.damaged:
        frames = f"{counted(len(recovered), 'frame')} {were(len(recovered))} recovered"
        warnings.append(f"{frames}; {recovered.damaged:,} damaged ones could not be.")
    if recovered.marks.problem:
        warnings.append(f"{recovered.marks.problem}. All frames are there.")
    return warnings


def location_problem(recording: Recording) -> str:
    """A sentence where a recording is among temporary files, "" where it is safe."""
    if not is_temporary(recording.folder):
        return ""
    storage = recordings_folder()
    risk = f"It is in {recording.folder}, which a restart of the computer may delete."
    return f"No recording can be kept in {storage}. {risk}"


def save_leftover(leftover: Leftover, path: Path, report: Report) -> Saved:
    """Save a leftover recording with its marks, then delete it.

    It stays where saving fails (FileError, RecordingError) or is canceled.
    """
    recording = Recording.open(leftover.folder)
    try:
        rows = range(recording.first_row, recording.end_row)
        saved = save(path, recording, rows, None, None, report)
    except BaseException:
        recording.close()
        raise
    if saved.frames == len(rows):
        recording.discard()
    else:
        recording.close()
    return saved


# Rows of an opened file that are processed at once for the by-ID view: some 10 ms of work.
NEWEST_ROWS = 50_000


@dataclass(eq=False)
class Content:
    """``path`` is the file that the recording was opened from, None for frames from a bus.

    ``paths`` are all files of several, ``opened`` is the result of reading them. ``is_demo`` is whether all
    frames come from the demonstration: they are not worth saving.
    """

    recording: Recording
    path: Path | None = None
    paths: tuple[Path, ...] = ()
    opened: Opened | None = None
    is_demo: bool = False
    newest: NewestById = field(default_factory=NewestById)
    saved_marks: frozenset[Mark] = frozenset()
    _saved_end: int = 0
    _newest_end: int = 0

    @property
    def unsaved_frames(self) -> int:
        """Frames from a bus that are in no file.

        Those of the demonstration do not count: it sends the same traffic again at any time, so that a
        question whether to save it, when it ends or at Quit, would only delay.
        """
        if self.path is not None or self.is_demo:
            return 0
        return self.recording.end_row - max(self._saved_end, self.recording.first_row)

    @property
    def unsaved_marks(self) -> int:
        """Marks that are neither in the file that was opened nor in one that was saved."""
        return 0 if self.is_demo else len(frozenset(self.recording.marks) - self.saved_marks)

    def set_saved(self, rows: range) -> None:
        """Note that rows are in a file, unless unsaved ones precede them."""
        if rows.start <= max(self.recording.first_row, self._saved_end):
            self._saved_end = max(self._saved_end, rows.stop)

    def update_newest(self) -> bool:
        """Process the next rows for the newest frame of each id; whether there were any."""
        start = max(self._newest_end, self.recording.first_row)
        stop = min(self.recording.end_row, start + NEWEST_ROWS)
        if stop > start:
            self.newest.update(self.recording.rows(start, stop), start)
        self._newest_end = stop
        return stop > start


# Of messages about files that are written.
TOPIC = "saving"


class RecordingWriter:
    """Starts the tasks that save and export, posts their results, and keeps recordings until they end."""

    def __init__(self, tasks: TaskPool, messages: Messages) -> None:
        self._tasks = tasks
        self._messages = messages
        self._read: list[Recording] = []
        self._discarded: set[Recording] = set()

    def save(
        self,
        content: Content,
        path: Path,
        rows: range | None = None,
        condition: Filter | None = None,
        format: str | None = None,
    ) -> Task:
        """Write all frames, or a range of rows, to a log file; all or nothing.

        With a condition only the frames that match it, which then do not count as saved.
        """
        recording = content.recording
        wanted = rows if rows is not None else range(recording.first_row, recording.end_row)
        work = partial(save, path, recording, wanted, condition, format)
        task = self._make(f"Saving {path.name}", work, recording, path)
        saved_rows = wanted if condition is None else range(0)
        marks = frozenset(recording.marks.between(saved_rows.start, saved_rows.stop))
        task.finished.connect(lambda saved: self._on_saved(path, saved, content, saved_rows, marks))
        return task.start()

    def export(self, recording: Recording, databases: DatabaseSet, path: Path, wanted: SignalExport) -> Task:
        """Write signals to a table; all or nothing."""
        work = partial(export_signals, recording, databases, wanted, path)
        task = self._make(f"Exporting {path.name}", work, recording, path)
        task.finished.connect(
            lambda rows: self._messages.info(f"{counted(rows, 'row')} exported to {path}.", TOPIC)
        )
        return task.start()

    def save_leftover(self, leftover: Leftover, path: Path) -> Task:
        """Write a recording that a crash left to a log file, then delete it."""
        self._messages.end(TOPIC)
        task = self._tasks.make(f"Saving {path.name}", partial(save_leftover, leftover, path))
        task.finished.connect(lambda saved: self._report(saved, path))
        task.failed.connect(lambda text: self._messages.error(text, TOPIC))
        return task.start()

    def is_reading(self, recording: Recording) -> bool:
        """Whether a task reads the recording."""
        return recording in self._read

    def discard(self, recording: Recording) -> None:
        """Delete a recording now, or when no task reads it any more."""
        if self.is_reading(recording):
            self._discarded.add(recording)
        else:
            recording.discard()

    def _make(self, title: str, work: Work, recording: Recording, path: Path) -> Task:
        self._messages.end(TOPIC)
        self._read.append(recording)
        task = self._tasks.make(title, work)
        task.failed.connect(lambda text: self._messages.error(with_folder(text, path), TOPIC))
        task.ended.connect(lambda: self._release(recording))
        return task

    def _on_saved(
        self, path: Path, saved: Saved, content: Content, rows: range, marks: frozenset[Mark]
    ) -> None:
        content.set_saved(rows)
        if not saved.marks_left_out:
            content.saved_marks |= marks
        self._report(saved, path)

    def _report(self, saved: Saved, path: Path) -> None:
        level, text = saved.message(path)
        self._messages.post(level, text, TOPIC)

    def _release(self, recording: Recording) -> None:
        self._read.remove(recording)
        if recording in self._discarded and not self.is_reading(recording):
            self._discarded.remove(recording)
            recording.discard()
