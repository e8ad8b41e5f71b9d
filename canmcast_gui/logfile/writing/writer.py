"""Writes log files; a failure leaves neither an incomplete file nor a changed old one."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile.format_choice import format_for_writing, format_to_write
from canmcast_gui.logfile.formats import Format
from canmcast_gui.logfile.interfaces import Sink
from canmcast_gui.logfile.problems import FileError, os_message
from canmcast_gui.logfile.writing.output import Output, TooOldError
from canmcast_gui.logfile.writing.temporary import Temporary

# Frames between two calls of ``progress``, which may cancel the save.
_SLICE_FRAMES = 16384


def open_sink(kind: Format, file_path: Path, name: Path) -> tuple[Sink, IO[Any]]:
    """Open ``file_path`` for writing; ``name`` is the final path of the file.

    Raises OSError, and FileError where a library of the format is not installed.
    """
    file: IO[Any]
    if kind.binary:  # noqa: SIM108 - the types differ
        file = file_path.open("wb")
    else:
        file = file_path.open("w", encoding="utf-8", newline="\n")
    assert kind.sink is not None  # only formats that can be written are passed
    try:
        return kind.sink(file, name), file
    except BaseException:
        file.close()
        raise


class Writer:
    """Writes batches to a temporary file beside the target, which replaces the target on close().

    A context manager; an exception aborts. After abort(), or when a method raised, the old file is unchanged
    and the temporary file is deleted. ``frames`` and ``marks`` count what was written, ``marks_left_out`` the
    marks that the format cannot hold; ``lost`` describes all that it cannot hold.
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
        """How many frames were written; 0 after abort()."""
        return 0 if self._aborted else self._output.frames

    @property
    def lost(self) -> list[str]:
        """What the format cannot hold, so far, such as "12 error frames without DLC and data"."""
        return self._output.losses.messages

    def begin(self, first_ns: int) -> None:
        """Start the file early enough for frames of that time, which may be written later."""
        self._output.begin(first_ns)

    def name_channels(self, names: Mapping[int, str]) -> None:
        """Give channels names before they occur; all names are given again when there are more."""
        self._output.name_channels(names)

    def write(self, batch: FrameBatch) -> None:
        """Write the frames of a batch. Raises FileError, which aborts the file.

        It is TooOldError where the format cannot hold a time before the first one; see begin().
        """
        self._guarded(lambda: self._write(batch))

    def write_mark(self, mark: Mark) -> None:
        """Write a mark before the frame with its row in this file, or now where that was written already.

        Marks must be in the order of their rows. Raises FileError, as write() does.
        """
        self._waiting.append(mark)

    def close(self) -> None:
        """Complete the file and replace the target with it. Raises FileError, as write() does."""
        if self._open:
            self._guarded(self._complete)

    def abort(self) -> None:
        """Delete the temporary file; the target is unchanged."""
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
        self._temporary.replace_target()
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
    """A writer for a new log file; ``format`` is a name of FORMATS, or None to use that of the suffix.

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
    """Write a file with ``fill``; again, from the oldest time on, if the first frame is not the oldest.

    ``oldest_ns`` is called only then, and returns None where the time is unknown. ``fill`` may abort the
    writer. Raises FileError.
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
    """The time of the oldest frame; None without frames."""
    return min((int(batch.timestamp_ns.min()) for batch in batches if len(batch)), default=None)


def save(
    path: str | os.PathLike[str],
    batches: Iterable[FrameBatch],
    progress: Callable[[float], bool] | None = None,
    total: int | None = None,
    marks: Iterable[Mark] = (),
) -> int:
    """Save batches as a log file in the format of its suffix. Returns the number of frames written.

    ``marks`` are in the order of their rows, counted from the first saved frame; a format without marks drops
    them. Batches that can be iterated twice, as in a list, may be in any order of time; where the times of
    the format cannot be negative, an iterator must start with the oldest second.

    ``progress`` is called with the share of ``total`` frames that is written (0 where the total is not
    given); when it returns False the save is canceled, 0 is returned and the old file is unchanged. Raises
    FileError, and the old file is unchanged as well.
    """
    marks = list(marks)

    def fill(writer: Writer) -> None:
        for mark in marks:
            writer.write_mark(mark)
        for part in _slices(batches):
            writer.write(part)
            done = writer.frames / total if total else 0.0
            if progress is not None and progress(min(1.0, done)) is False:
                writer.abort()
                return

    def oldest_ns() -> int | None:
        return None if isinstance(batches, Iterator) else oldest_of(batches)

    return write_file(path, None, fill, oldest_ns).frames


def _slices(batches: Iterable[FrameBatch]) -> Iterator[FrameBatch]:
    """The batches in parts of up to _SLICE_FRAMES."""
    for batch in batches:
        for start in range(0, len(batch), _SLICE_FRAMES):
            yield batch[start : start + _SLICE_FRAMES]


def to_disk(path: Path) -> None:
    """Wait until a file, or the list of files of a folder, is on the disk, where the system can do that."""
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
