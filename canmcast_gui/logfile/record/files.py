"""The files of a recording, one after the other: where one is full the next begins, between two frames."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path
from typing import IO, Any

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.formats import Format, format_named
from canmcast_gui.logfile.interfaces import NotingSink, Sink, StartingSink
from canmcast_gui.logfile.problems import FileError
from canmcast_gui.logfile.record.options import RecordOptions, first_free_number, numbered
from canmcast_gui.logfile.writing.losses import Losses
from canmcast_gui.logfile.writing.output import Output
from canmcast_gui.logfile.writing.writer import Writer, open_sink, to_disk

# A file begins that long before its first frame: what came on another channel may be a little older.
_EARLIER_NS = NS_PER_SECOND // 10

# So many frames go between two looks at the size of a file that must not grow beyond one.
_SLICE_FRAMES = 1024


class FileSequence:
    """Writes frames to the file that is given, and then to numbered ones of ``final_path``.

    ``on_file`` is told each file that is begun; ``losses`` count what the format did not hold, in all files.
    A frame that is older than its file can hold begins the next one. All methods raise OSError and FileError.
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
        """Write frames, into as many files as that needs."""
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

    def note(self, note: Mark) -> None:
        """Write a note behind the last frame, where the format has a place for notes."""
        self._output.note(note)

    def next_file(self) -> None:
        """Complete this file and begin the next, unless nothing is in this one yet."""
        if not self._output.frames:
            return
        self.finish()
        path = numbered(self._final_path, first_free_number(self._final_path))
        path.open("x").close()
        self._open(path)

    def flush(self) -> None:
        """Hand what was written to the system. Raises FileError where the file was taken away meanwhile."""
        self._sink.flush()
        if os.name == "posix" and not os.fstat(self._file.fileno()).st_nlink:
            raise FileError(f"{self._path.name} was deleted while it was being recorded, or its folder was")

    def finish(self) -> None:
        """Complete the running file; once only, also where that fails."""
        if self._finished:
            return
        self._finished = True
        self._output.finish()
        to_disk(self._path)

    def _open(self, path: Path) -> None:
        self._path = path
        self._first_ns = None
        name = path if self._options.is_numbered else self._final_path
        self._sink, self._file = open_recording_sink(self._kind, path, name)
        self._output = Output(self._kind, self._sink, self.losses, _EARLIER_NS)
        self._finished = False
        self._on_file(path)

    def _room(self, batch: FrameBatch) -> int:
        """How many frames of the batch still belong to this file."""
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


class JournalSink:
    """Writes BLF to ``path``, and a file of the wanted format that replaces it once that is complete.

    ``file`` is the open one at ``path``. All methods raise OSError and FileError.
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
        assert isinstance(self._journal, StartingSink)
        return self._journal.start_ns

    def begin(self, first_ns: int) -> None:
        """Let the files start early enough for that time."""
        assert isinstance(self._journal, StartingSink)
        self._journal.begin(first_ns)
        self._writer.begin(first_ns)

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""
        self._journal.write(batch)
        self._writer.write(batch)

    def note(self, note: Mark) -> None:
        """Write a note behind the last frame."""
        assert isinstance(self._journal, NotingSink)
        self._journal.note(note)
        self._writer.note(note._replace(row=self._writer.frames))

    def flush(self) -> None:
        """Hand all that was written to the operating system."""
        self._journal.flush()

    def finish(self) -> None:
        """Put the complete file in its place; where that fails, what is there stays BLF."""
        try:
            self._journal.finish()
        except BaseException:
            self._writer.abort()
            raise
        self._writer.close()


def open_recording_sink(kind: Format, path: Path, name: Path) -> tuple[Sink, IO[Any]]:
    """As open_sink(), for a file that may never be completed."""
    if kind.reads_unfinished:
        return open_sink(kind, path, name)
    sink = JournalSink(kind, path)
    return sink, sink.file
