"""Recording to a format whose files cannot be read before they are complete, such as Parquet.

While it is recorded, the file has the frames as BLF, which reads up to its last second whatever happens; what
a file has inside decides how it is read, whatever it is called. The wanted file grows beside it and takes its
place at the end. Both at once rather than the one out of the other at the end, which would keep whoever stops
an hour's recording waiting, at the price of disk space meanwhile.
"""

from __future__ import annotations

from pathlib import Path
from typing import IO, Any

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile.formats import Format, format_named
from canmcast_gui.logfile.interfaces import NotingSink, Sink, StartingSink
from canmcast_gui.logfile.writing.writer import Writer, open_sink


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
