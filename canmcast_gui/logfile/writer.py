"""Writing log files so that a failure never leaves half a file, nor harms the one that was there."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Callable, Iterable
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import IO, Any

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.notes import Note
from canmcast_gui.logfile.errors import FileError, os_sentence
from canmcast_gui.logfile.formats import Format, format_for_writing, format_to_write, writable
from canmcast_gui.logfile.sinks import NotingSink, Sink
from canmcast_gui.logfile.temporary import Temporary

_KINDS = ((Flag.FD, "CAN FD frames"), (Flag.ERROR, "error frames"), (Flag.REMOTE, "remote frames"))

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


def refuse_what_does_not_fit(kind: Format, batch: FrameBatch) -> None:
    """Raise FileError where a batch has frames of a kind that the format has no place for."""
    for flag, name in _KINDS:
        if kind.cannot_hold & flag and batch.has(flag).any():
            raise FileError(f"{kind.title} cannot hold {name}; choose {writable(flag)}")


class Writer:
    """Writes batches to a temporary file beside the target, which takes the target's place on close().

    A context manager: leaving it by an exception aborts. After abort(), or when anything raised, the old
    file is as it was and no temporary file is left. ``frames`` and ``notes`` are how many were written,
    ``notes_left_out`` how many notes the format has no place for.
    """

    def __init__(self, path: Path, kind: Format) -> None:
        self.path = Path(os.path.realpath(path))
        self.format = kind
        self.frames = 0
        self.notes = 0
        self.notes_left_out = 0
        self._waiting: deque[Note] = deque()
        try:
            self._temporary = Temporary(self.path)
        except OSError as error:
            raise FileError(os_sentence(self.path, error, "written")) from error
        try:
            self._sink, self._file = open_sink(kind, self._temporary.path, self.path)
        except (OSError, FileError) as error:
            self._temporary.remove()
            if isinstance(error, FileError):
                raise
            raise FileError(os_sentence(self.path, error, "written")) from error
        self._open = True

    def write(self, batch: FrameBatch) -> None:
        """Write the frames of a batch. Raises FileError, after which nothing of the file is left."""
        self._guarded(lambda: self._write(batch))

    def note(self, note: Note) -> None:
        """Write a note before the frame whose number in this file is its row, or now where that is past.

        Notes come in the order of their rows. Raises FileError, as write() does.
        """
        self._waiting.append(note)

    def close(self) -> None:
        """Complete the file and put it in the target's place. Raises FileError, as write() does."""
        if self._open:
            self._guarded(self._complete)

    def abort(self) -> None:
        """Give up: the target stays as it was."""
        if not self._open:
            return
        self._open = False
        with suppress(OSError, ValueError):
            self._file.close()
        self._temporary.remove()

    def _write(self, batch: FrameBatch) -> None:
        refuse_what_does_not_fit(self.format, batch)
        done = 0
        while self._waiting and self._waiting[0].row < self.frames + len(batch) - done:
            until = done + max(0, self._waiting[0].row - self.frames)
            self._write_frames(batch[done:until])
            self._write_note(self._waiting.popleft())
            done = until
        self._write_frames(batch[done:])

    def _write_frames(self, batch: FrameBatch) -> None:
        if len(batch):
            self._sink.write(batch)
            self.frames += len(batch)

    def _write_note(self, note: Note) -> None:
        if isinstance(self._sink, NotingSink):
            self._sink.note(note)
            self.notes += 1
        else:
            self.notes_left_out += 1

    def _complete(self) -> None:
        for note in self._waiting:
            self._write_note(note)
        self._sink.finish()
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
            raise FileError(os_sentence(self.path, error, "written")) from error
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


def save(
    path: str | os.PathLike[str],
    batches: Iterable[FrameBatch],
    progress: Callable[[float], bool] | None = None,
    total: int | None = None,
    notes: Iterable[Note] = (),
) -> int:
    """Save batches as a log file; the format goes by the suffix. Returns the number of frames written.

    ``notes`` are in the order of their rows, counted from the first frame that is saved; a format that does
    not hold notes is saved without them.

    ``progress`` is called with the share of ``total`` frames that are written (0 where the total is not
    known); when it returns False the save is given up, 0 is returned and the old file stays. Raises
    FileError, and then the old file stays as well.
    """
    with open_writer(path) as writer:
        for note in notes:
            writer.note(note)
        for batch in batches:
            for start in range(0, len(batch), _SLICE_FRAMES):
                writer.write(batch[start : start + _SLICE_FRAMES])
                done = writer.frames / total if total else 0.0
                if progress is not None and progress(min(1.0, done)) is False:
                    writer.abort()
                    return 0
    return writer.frames


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
