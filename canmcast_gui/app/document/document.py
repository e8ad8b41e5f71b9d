"""The recording in front of the user: filled by a bus, opened from a file, saved to one."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.bus.losses import Loss
from canmcast_gui.app.document.files import (
    Opened,
    Saved,
    SignalExport,
    export_signals,
    fail,
    load,
    name_of,
    save,
)
from canmcast_gui.app.program.messages import with_folder
from canmcast_gui.app.program.tasks import Task, TaskPool
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import Filter
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile import LogPart
from canmcast_gui.logfile.problems import UnknownColumnsError
from canmcast_gui.recording import (
    Limits,
    MatchCount,
    NewestById,
    Recording,
    RecordingError,
    find_around,
    remove_empty,
)
from canmcast_gui.wording import are, counted, were

# Rows of an opened file of which one tick finds the newest frames: some 10 ms of work, 1 M frames/s in all.
NEWEST_ROWS = 50_000

NOT_STORED = "the disk took no more"
FILE_CUT = "a file of the recording was cut short"
FOLDER_REMOVED = "the folder of the recording was removed"

# On a disk that is all but full, a small batch may find room where larger ones do not. Recording goes on when
# nothing has been refused for this long; until then it is one trouble, and said once.
RESUMED_SECONDS = 2.0


@dataclass(frozen=True)
class _Shown:
    """What was in front of the user before a file was opened."""

    recording: Recording
    path: Path | None
    saved_until: int
    saved_marks: frozenset[Mark]
    is_demo: bool
    opened: Opened | None


class Document(QObject):
    """One recording at a time, and the newest frames of it by id.

    ``save_message`` is about what is written to files, which ``save_started`` makes old; ``message`` about
    the recording that is shown. ``file_path`` is None for frames from a bus, else the file that they come
    from. ``unread`` carries a message that was sent about a file that could not be read whole, and the
    Opened that lists what.
    """

    replaced = Signal()
    loading_changed = Signal()
    message = Signal(str, str)
    save_message = Signal(str, str)
    save_started = Signal()
    unread = Signal(str, object)
    layout_needed = Signal(object, bytes)

    def __init__(self, pool: TaskPool, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._limits = Limits()
        remove_empty()
        self.recording = Recording.create()
        self.newest = NewestById()
        self.file_path: Path | None = None
        self.loading: Task | None = None
        self.appended = 0
        self.unrecorded = 0
        self._pool = pool
        self._newest_until = 0
        self._saved_until = 0
        self._saved_marks: frozenset[Mark] = frozenset()
        self._opened: Opened | None = None
        self._is_demo = False
        self._in_use: list[Recording] = []
        self._storage_trouble = 0
        self._refused_at = 0.0

    # -- frames from a bus -------------------------------------------------------------------------------

    @property
    def unsaved_frames(self) -> int:
        """Frames from a bus that this program saved to no file; those of a demonstration do not count."""
        if self.file_path is not None or self._is_demo:
            return 0
        return self.recording.end_row - max(self._saved_until, self.recording.first_row)

    @property
    def unsaved_marks(self) -> int:
        """Marks that are in no file, neither in the one that was opened nor in one that was saved."""
        return 0 if self._is_demo else len(frozenset(self.recording.marks) - self._saved_marks)

    def append(self, batch: FrameBatch, is_demo: bool = False) -> None:
        """Add frames; a full disk is said once, and adding resumes when there is room.

        A recording of nothing but a demonstration is not worth saving.
        """
        if self.file_path is None:
            self._keep_whole()
        self._is_demo = is_demo and (self._is_demo or self.recording.end_row == 0)
        try:
            self.recording.append(batch)
        except RecordingError as error:
            self._on_unrecorded(batch, str(error))
        else:
            self.appended += len(batch)
            if self._storage_trouble and time.monotonic() - self._refused_at >= RESUMED_SECONDS:
                self._on_resumed()

    def _keep_whole(self) -> bool:
        """Begin a new recording where others have damaged this one; False where that is impossible."""
        if not self.recording.is_intact:
            try:
                self._begin_elsewhere()
            except RecordingError:
                return False  # adding to the old one says what is wrong
        return True

    def _begin_elsewhere(self) -> None:
        """Continue in a new folder after that of the recording was removed, or a file in it cut short.

        Raises RecordingError where none can be made.
        """
        old, path = self.recording, self.file_path
        fresh = Recording.create(sources=old.sources, limits=self._limits)
        if old.exists:
            fresh.add_gap(len(old), FILE_CUT)
            hidden = f"{counted(len(old), 'frame')} {are(len(old))} not shown now"
            what = f"Another program cut a file in {old.folder} short: {hidden}"
        else:
            fresh.add_gap(len(old), FOLDER_REMOVED)
            what = f"{old.folder} was removed, and {counted(len(old), 'frame')} with it"
        then = f"Recording continues in {fresh.folder}" if path is None else f"Open {path.name} again"
        self._say_error(f"{what}. {then}.")
        self._show(fresh, None)
        if old.exists and path is None and old not in self._in_use:
            old.close()  # what is whole of it can be recovered later
        else:
            self._retire(old)

    def _on_unrecorded(self, batch: FrameBatch, sentence: str) -> None:
        if not self._storage_trouble:
            self._say_error(sentence)
        self._refused_at = time.monotonic()
        self._storage_trouble += len(batch)
        self.unrecorded += len(batch)
        self.recording.add_gap(len(batch), NOT_STORED, int(batch.timestamp_ns[0]))
        while self._newest_until < self.recording.end_row:
            self.update_newest()
        self.newest.update(batch, self.recording.end_row)  # what is live goes on, behind the last row

    def _on_resumed(self) -> None:
        lacking, self._storage_trouble = self._storage_trouble, 0
        self.message.emit(
            "info", f"Recording goes on. {counted(lacking, 'frame')} {were(lacking)} not recorded meanwhile."
        )

    def add_loss(self, loss: Loss) -> None:
        """Note that frames are missing before the next ones."""
        self.recording.add_gap(loss.count, loss.reason)

    def set_limits(self, limits: Limits) -> None:
        """Keep frames from a bus within other limits from now on."""
        self._limits = limits
        if self.file_path is None:
            self.recording.limits = limits

    def update_newest(self) -> None:
        """Bring the newest frames by id up to date; a file's rows come in portions."""
        if self.loading is None and not self._keep_whole():
            return
        start = max(self._newest_until, self.recording.first_row)
        stop = min(self.recording.end_row, start + NEWEST_ROWS)
        if stop > start:
            self.newest.update(self.recording.rows(start, stop), start)
        self._newest_until = stop

    def clear(self) -> None:
        """Begin an empty recording; the old frames are gone."""
        try:
            fresh = Recording.create(limits=self._limits)
        except RecordingError as error:
            self._say_error(str(error))
            return
        self._cancel_loading()
        old = self.recording
        self._show(fresh, None)
        self._retire(old)

    def recover(self, folder: Path) -> None:
        """Go on with the recording that a crash left in ``folder``; its frames are in no file yet."""
        try:
            recording = Recording.open(folder, limits=self._limits)
        except RecordingError as error:
            self._say_error(str(error))
            return
        self._cancel_loading()
        old = self.recording
        self._show(recording, None)
        self._retire(old)
        if recording.damaged:
            lacking = f"{recording.damaged:,} damaged ones could not be"
            self.message.emit(
                "warning", f"{counted(len(recording), 'frame')} {were(len(recording))} recovered; {lacking}."
            )
        if recording.marks.problem:
            self.message.emit("warning", f"{recording.marks.problem}. All frames are there.")

    def _show(self, recording: Recording, path: Path | None) -> None:
        self.recording = recording
        self.file_path = path
        self.newest = NewestById()
        self._newest_until = recording.first_row
        self._is_demo = False
        self._saved_until = 0
        self._saved_marks = frozenset()
        self._opened = None
        self.replaced.emit()

    # -- from a file -------------------------------------------------------------------------------------

    def open(self, parts: Sequence[LogPart], align: bool = False) -> Task:
        """Read a log file, or several as one, into a new recording, in the background; what is there so far
        can be seen.

        A file that cannot be read brings back the recording that was there.
        """
        self._cancel_loading()
        path = name_of(parts)
        title = f"Opening {path.name}"
        try:
            target = Recording.create(is_copy=True)
        except RecordingError as error:
            task = self._pool.make(title, partial(fail, error))
            task.failed.connect(self._say_error)
            return task.start()
        task = self._pool.make(title, partial(load, parts, align, target))
        before = _Shown(
            self.recording, self.file_path, self._saved_until, self._saved_marks, self._is_demo, self._opened
        )
        task.finished.connect(lambda opened: self._on_opened(before, path, opened, target))
        task.cancelled.connect(lambda _opened: self._on_open_cancelled(before, path, target))
        task.failed.connect(
            lambda sentence: self._on_open_failed(before, target, parts, with_folder(sentence, path), task)
        )
        task.ended.connect(lambda: self._on_load_ended(task))
        self.loading = task
        self._show(target, path)
        self.loading_changed.emit()
        return task.start()

    def _on_opened(self, before: _Shown, path: Path, opened: Opened, target: Recording) -> None:
        self._retire(before.recording)
        if self.recording is target:
            self._saved_marks = frozenset(opened.notes)
        for remark in opened.remarks:
            self.message.emit("info", f"{remark[0].upper()}{remark[1:]}.")
        self._say_unread(path, opened)

    def _say_unread(self, path: Path, opened: Opened) -> None:
        self._opened = opened
        if text := opened.summary(path.name):
            self.message.emit("warning", text)
            self.unread.emit(text, opened)

    def _on_open_cancelled(self, before: _Shown, path: Path, target: Recording) -> None:
        self._retire(before.recording)
        if self.recording is target:
            frames = f"the {counted(len(target), 'frame')} read so far are shown"
            self.message.emit("info", f"Opening {path.name} was cancelled; {frames}.")

    def _on_open_failed(
        self, before: _Shown, target: Recording, parts: Sequence[LogPart], sentence: str, task: Task
    ) -> None:
        """Show what was there before, unless something else has taken its place meanwhile."""
        if self.recording is target:
            self._show(before.recording, before.path)
            self._saved_until, self._saved_marks = before.saved_until, before.saved_marks
            self._is_demo = before.is_demo
            target.discard()
            if before.path is not None and before.opened is not None:
                self._say_unread(before.path, before.opened)  # it holds again
        else:
            self._retire(before.recording)
        if len(parts) == 1 and isinstance(task.error, UnknownColumnsError):
            self.layout_needed.emit(parts[0].path, task.error.head)
        else:
            self._say_error(sentence)

    def _on_load_ended(self, task: Task) -> None:
        if self.loading is task:
            self.loading = None
            self.loading_changed.emit()

    def _cancel_loading(self) -> None:
        if self.loading is not None:
            self.loading.cancel()

    def _say_error(self, sentence: str) -> None:
        self.message.emit("error", sentence)

    # -- searching ---------------------------------------------------------------------------------------

    def find(self, condition: Filter, start: int, backwards: bool, end: int | None) -> Task:
        """Look in the background for the nearest row from ``start`` on, or before it: a Found, or None."""
        return self._pool.make(
            "Finding", partial(find_around, self.recording, condition, start, backwards, end)
        )

    def count(self, matches: MatchCount, row: int, end: int | None) -> Task:
        """Count in the background; the result is what ``matches.position`` says."""
        return self._pool.make("Counting", partial(matches.position, row, end))

    # -- to a file ---------------------------------------------------------------------------------------

    def save(
        self,
        path: Path,
        rows: range | None = None,
        condition: Filter | None = None,
        format: str | None = None,
    ) -> Task:
        """Write all frames, or a range of rows, to a log file in the background; all or nothing.

        With a condition only the frames that pass it, which does not count as saved. ``format`` is a name of
        a format, or None to go by the suffix.
        """
        self.save_started.emit()
        recording = self.recording
        wanted = rows if rows is not None else range(recording.first_row, recording.end_row)
        self._in_use.append(recording)
        task = self._pool.make(
            f"Saving {path.name}",
            partial(save, path, recording, wanted, condition, format),
        )
        counted = wanted if condition is None else range(0)
        marks = frozenset(recording.marks.between(counted.start, counted.stop))
        task.finished.connect(lambda saved: self._on_saved(path, saved, recording, counted, marks))
        task.failed.connect(lambda sentence: self.save_message.emit("error", with_folder(sentence, path)))
        task.ended.connect(lambda: self._release(recording))
        return task.start()

    def export(self, path: Path, databases: DatabaseSet, wanted: SignalExport) -> Task:
        """Write signals to a table in the background; all or nothing."""
        self.save_started.emit()
        recording = self.recording
        self._in_use.append(recording)
        task = self._pool.make(
            f"Exporting {path.name}", partial(export_signals, recording, databases, wanted, path)
        )
        task.finished.connect(
            lambda rows: self.save_message.emit("info", f"{counted(rows, 'row')} exported to {path}.")
        )
        task.failed.connect(lambda sentence: self.save_message.emit("error", with_folder(sentence, path)))
        task.ended.connect(lambda: self._release(recording))
        return task.start()

    def _on_saved(
        self, path: Path, saved: Saved, recording: Recording, rows: range, marks: frozenset[Mark]
    ) -> None:
        if recording is self.recording and rows.start <= max(recording.first_row, self._saved_until):
            self._saved_until = max(self._saved_until, rows.stop)
        self.save_message.emit(*saved.message(path))
        if not saved.notes_left_out and recording is self.recording:
            self._saved_marks |= marks

    def _release(self, recording: Recording) -> None:
        self._in_use.remove(recording)
        if recording is not self.recording:
            self._retire(recording)

    def _retire(self, recording: Recording) -> None:
        """Delete a recording, unless a save still reads it: then its end does."""
        if recording not in self._in_use:
            recording.discard()

    def close(self) -> None:
        """Delete the recording; all tasks must have ended."""
        self.recording.discard()
