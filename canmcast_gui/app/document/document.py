"""The recording in front of the user: filled by a bus or from a file, searched, saved and exported."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, Signal

from canmcast_gui.app.document.files import Opened, SignalExport, fail, load, name_of
from canmcast_gui.app.document.refusals import Refusals
from canmcast_gui.app.document.saving import Content, RecordingWriter, recovery_warnings, successor
from canmcast_gui.app.program.messages import Messages, with_folder
from canmcast_gui.app.program.tasks import Task, TaskPool
from canmcast_gui.channels.losses import Loss
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import Filter
from canmcast_gui.logfile import LogPart
from canmcast_gui.logfile.problems import UnknownColumnsError
from canmcast_gui.recording import (
    Leftover,
    Limits,
    NewestById,
    Recording,
    RecordingError,
    find_around,
    remove_empty,
)
from canmcast_gui.wording import counted

# Of messages about the recording that is shown.
TOPIC = "document"

NOT_STORED = "the disk was full"


class Document(QObject):
    """One recording at a time, with the newest frame of each id.

    ``replaced`` says that another recording is shown. ``unread`` carries a message about a file that could
    not be read completely, and the Opened that lists what; ``layout_needed`` the path of a table whose
    columns are unknown, and its first bytes. ``channels_named`` says that channels have other names.
    ``appended`` counts frames from buses.
    """

    replaced = Signal()
    loading_changed = Signal()
    unread = Signal(str, Opened)
    layout_needed = Signal(Path, bytes)
    channels_named = Signal()

    def __init__(self, tasks: TaskPool, messages: Messages, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.loading: Task | None = None
        self.appended = 0
        self._tasks = tasks
        self._messages = messages
        self._limits = Limits()
        remove_empty()
        self._content = Content(Recording.create())
        self._writer = RecordingWriter(tasks, messages)
        self._refusals = Refusals(messages, TOPIC)

    @property
    def recording(self) -> Recording:
        """The frames in front of the user."""
        return self._content.recording

    @property
    def newest(self) -> NewestById:
        """The newest frame of each id of the recording."""
        return self._content.newest

    @property
    def file_path(self) -> Path | None:
        """The file that the recording was opened from; None for frames from a bus."""
        return self._content.path

    @property
    def opened(self) -> Opened | None:
        """The result of reading the file; None while it is read, and for frames from a bus."""
        return self._content.opened

    @property
    def paths(self) -> tuple[Path, ...]:
        """All files that the recording was opened from."""
        return self._content.paths

    @property
    def unrecorded(self) -> int:
        """The frames from buses that the disk did not take."""
        return self._refusals.total

    @property
    def unsaved_frames(self) -> int:
        """Frames that closing would lose; frames of the demonstration do not count."""
        return self._content.unsaved_frames

    def set_saved(self, rows: range) -> None:
        """Note that rows are in a file; this has no effect while unsaved rows precede them."""
        self._content.set_saved(rows)

    @property
    def unsaved_marks(self) -> int:
        """Marks that closing would lose; marks on frames of the demonstration do not count."""
        return self._content.unsaved_marks

    # -- frames from a bus -------------------------------------------------------------------------------

    def append(self, batch: FrameBatch, is_demo: bool = False) -> None:
        """Store frames. A full disk is reported once, and storing resumes when there is room."""
        if self.file_path is None:
            self._replace_damaged()
        content = self._content
        content.is_demo = is_demo and (content.is_demo or content.recording.end_row == 0)
        try:
            content.recording.append(batch)
        except RecordingError as error:
            self._on_refused(batch, str(error))
        else:
            self.appended += len(batch)
            self._refusals.stored()

    def add_loss(self, loss: Loss) -> None:
        """Note that frames are missing before the next ones."""
        self.recording.add_gap(loss.count, loss.reason)

    def name_channels(self, names: Mapping[int, str]) -> None:
        """Give channels of the recording other names; an empty one removes a name."""
        try:
            is_changed = self.recording.channels.change(names)
        except RecordingError as error:
            self._messages.error(f"{error}.", TOPIC)
            is_changed = True
        if is_changed:
            self.channels_named.emit()

    def set_limits(self, limits: Limits) -> None:
        """Keep frames from a bus within other limits from now on; those of a file are kept completely."""
        self._limits = limits
        if self.file_path is None:
            self.recording.limits = limits

    def update_newest(self) -> bool:
        """Update the newest frames by id; the rows of a file take several calls. False when all are done."""
        if self.loading is None and not self._replace_damaged():
            return False
        return self._content.update_newest()

    def _replace_damaged(self) -> bool:
        """Continue in a new recording where other programs damaged this one; False where that fails."""
        damaged, path = self.recording, self.file_path
        if damaged.is_intact:
            return True
        try:
            created, problem = successor(damaged, self._limits)
        except RecordingError:
            return False  # appending to the old one reports the problem
        self._show(Content(created))
        then = f"Recording continues in {created.folder}" if path is None else f"Open {path.name} again"
        self._messages.error(f"{problem}. {then}.", TOPIC)  # after _show(), which ends the topic
        if damaged.exists and path is None and not self._writer.is_reading(damaged):
            damaged.close()  # its undamaged frames can be recovered later
        else:
            self._writer.discard(damaged)
        return True

    def _on_refused(self, batch: FrameBatch, text: str) -> None:
        self._refusals.add(len(batch), text)
        self.recording.add_gap(len(batch), NOT_STORED, int(batch.timestamp_ns[0]))
        while self.update_newest():
            pass
        self.newest.update(batch, self.recording.end_row)  # the by-ID view continues, beyond the last row

    # -- another recording -------------------------------------------------------------------------------

    def clear(self) -> None:
        """Begin an empty recording and delete the old one."""
        try:
            self._replace(Recording.create(limits=self._limits))
        except RecordingError as error:
            self._messages.error(str(error), TOPIC)

    def recover(self, folder: Path) -> None:
        """Continue the recording that a crash left in ``folder``; its frames are in no file yet."""
        try:
            recovered = Recording.open(folder, limits=self._limits)
        except RecordingError as error:
            self._messages.error(str(error), TOPIC)
            return
        self._replace(recovered)
        for text in recovery_warnings(recovered):
            self._messages.warning(text, TOPIC)

    def _replace(self, recording: Recording) -> None:
        if self.loading is not None:
            self.loading.cancel()
        old = self.recording
        self._show(Content(recording))
        self._writer.discard(old)

    def _show(self, content: Content) -> None:
        self._content = content
        self._messages.end(TOPIC)
        self.replaced.emit()

    # -- from a file -------------------------------------------------------------------------------------

    def open(self, parts: Sequence[LogPart], align: bool = False) -> Task:
        """Read a log file, or several as one, into a new recording in the background.

        Frames are shown while the rest is read. Where reading fails, the old recording is shown again.
        """
        if self.loading is not None:
            self.loading.cancel()
        title = f"Opening {(path := name_of(parts)).name}"
        try:
            target = Recording.create(is_copy=True)
        except RecordingError as error:
            task = self._tasks.make(title, partial(fail, error))
            task.failed.connect(partial(self._messages.error, topic=TOPIC))
            return task.start()
        task = self._tasks.make(title, partial(load, parts, align, target))
        before, content = self._content, Content(target, path, tuple(part.path for part in parts))
        task.finished.connect(lambda opened: self._on_opened(before, content, opened))
        task.canceled.connect(lambda opened: self._on_open_canceled(before, content, opened))
        task.failed.connect(lambda _text: self._on_open_failed(before, content))
        task.failed.connect(lambda text: self._report_failure(parts, with_folder(text, path), task.error))
        task.ended.connect(lambda: self._on_load_ended(task))
        self.loading = task
        self._show(content)
        self.loading_changed.emit()
        return task.start()

    def _on_opened(self, before: Content, content: Content, opened: Opened) -> None:
        self._writer.discard(before.recording)
        content.opened, content.saved_marks = opened, frozenset(opened.marks)
        self.channels_named.emit()
        for remark in opened.remarks:
            self._messages.info(f"{remark[0].upper()}{remark[1:]}.", TOPIC)
        self._report_unread(content)

    def _report_unread(self, content: Content) -> None:
        if content.opened is None or content.path is None:
            return
        if text := content.opened.summary(content.path.name):
            self._messages.warning(text, TOPIC)
            self.unread.emit(text, content.opened)

    def _on_open_canceled(self, before: Content, content: Content, opened: Opened) -> None:
        self._writer.discard(before.recording)
        content.opened, content.saved_marks = opened, frozenset(opened.marks)
        if self._content is content and content.path is not None:
            frames = f"the {counted(len(content.recording), 'frame')} read so far are shown"
            self._messages.info(f"Opening {content.path.name} was canceled; {frames}.", TOPIC)

    def _on_open_failed(self, before: Content, content: Content) -> None:
        """Show the recording from before, unless another one has replaced it."""
        if self._content is content:
            self._show(before)
            content.recording.discard()
            self._report_unread(before)  # it is valid again
        else:
            self._writer.discard(before.recording)

    def _report_failure(self, parts: Sequence[LogPart], text: str, error: Exception | None) -> None:
        if len(parts) == 1 and isinstance(error, UnknownColumnsError):
            self.layout_needed.emit(parts[0].path, error.head)
        else:
            self._messages.error(text, TOPIC)

    def _on_load_ended(self, task: Task) -> None:
        if self.loading is task:
            self.loading = None
            self.loading_changed.emit()

    # -- searching ---------------------------------------------------------------------------------------

    def find(self, condition: Filter, start: int, backwards: bool = False, end: int | None = None) -> Task:
        """Find in the background the first row from ``start`` on that matches, or the last one before it.

        The search wraps around; ``end`` limits it. The result of the task is a Found or None; start the task.
        """
        return self._tasks.make(
            "Finding", partial(find_around, self.recording, condition, start, backwards, end)
        )

    # -- to a file ---------------------------------------------------------------------------------------

    def save(
        self,
        path: Path | str,
        rows: range | None = None,
        condition: Filter | None = None,
        format: str | None = None,
    ) -> Task:
        """Write all frames, or a range of rows, to a log file in the background; all or nothing.

        With a condition only the frames that match it, which then do not count as saved. ``format`` is the
        name of a log format; without one the suffix decides.
        """
        return self._writer.save(self._content, Path(path), rows, condition, format)

    def export(self, path: Path | str, databases: DatabaseSet, wanted: SignalExport) -> Task:
        """Write signals to a table (.csv, .parquet, .mf4) in the background; all or nothing."""
        return self._writer.export(self.recording, databases, Path(path), wanted)

    def save_leftover(self, leftover: Leftover, path: Path | str) -> Task:
        """Write a recording that a crash left to a log file in the background, then delete it."""
        return self._writer.save_leftover(leftover, Path(path))

    def close(self) -> None:
        """Delete the recording; all tasks must have ended."""
        self.recording.discard()
