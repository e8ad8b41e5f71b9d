"""Recording to a file while frames come in, without ever holding up whoever receives them."""

from __future__ import annotations

import json
import os
import struct
import threading
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import asdict
from pathlib import Path
from types import TracebackType
from typing import BinaryIO

import numpy as np

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, FrameBatch
from canmcast_gui.frames.filters import Filter, FilterError, compile_filter
from canmcast_gui.frames.marks import Mark
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.formats import format_for_writing, format_to_write
from canmcast_gui.logfile.problems import FileError, os_sentence
from canmcast_gui.logfile.record.options import RecordOptions, first_free_number, numbered
from canmcast_gui.logfile.record.trigger import Trigger
from canmcast_gui.logfile.writing.losses import losses_sentence
from canmcast_gui.logfile.writing.temporary import remove_abandoned
from canmcast_gui.processes.launcher import ModuleProcess
from canmcast_gui.wording import are, counted

# A minute and a half of 20,000 frames/s: longer than any pause of a disk that comes back at all, and little
# beside what the program that shows these frames needs.
QUEUE_BYTES = 64_000_000

# After that much idle time, what was written is handed to the system.
_IDLE_SECONDS = 0.5

# One piece through the pipe: small enough that counts move, large enough to cost nothing.
_PIECE_FRAMES = 8192


class Recorder:
    """Writes batches to a log file in a process of its own; see record_process.

    The file carries its final name from the start. Where a file of that name exists, the recording is beside
    it under "NAME.part.SUFFIX" until close() puts it in its place. Several files, as ``options`` may ask for,
    are called "NAME-001.SUFFIX" and so on, after those that are there; ``current_path`` is the running one,
    ``files`` how many were begun. ``trigger`` is the filter of the options' expression, where that needs more
    than the frames themselves, such as names of messages; ``fired`` is how often it has passed a frame, and
    ``is_waiting`` whether nothing is recorded until it does. Frames that were handed over survive this
    program: when it is killed, the other process still completes the file.

    ``recorded`` are frames that the file has, ``lost`` those that came while the queue was full or after the
    recording failed. ``failed`` is whether it ended before close(), ``error`` the sentence about that; frames
    that were lost on the way do not end it, and are in ``error`` after close(). Raises FileError where the
    file cannot be opened for writing.
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
        self._trigger = _trigger_of(self.options, trigger)
        self.recorded = 0
        self.lost = 0
        self._not_held: list[str] = []
        self.error: str | None = None
        self.failed = False
        self._limit = queue_bytes
        self._queue: deque[FrameBatch | Mark] = deque()
        self._queued_bytes = 0
        self._closing = False
        self._changed = threading.Condition()
        remove_abandoned(self.path)
        self._written_path = _claim_numbered(self.path) if self.options.is_numbered else _claim(self.path)
        self.current_path = self._written_path
        self._is_named = self._ended_moved = False
        self._written_identity = _identity(self._written_path)
        self._target_identity = _identity(self.path)
        self.files = 0
        try:
            self._process = self._start()
        except OSError as error:
            self._written_path.unlink(missing_ok=True)
            raise FileError(
                f"{self.path.name} cannot be recorded: no process can be started: {error.strerror}"
            ) from error
        self._feeder = threading.Thread(target=self._feed, name="recorder feed", daemon=True)
        self._listener = threading.Thread(target=self._listen, name="recorder news", daemon=True)
        self._feeder.start()
        self._listener.start()

    @property
    def pid(self) -> int:
        """The id of the process that writes."""
        return self._process.pid

    @property
    def losses(self) -> str:
        """One sentence about what the format does not hold, after close(); "" where it holds all."""
        return losses_sentence(self.format.title, self._not_held)

    @property
    def fired(self) -> int:
        """How often the trigger began a recording; 0 without a trigger."""
        return self._trigger.fired if self._trigger is not None else 0

    @property
    def is_waiting(self) -> bool:
        """Whether frames go no further than the ring before the trigger."""
        return self._trigger is not None and not self._trigger.is_open

    @property
    def was_moved(self) -> bool:
        """Whether the file is not where it was begun, or another one is; not known of several files."""
        if self.options.is_numbered or self._closing or self.files > 1:
            return False
        return _identity(self._written_path) != self._written_identity

    def write(self, batch: FrameBatch) -> None:
        """Record a batch; never waits. Frames that find the queue full are counted in ``lost``."""
        size = _size(batch)
        with self._changed:
            if self._closing or self.failed or self._queued_bytes + size > self._limit:
                self.lost += len(batch)
            else:
                self._queue.append(batch)
                self._queued_bytes += size
                self._changed.notify()

    def note(self, note: Mark) -> None:
        """Write a note behind the frames that were handed over; never waits.

        It goes nowhere where the format has no place for notes, or while the trigger is waited for.
        """
        with self._changed:
            if not self._closing and not self.failed:
                self._queue.append(note)
                self._changed.notify()

    def close(self, timeout: float = 60.0) -> None:
        """Write what is queued, complete the file and give it its final name. May be called twice.

        Waits up to ``timeout`` seconds for the disk; after that the recording is given up with what it has.
        What went wrong is in ``error``.
        """
        if not self._closing:
            self._ended_moved = self.was_moved  # completing the file may replace it
        with self._changed:
            self._closing = True
            self._changed.notify()
        self._feeder.join(timeout)
        if not self._process.wait(timeout):
            self._fail(f"{self.path.name} is not complete: the disk does not answer")
            self._process.kill()  # also lets the feeder go, which may wait for it
        self._feeder.join()
        self._listener.join()
        self._process.end()
        self._give_final_name()
        if self.lost and self.error is None:
            lost = f"{counted(self.lost, 'frame')} {are(self.lost)} not in {self.path.name}"
            self.error = f"{lost}: the disk was too slow"
        if self._trigger is not None and self._trigger.cut and self.error is None:
            wanted = f"{self.options.pre_seconds:g} s before the trigger"
            self.error = f"{self.path.name} has less than the {wanted}: they were too many frames to keep"

    def __enter__(self) -> Recorder:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    # -- the process and its two threads -----------------------------------------------------------------

    def _start(self) -> ModuleProcess:
        paths = os.fspath(self._written_path), os.fspath(self.path)
        # A session of its own: Ctrl+C in a terminal goes to the program that records, which then closes.
        return ModuleProcess(
            "canmcast_gui.logfile.record.process",
            [self.format.name, *paths, json.dumps(asdict(self.options))],
            stdin=True,
            stdout=True,
            new_session=True,
        )

    def _feed(self) -> None:
        """Push queued batches through the pipe; waits there instead of the caller of write()."""
        pipe = self._process.stdin
        assert pipe is not None
        try:
            while (batch := self._next()) is not None:
                if isinstance(batch, Mark):
                    if not self.is_waiting:
                        pipe.write(pack_note(batch))
                    continue
                for part, begins in self._wanted(batch):
                    if begins and self.fired > 1:
                        pipe.write(NEXT_FILE)
                    for start in range(0, max(1, len(part)), _PIECE_FRAMES):
                        for piece in pack_batch(part[start : start + _PIECE_FRAMES]):
                            pipe.write(piece)
                pipe.flush()
        except OSError:
            how = self._process.how_it_ended()
            self._fail(f"{self.path.name} is not complete: the process that wrote it {how}")
        finally:
            with suppress(OSError):
                pipe.close()

    def _wanted(self, batch: FrameBatch) -> Iterable[tuple[FrameBatch, bool]]:
        """What of a batch goes to the file, and where another recording begins."""
        if self._trigger is None or not len(batch):
            return [(batch, False)]
        return self._trigger.take(batch)

    def _next(self) -> FrameBatch | Mark | None:
        """The next batch or note; an empty one after some idle time, None at the end."""
        with self._changed:
            if not self._queue and not self._closing:
                self._changed.wait(_IDLE_SECONDS)
            if self._queue:
                first = self._queue.popleft()
                self._queued_bytes -= _size(first) if isinstance(first, FrameBatch) else 0
                return first
            return None if self._closing or self.failed else FrameBatch.empty()

    def _listen(self) -> None:
        """Take the process's counts and its error until it ends."""
        assert self._process.stdout is not None
        for line in self._process.stdout:
            news = json.loads(line)
            self.recorded = news.get("recorded", self.recorded)
            self._not_held = news.get("not_held", self._not_held)
            if "file" in news:
                self.files += 1
                self.current_path = Path(news["file"])
            if "error" in news:
                self._fail(news["error"])

    def _fail(self, sentence: str) -> None:
        """The recording is over; the first reason is the one that counts."""
        with self._changed:
            if not self.failed:
                self.error = sentence
            self.failed = True
            self.lost += sum(len(one) for one in self._queue if isinstance(one, FrameBatch))
            self._queue.clear()
            self._queued_bytes = 0
            self._changed.notify()

    def _give_final_name(self) -> None:
        if self.options.is_numbered or self._is_named:
            return
        self._is_named = True
        if self._ended_moved:
            if not self.failed:  # else the reason is said already
                self.error = (
                    f"{self._written_path} was moved, removed or replaced while it was recorded: what was "
                    "recorded is in the file that was there, wherever it is now"
                )
        elif self._written_path != self.path:
            self._take_place()

    def _take_place(self) -> None:
        """Replace the file that was there at the beginning, but no other one."""
        reason = ""
        if _identity(self.path) not in (None, self._target_identity):
            reason = "another one has taken its place while the recording ran"
        else:
            try:
                self._written_path.replace(self.path)
                self.current_path = self.path
            except OSError as error:
                reason = error.strerror or str(error)
        if reason:
            sentence = f"{self.path} was not replaced: {reason}. What was recorded is in {self._written_path}"
            self.error = sentence if self.error is None else f"{self.error}. {sentence}"


def _trigger_of(options: RecordOptions, condition: Filter | None) -> Trigger | None:
    """The trigger that the options ask for. Raises FileError for an expression that is none."""
    if not options.trigger:
        return None
    if condition is None:
        try:
            condition = compile_filter(options.trigger)
        except FilterError as error:
            raise FileError(f"The trigger is no filter: {error}") from error
    post_ns = None if options.post_seconds is None else round(options.post_seconds * NS_PER_SECOND)
    return Trigger(condition, round(options.pre_seconds * NS_PER_SECOND), post_ns)


def _claim_numbered(path: Path) -> Path:
    """Create the first of the numbered files, after those that are there."""
    try:
        first = numbered(path, first_free_number(path))
        first.open("x").close()
    except OSError as error:
        raise FileError(os_sentence(path, error, "written")) from error
    return first


def _claim(path: Path) -> Path:
    """Create the file to write to: the path itself, or one beside it where that exists already."""
    names = [path, *(path.with_name(f"{path.stem}.part{n or ''}{path.suffix}") for n in range(100))]
    for name in names:
        try:
            name.open("x").close()
        except FileExistsError:
            if path.exists() and not path.is_file():
                raise FileError(f"{path.name} cannot be written: it is no ordinary file") from None
            continue
        except OSError as error:
            raise FileError(os_sentence(path, error, "written")) from error
        return name
    raise FileError(f"{path.parent} is full of unfinished recordings of {path.name}; remove some of them")


def _identity(path: Path) -> tuple[int, int] | None:
    """What tells a file from others of the same name; None where there is none."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino


def _size(batch: FrameBatch) -> int:
    """The bytes that a batch's own frames need, whatever heap it shares."""
    long = batch.length[batch.length > INLINE_BYTES]
    return len(batch) * FRAME_DTYPE.itemsize + int(np.sum(long, dtype=np.int64))


HEADER = struct.Struct("<II")
_NEXT_FILE = 0xFFFFFFFF
_NOTE = 0xFFFFFFFE
NEXT_FILE = HEADER.pack(_NEXT_FILE, 0)


def pack_batch(batch: FrameBatch) -> list[bytes | memoryview]:
    """A batch as it goes through the pipe, in pieces."""
    batch = batch.compact()
    return [HEADER.pack(len(batch), len(batch.heap)), batch.records.tobytes(), batch.heap.tobytes()]


def pack_note(note: Mark) -> bytes:
    """A note as it goes through the pipe."""
    text = json.dumps(note).encode()
    return HEADER.pack(_NOTE, len(text)) + text


def unpack_batches(file: BinaryIO) -> Iterator[FrameBatch | Mark | None]:
    """What comes through the pipe, None where a new file begins; a last one that is not whole is left out."""
    while len(header := file.read(HEADER.size)) == HEADER.size:
        frames, heap_bytes = HEADER.unpack(header)
        if frames == _NEXT_FILE:
            yield None
            continue
        if frames == _NOTE:
            text = file.read(heap_bytes)
            if len(text) < heap_bytes:
                return
            yield Mark(*json.loads(text))
            continue
        records = file.read(frames * FRAME_DTYPE.itemsize)
        heap = file.read(heap_bytes)
        if len(records) < frames * FRAME_DTYPE.itemsize or len(heap) < heap_bytes:
            return
        yield FrameBatch(np.frombuffer(records, FRAME_DTYPE), np.frombuffer(heap, np.uint8))
