"""The log files of a recording: when one is full, the next one starts. It may replace an older one."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.format_choice import format_named
from canmcast_gui.logfile.formats import Format
from canmcast_gui.logfile.interfaces import MarkSink, Sink, StartSink
from canmcast_gui.logfile.problems import FileError, os_message
from canmcast_gui.logfile.record.options import RecordOptions, first_free_number, numbered
from canmcast_gui.logfile.writing.losses import Losses
from canmcast_gui.logfile.writing.output import Output
from canmcast_gui.logfile.writing.temporary import remove_abandoned
from canmcast_gui.logfile.writing.writer import Writer, open_sink, to_disk

# A file starts this long before its first frame, as frames of another channel may be a little older.
_EARLIER_NS = NS_PER_SECOND // 10

# Frames per check of the file size where a file has a maximum size.
_SLICE_FRAMES = 1024


class FileSequence:
    """Writes frames to ``path``, then to numbered files of ``final_path``.

    ``on_file`` is called with the path of each new file; ``losses`` counts what the format did not hold, in
    all files. A frame that is older than its file can hold starts the next file. Methods raise OSError and
    FileError.
    """

    def __init__(
        self,
        kind: Format,
        path: Path,
        final_path: Path,
        options: RecordOptions,
        on_file: Callable[[Path], None],
    ) -> None:
        self._kind = kind
        self._final_path = final_path
        self._options = options
        self._on_file = on_file
        self.losses = Losses(kind.loses)
        self._sink: Sink
        self._file: IO[Any]
        self._output: Output
        self._first_ns: int | None = None
        self._finished = False
        self._open(path)

    def write(self, batch: FrameBatch) -> None:
        """Write frames to as many files as needed."""
        start = 0
        while start < len(batch):
            end = start + self._room(batch[start:])
            if end == start:
                self.next_file()
                continue
            self._output.write(batch[start:end])
            if self._first_ns is None:
                self._first_ns = int(batch.timestamp_ns[start])
            start = end

    def write_mark(self, mark: Mark) -> None:
        """Write a mark after the last frame, where the format has marks."""
        self._output.write_mark(mark)

    def next_file(self) -> None:
        """Complete this file and start the next; no effect while this file has no frames."""
        if not self._output.frames:
            return
        self.finish()
        path = numbered(self._final_path, first_free_number(self._final_path))
        path.open("x").close()
        self._open(path)

    def flush(self) -> None:
        """Pass the written data to the system. Raises FileError where the file was deleted."""
        self._sink.flush()
        if os.name == "posix" and not os.fstat(self._file.fileno()).st_nlink:
            raise FileError(f"{self._path.name} or its folder was deleted during the recording")

    def finish(self) -> None:
        """Complete the current file; tries only once, also where that fails."""
        if self._finished:
            return
        self._finished = True
        self._output.finish()
        to_disk(self._path)

    def _open(self, path: Path) -> None:
        self._path = path
        self._first_ns = None
        name = path if self._options.is_numbered else self._final_path
        self._sink, self._file = _open_recording_sink(self._kind, path, name)
        self._output = Output(self._kind, self._sink, self.losses, _EARLIER_NS)
        self._output.name_channels(dict(self._options.channel_names))
        self._finished = False
        self._on_file(path)

    def _room(self, batch: FrameBatch) -> int:
        """How many frames of the batch belong in this file."""
        options, room = self._options, len(batch)
        if options.split_frames:
            room = min(room, options.split_frames - self._output.frames)
        if options.split_seconds and self._first_ns is None:
            self._first_ns = int(batch.timestamp_ns[0])
        if options.split_seconds and self._first_ns is not None:
            end = self._first_ns + round(options.split_seconds * NS_PER_SECOND)
            late = np.flatnonzero(batch.timestamp_ns[:room] >= end)
            room = int(late[0]) if len(late) else room
        if (start_ns := self._output.start_ns) is not None:
            older = np.flatnonzero(batch.timestamp_ns[:room] < start_ns)
            room = int(older[0]) if len(older) else room
        if options.split_bytes:
            room = 0 if self._is_full(options.split_bytes) else min(room, _SLICE_FRAMES)
        return room

    def _is_full(self, limit: int) -> bool:
        if not self._output.frames:
            return False
        self._file.flush()
        return os.fstat(self._file.fileno()).st_size >= limit


class _JournalSink:
    """Records in a format whose files cannot be read before they are complete, such as Parquet.

    During the recording the file at ``path`` is BLF, which can be read up to the last flush;
    readers go by its content, not its name. The file of the wanted format is written beside it and replaces
    it at the end. Converting at the end instead would need less disk space, but closing an hour's recording
    would take long. ``file`` is the open BLF file. Methods raise OSError and FileError.
    """

    def __init__(self, kind: Format, path: Path) -> None:
        self._journal, self.file = open_sink(format_named("blf"), path, path)
        try:
            self._writer = Writer(path, kind)
        except BaseException:
            self.file.close()
            raise

    @property
    def start_ns(self) -> int | None:
        """The oldest time that a frame may have; None before anything was written."""
        assert isinstance(self._journal, StartSink)
        return self._journal.start_ns

    def begin(self, first_ns: int) -> None:
        """Start the files early enough for that time."""
        assert isinstance(self._journal, StartSink)
        self._journal.begin(first_ns)
        self._writer.begin(first_ns)

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""
        self._journal.write(batch)
        self._writer.write(batch)

    def write_mark(self, mark: Mark) -> None:
        """Write a mark after the last frame."""
        assert isinstance(self._journal, MarkSink)
        self._journal.write_mark(mark)
        self._writer.write_mark(mark._replace(row=self._writer.frames))

    def flush(self) -> None:
        """Pass the written data to the system."""
        self._journal.flush()

    def finish(self) -> None:
        """Replace the BLF file with the complete file; where that fails, the BLF file stays."""
        try:
            self._journal.finish()
        except BaseException:
            self._writer.abort()
            raise
        self._writer.close()


def _open_recording_sink(kind: Format, path: Path, name: Path) -> tuple[Sink, IO[Any]]:
    """Like open_sink(), for a file that may never be completed."""
    if kind.reads_unfinished:
        return open_sink(kind, path, name)
    sink = _JournalSink(kind, path)
    return sink, sink.file


class Target:
    """The file that is recorded under ``path``, or the first of the numbered files of that path.

    Where ``path`` exists, the recording is written to ``written_path`` ("NAME.part.SUFFIX") until replace()
    moves it to its final path. Creating a target creates the empty file, and deletes temporary files of
    killed programs. Raises FileError.
    """

    def __init__(self, path: Path, is_numbered: bool) -> None:
        remove_abandoned(path)
        self.path = path
        self.written_path = _create_numbered(path) if is_numbered else _create(path)
        self._written_identity = _identity(self.written_path)
        self._replaced_identity = _identity(path)

    @property
    def was_moved(self) -> bool:
        """Whether the written file was moved, removed or replaced since it was created."""
        return _identity(self.written_path) != self._written_identity

    def replace(self) -> str:
        """Move the written file to its final path; returns why that failed, or "".

        Replaces only the file that was there when the recording started.
        """
        if self.written_path == self.path:
            return ""
        if _identity(self.path) not in (None, self._replaced_identity):
            return self._not_replaced("another file was created there during the recording")
        try:
            self.written_path.replace(self.path)
        except OSError as error:
            return self._not_replaced(error.strerror or str(error))
        return ""

    def remove(self) -> None:
        """Delete the written file."""
        self.written_path.unlink(missing_ok=True)

    def _not_replaced(self, reason: str) -> str:
        return f"{self.path} was not replaced: {reason}. The recording is in {self.written_path}"


def _create_numbered(path: Path) -> Path:
    """Create the first numbered file, with the number after the highest that exists."""
    try:
        first = numbered(path, first_free_number(path))
        first.open("x").close()
    except OSError as error:
        raise FileError(os_message(path, error, "written")) from error
    return first


def _create(path: Path) -> Path:
    """Create the file itself, or a part file beside it where it exists."""
    names = [path, *(path.with_name(f"{path.stem}.part{n or ''}{path.suffix}") for n in range(100))]
    for name in names:
        try:
            name.open("x").close()
        except FileExistsError:
            if path.exists() and not path.is_file():
                raise FileError(f"{path.name} cannot be written: it is not a regular file") from None
            continue
        except OSError as error:
            raise FileError(os_message(path, error, "written")) from error
        return name
    raise FileError(f"{path.parent} has too many unfinished recordings of {path.name}; delete some of them")


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of a file, None where it does not exist."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
