"""Recording frames to a log file as they arrive, without blocking the program that receives them."""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import Filter
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile.format_choice import format_for_writing, format_to_write
from canmcast_gui.logfile.problems import FileError
from canmcast_gui.logfile.record.files import Target
from canmcast_gui.logfile.record.options import RecordOptions
from canmcast_gui.logfile.record.pipe import NEXT_FILE, pack_batch, pack_mark
from canmcast_gui.logfile.record.queue import Earlier, Entry, FrameQueue
from canmcast_gui.logfile.record.trigger import trigger_of
from canmcast_gui.logfile.writing.losses import losses_message
from canmcast_gui.processes.launcher import ModuleProcess
from canmcast_gui.wording import are, counted

# A minute and a half of 20,000 frames/s: longer than a working disk pauses, and small compared with the
# memory of the program.
QUEUE_BYTES = 64_000_000

# After this idle time the recorder process flushes the file.
_IDLE_SECONDS = 0.5

# Frames per write to the pipe: small enough for ``recorded`` to advance, large enough to be fast.
_PIECE_FRAMES = 8192


class Recorder:
    """Writes batches to a log file in a separate process (``record/process.py``).

    A new file has its final name from the start. Where a file of that name exists, the recording is in
    "NAME.part.SUFFIX" until close() replaces the old file. Where ``options`` ask for several files, these are
    "NAME-001.SUFFIX" and so on, after those that exist. ``current_path`` is the file being written.
    ``trigger`` is the compiled filter of the options' expression where it needs more than
    the frames, such as message names; ``fired`` counts its triggers. When this program is killed, the
    recorder process still completes the file.

    ``recorded`` counts frames in the file. ``failed`` is whether it ended before close(), with the reason in
    ``error``. Lost frames do not end a recording; close() reports them in ``error``. Raises FileError where
    the file cannot be opened for writing.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        options: RecordOptions | None = None,
        trigger: Filter | None = None,
        queue_bytes: int = QUEUE_BYTES,
    ) -> None:
        self.path = Path(os.path.realpath(path))
        self.options = (options or RecordOptions()).checked()
        name = self.options.format
        self.format = format_for_writing(self.path) if name is None else format_to_write(name)
        self._trigger = trigger_of(self.options, trigger)
        self.recorded = 0
        self._losses: list[str] = []
        self.error: str | None = None
        self.failed = False
        self._queue = FrameQueue(queue_bytes)
        self._closing = False
        self._failing = threading.Lock()
        self._target = Target(self.path, self.options.is_numbered)
        self._moved_at_close = self._has_final_name = False
        self.current_path = self._target.written_path
        self._paths: list[Path] = []
        try:
            self._process = self._start()
        except OSError as error:
            self._target.remove()
            reason = f"no process can be started: {error.strerror}"
            raise FileError(f"{self.path.name} cannot be recorded: {reason}") from error
        self._feeder = threading.Thread(target=self._feed, name="recorder feed", daemon=True)
        self._listener = threading.Thread(target=self._listen, name="recorder reports", daemon=True)
        self._feeder.start()
        self._listener.start()

    @property
    def lost(self) -> int:
        """The frames that arrived while the queue was full or after the recording failed."""
        return self._queue.lost

    @property
    def files(self) -> int:
        """How many files were begun."""
        return len(self._paths)

    @property
    def paths(self) -> list[Path]:
        """The files so far, the newest last."""
        return self._paths[:] if self.options.is_numbered else [self.current_path]

    @property
    def pid(self) -> int:
        """The id of the recorder process."""
        return self._process.pid

    @property
    def losses(self) -> str:
        """What the format did not hold, as a sentence, after close(); "" where it held everything."""
        return losses_message(self.format.title, self._losses)

    @property
    def fired(self) -> int:
        """How often the trigger started a recording; 0 without a trigger."""
        return self._trigger.fired if self._trigger is not None else 0

    @property
    def is_waiting(self) -> bool:
        """Whether the recorder waits for its trigger."""
        return self._trigger is not None and not self._trigger.is_open

    @property
    def was_moved(self) -> bool:
        """Whether the file was moved, removed or replaced; False for several files."""
        if self.options.is_numbered or self._closing or self.files > 1:
            return False
        return self._target.was_moved

    def write(self, batch: FrameBatch) -> None:
        """Record a batch; never blocks. Frames that do not fit in the queue are counted in ``lost``."""
        self._queue.add(batch)

    def write_earlier(self, entry: FrameBatch | Mark) -> None:
        """Record frames or a mark of the time before the recording started; never blocks.

        Without a trigger they are written; with one they are kept for it and do not fire it. Call it before
        the first write(), with frames in files: they do not count for the limit of the queue.
        """
        self._queue.add(Earlier(entry))

    def write_mark(self, mark: Mark) -> None:
        """Write a mark after the frames so far; never blocks.

        Has no effect where the format has no marks. While the recorder waits for its trigger, the mark is
        kept with the frames of the pre-trigger time.
        """
        self._queue.add(mark)

    def close(self, timeout: float = 60.0) -> None:
        """Write the queue, complete the file and give it its final name. May be called twice.

        Waits up to ``timeout`` seconds for the disk, then kills the recorder process. ``error`` says what
        went wrong.
        """
        if not self._closing:
            self._moved_at_close = self.was_moved  # completing the file may replace it
        self._closing = True
        self._queue.end()
        self._feeder.join(timeout)
        if not self._process.wait(timeout):
            self._fail(f"{self.path.name} is not complete: the disk does not answer")
            self._process.kill()  # also ends a write to the pipe that blocks
        self._feeder.join()
        self._listener.join()
        self._process.end()
        self._give_final_name()
        self._report_losses()

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- the process and its two threads -----------------------------------------------------------------

    def _start(self) -> ModuleProcess:
        paths = os.fspath(self._target.written_path), os.fspath(self.path)
        # In a session of its own: Ctrl+C in a terminal goes to this program only, which then closes the file.
        return ModuleProcess(
            "canmcast_gui.logfile.record.process",
            [self.format.name, *paths, json.dumps(asdict(self.options))],
            stdin=True,
            stdout=True,
            new_session=True,
        )

    def _feed(self) -> None:
        """Write the queue to the pipe; blocks here instead of in write()."""
        pipe = self._process.stdin
        assert pipe is not None
        try:
            while (entry := self._queue.take(_IDLE_SECONDS)) is not None:
                for data in self._packed(entry):
                    pipe.write(data)
                pipe.flush()
        except OSError:
            how = self._process.how_it_ended()
            self._fail(f"{self.path.name} is not complete: the process that wrote it {how}")
        finally:
            with suppress(OSError):
                pipe.close()

    def _packed(self, entry: Entry) -> Iterator[bytes]:
        """What an entry of the queue sends through the pipe."""
        trigger = self._trigger
        if trigger is not None and not trigger.is_open and isinstance(entry, Earlier | Mark):
            trigger.keep(entry.entry if isinstance(entry, Earlier) else entry)
            return
        for batch, begins in self._triggered(entry.entry if isinstance(entry, Earlier) else entry):
            if begins and self.fired > 1:
                yield NEXT_FILE
            if isinstance(batch, Mark):
                yield pack_mark(batch)
                continue
            for start in range(0, max(1, len(batch)), _PIECE_FRAMES):
                yield from pack_batch(batch[start : start + _PIECE_FRAMES])

    def _triggered(self, entry: FrameBatch | Mark) -> Iterable[tuple[FrameBatch | Mark, bool]]:
        """The frames and marks to record, and whether they start another recording."""
        if self._trigger is None or isinstance(entry, Mark) or not len(entry):
            return [(entry, False)]
        return self._trigger.take(entry)

    def _listen(self) -> None:
        """Read the reports of the process until it ends."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            report = json.loads(line)
            self.recorded = report.get("recorded", self.recorded)
            self._losses = report.get("losses", self._losses)
            if "file" in report:
                self.current_path = Path(report["file"])
                self._paths.append(self.current_path)
            if "error" in report:
                self._fail(report["error"])

    def _fail(self, message: str) -> None:
        """End the recording; the first error is kept."""
        with self._failing:
            if not self.failed:
                self.error = message
            self.failed = True
        self._queue.drop()

    # -- after the process has ended ---------------------------------------------------------------------

    def _give_final_name(self) -> None:
        if self.options.is_numbered or self._has_final_name:
            return
        self._has_final_name = True
        if self._moved_at_close:
            if not self.failed:
                self.error = (
                    f"{self._target.written_path} was moved, removed or replaced during the recording: the "
                    "recording is in the original file, wherever it is now"
                )
            return
        if problem := self._target.replace():
            self.error = problem if self.error is None else f"{self.error}. {problem}"
        else:
            self.current_path = self.path

    def _report_losses(self) -> None:
        if self.lost and self.error is None:
            lost = f"{counted(self.lost, 'frame')} {are(self.lost)} not in {self.path.name}"
            self.error = f"{lost}: the disk was too slow"
        if self._trigger is not None and self._trigger.was_truncated and self.error is None:
            wanted = f"{self.options.pre_seconds:g} s before the trigger"
            self.error = f"{self.path.name} has less than the {wanted}: there were too many frames to keep"
