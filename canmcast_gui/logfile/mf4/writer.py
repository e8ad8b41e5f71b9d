"""Batches to MF4 files with ASAM's bus logging.

One data group with numbered records, which stand in the order of the frames: short and long data frames,
remote frames, error frames. Its data are the file's last block and grow with it, so that a recording that was
broken off reads up to its end; marks follow as events once it is complete.
"""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.mf4.layout import KINDS, Header, event_blocks, rows_of

_SLICE_FRAMES = 16384


class Mf4Sink:
    """One MF4 file. It begins with the whole second of the first batch; times are exact to a nanosecond."""

    def __init__(self, file: BinaryIO, _path: Path) -> None:
        self._file = file
        self._header: Header | None = None
        self._counts = [0] * len(KINDS)
        self._marks: list[Mark] = []

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""
        if not len(batch):
            return
        header = self._begun(int(batch.timestamp_ns.min()))
        for start in range(0, len(batch), _SLICE_FRAMES):
            part = batch[start : start + _SLICE_FRAMES]
            content, counts = rows_of(part, header.start_ns)
            self._counts = [old + new for old, new in zip(self._counts, counts, strict=True)]
            self._file.write(content)

    def write_mark(self, mark: Mark) -> None:
        """Write a marker, once the frames are complete."""
        self._marks.append(mark)

    def flush(self) -> None:
        """Hand all that was written to the operating system, counted."""
        header = self._begun(0)
        self._rewrite(header, finished=False)
        self._file.flush()

    def finish(self) -> None:
        """Write what belongs at the end and close the file."""
        first = min((mark.timestamp_ns for mark in self._marks), default=0)
        header = self._begun(first)
        self._rewrite(header, finished=True)
        self._file.close()

    def _begun(self, first_ns: int) -> Header:
        if self._header is None:
            self._header = Header(max(0, first_ns // NS_PER_SECOND * NS_PER_SECOND))
            self._file.write(self._header.content(self._counts, 0, 0, finished=False))
        return self._header

    def _rewrite(self, header: Header, finished: bool) -> None:
        """Bring what the header counts up to date, with the events behind the data where it is complete."""
        end = self._file.tell()
        data, events = end - header.size, 0
        if finished and self._marks:
            self._file.write(bytes(-end % 8))
            events = self._file.tell()
            self._file.write(event_blocks(self._marks, events, header.start_ns))
            end = self._file.tell()
        self._file.seek(0)
        self._file.write(header.content(self._counts, data, events, finished))
        self._file.seek(end)
