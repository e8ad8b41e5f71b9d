"""Writes MF4 files with ASAM bus logging.

They have one data group whose records are in the order of the frames: short and long data frames, remote
frames, error frames. Its data are the last block and grow with the file, so that an incomplete recording can
be read up to its end; marks follow as events when the file is complete.
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
    """Writes one MF4 file, which starts at the whole second of the first batch; times are in nanoseconds."""

    def __init__(self, file: BinaryIO, _path: Path) -> None:
        self._file = file
        self._header: Header | None = None
        self._counts = [0] * len(KINDS)
        self._marks: list[Mark] = []

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""
        if not len(batch):
            return
        header = self._started(int(batch.timestamp_ns.min()))
        for start in range(0, len(batch), _SLICE_FRAMES):
            part = batch[start : start + _SLICE_FRAMES]
            content, counts = rows_of(part, header.start_ns)
            self._counts = [old + new for old, new in zip(self._counts, counts, strict=True)]
            self._file.write(content)

    def write_mark(self, mark: Mark) -> None:
        """Add a mark, which is written after the frames."""
        self._marks.append(mark)

    def flush(self) -> None:
        """Pass the written data to the operating system, with a header for them."""
        header = self._started(0)
        self._rewrite(header, finished=False)
        self._file.flush()

    def finish(self) -> None:
        """Write the end of the file and close it."""
        first = min((mark.timestamp_ns for mark in self._marks), default=0)
        header = self._started(first)
        self._rewrite(header, finished=True)
        self._file.close()

    def _started(self, first_ns: int) -> Header:
        if self._header is None:
            self._header = Header(max(0, first_ns // NS_PER_SECOND * NS_PER_SECOND))
            self._file.write(self._header.content(self._counts, 0, 0, finished=False))
        return self._header

    def _rewrite(self, header: Header, finished: bool) -> None:
        """Write the header with the current counts; if finished, also the events after the data."""
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
