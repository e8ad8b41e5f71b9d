"""Writing log files so that a failure never leaves half a file, nor harms the one that was there."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile.formats import Format, format_for_writing, format_to_write
from canmcast_gui.logfile.interfaces import Sink
from canmcast_gui.logfile.problems import FileError, os_message
from canmcast_gui.logfile.writing.output import Output, TooOldError
from canmcast_gui.logfile.writing.temporary import Temporary

# How many frames go between two looks at whether a save should be given up.
_SLICE_FRAMES = 16384


def open_sink(kind: Format, file_path: Path, name: Path) -> tuple[Sink, IO[Any]]:
    """Open ``file_path`` for writing; ``name`` is what the file will be called.

    Raises OSError, and FileError where what the format needs is not installed.
    """
    file: IO[Any]
    if kind.binary:  # noqa: SIM108 - two types of file
        file = file_path.open("wb")
    else:
        file = file_path.open("w", encoding="utf-8", newline="\n")
    assert kind.sink is not None  # only formats that can be written get here
    try:
        return kind.sink(file, name), file
    except BaseException:
        file.close()
        raise


class Writer:
    """Writes batches to a temporary file beside the target, which takes the target's place on close().

    A context manager: leaving it by an exception aborts. After abort(), or when anything raised, the old
    file is as it was and no temporary file is left. ``frames`` and ``marks`` are how many were written,
    ``marks_left_out`` how many marks the format has no place for, and ``lost`` what the format could not
    hold, each kind with its count.
    """

    def __init__(self, path: Path, kind: Format) -> None:
        self.path = Path(os.path.realpath(path))
        self.format = kind
        self.marks = 0
        self.marks_left_out = 0
        self._taken = 0
        self._aborted = False
        self._waiting: deque[Mark] = deque()
        try:
            self._temporary = Temporary(self.path)
        except OSError as error:
            raise FileError(os_message(self.path, error, "written")) from error
        try:
            self._sink, self._file = open_sink(kind, self._temporary.path, self.path)
            self._output = Output(kind, self._sink)
        except (OSError, FileError) as error:
            self._temporary.remove()
            if isinstance(error, FileError):
                raise
            raise FileError(os_message(self.path, error, "written")) from error
        self._open = True

    @property
    def frames(self) -> int:
        """How many frames were written; none are after abort()."""
        return 0 if self._aborted else self._output.frames

    @property
    def lost(self) -> list[str]:
        """What the format could not hold, so far: "12 error frames without DLC and data"."""
        return self._output.losses.messages

    def begin(self, first_ns: int) -> None:
        """Let the file begin early enough for frames of that time, which may come later."""
        self._output.begin(first_ns)

    def write(self, batch: FrameBatch) -> None:
        """Write the frames of a batch. Raises FileError, after which nothing of the file is left.

        It is TooOldError where the format has no place for a time before the first one; see begin().
        """
        self._guarded(lambda: self._write(batch))

    def write_mark(self, mark: Mark) -> None:
        """Write a mark before the frame whose number in this file is its row, or now where that is past.

        Marks come in the order of their rows. Raises FileError, as write() does.
        """
        self._waiting.append(mark)

    def close(self) -> None:
        """Complete the file and put it in the target's place. Raises FileError, as write() does."""
        if self._open:
            self._guarded(self._complete)

    def abort(self) -> None:
        """Give up: the target stays as it was."""
        if not self._open:
            return
        self._open = False
        self._aborted = True
        with suppress(OSError, ValueError):
            self._file.close()
        self._temporary.remove()

    def _write(self, batch: FrameBatch) -> None:
        done = 0
        while self._waiting and self._waiting[0].row < self._taken + len(batch) - done:
            until = done + max(0, self._waiting[0].row - self._taken)
            self._write_frames(batch[done:until])
            self._write_mark(self._waiting.popleft())
            done = until
        self._write_frames(batch[done:])

    def _write_frames(self, batch: FrameBatch) -> None:
        if len(batch):
            self._output.write(batch)
            self._taken += len(batch)

    def _write_mark(self, mark: Mark) -> None:
        if self._output.write_mark(mark):
            self.marks += 1
        else:
            self.marks_left_out += 1

    def _complete(self) -> None:
        for mark in self._waiting:
            self._write_mark(mark)
        self._output.finish()
        to_disk(self._temporary.path)
        self._temporary.take_place()
        self._open = False
        to_disk(self.path.parent)

    def _guarded(self, work: Callable[[], None]) -> None:
        if not self._open:
            raise FileError(f"{self.path.name} is closed")
        try:
            work()
        except OSError as error:
            self.abort()
            raise FileError(os_message(self.path, error, "written")) from error
        except BaseException:
            self.abort()
            raise

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.close()
        else:
            self.abort()


def open_writer(path: str | os.PathLike[str], format: str | None = None) -> Writer:
    """A writer for a new log file; ``format`` is a name out of FORMATS, or None to go by the suffix.

    Raises FileError where the folder cannot be written to or the format is unknown.
    """
    path = Path(path)
    kind = format_for_writing(path) if format is None else format_to_write(format)
    return Writer(path, kind)


def write_file(
    path: str | os.PathLike[str],
    format: str | None,
    fill: Callable[[Writer], None],
    oldest_ns: Callable[[], int | None],
) -> Writer:
    """Write a file by what fills it; again, from the oldest time, where that is not the first.

    ``oldest_ns`` is asked only then, and gives None where it cannot be known. What aborts the writer leaves
    no file. Raises FileError.
    """
    try:
        with open_writer(path, format) as writer:
            fill(writer)
    except TooOldError:
        oldest = oldest_ns()
        if oldest is None:
            raise
        with open_writer(path, format) as writer:
            writer.begin(oldest)
            fill(writer)
    return writer


def oldest_of(batches: Iterable[FrameBatch]) -> int | None:
    """The time of the oldest frame; None where there is none."""
    return min((int(batch.timestamp_ns.min()) for batch in batches if len(batch)), default=None)


def save(
    path: str | os.PathLike[str],
    batches: Iterable[FrameBatch],
    progress: Callable[[float], bool] | None = None,
    total: int | None = None,
    marks: Iterable[Mark] = (),
) -> int:
    """Save batches as a log file; the format goes by the suffix. Returns the number of frames written.

    ``marks`` are in the order of their rows, counted from the first frame that is saved; a format that does
    not hold marks is saved without them. Batches that are iterated twice, as those of a list, may come in any
    order of time; where the format's times cannot be negative, an iterator must begin with the oldest second.

    ``progress`` is called with the share of ``total`` frames that are written (0 where the total is not
    known); when it returns False the save is given up, 0 is returned and the old file stays. Raises
    FileError, and then the old file stays as well.
    """
    marks = list(marks)

    def fill(writer: Writer) -> None:
        for mark in marks:
            writer.write_mark(mark)
        for batch in batches:
            for start in range(0, len(batch), _SLICE_FRAMES):
                writer.write(batch[start : start + _SLICE_FRAMES])
                done = writer.frames / total if total else 0.0
                if progress is not None and progress(min(1.0, done)) is False:
                    writer.abort()
                    return

    def oldest_ns() -> int | None:
        return None if isinstance(batches, Iterator) else oldest_of(batches)

    return write_file(path, None, fill, oldest_ns).frames


def to_disk(path: Path) -> None:
    """Wait until a file, or a folder's list of files, is on the disk; where the system offers that."""
    flags = os.O_RDONLY if os.name == "posix" else os.O_RDWR
    try:
        handle = os.open(path, flags)
    except OSError:
        return
    try:
        with suppress(OSError):
            os.fsync(handle)
    finally:
        os.close(handle)
