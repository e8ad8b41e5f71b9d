"""Writes batches to a text file, a page of lines at a time."""

from __future__ import annotations

import time
from pathlib import Path
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.frames.units import NS_PER_SECOND

# The arrays for these lines are ten times as large, and fit in the processor's cache.
_PAGE_FRAMES = 8192


class TextSink:
    """Writes one line for each frame; subclasses provide the lines, and the start and end of the file."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        self._file = file
        self._path = path
        self._started = False

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""
        if not len(batch):
            return
        self._start(int(batch.timestamp_ns.min()) // NS_PER_SECOND)
        for start in range(0, len(batch), _PAGE_FRAMES):
            self._file.write(self.lines(batch[start : start + _PAGE_FRAMES]))

    def flush(self) -> None:
        """Pass the written data to the operating system, so that they survive this process."""
        self._file.flush()

    def finish(self) -> None:
        """Write the end of the file and close it."""
        self._start(int(time.time()))
        self._file.write(self.end().encode())
        self._file.close()

    def _start(self, start_s: int) -> None:
        if not self._started:
            self._started = True
            self._file.write(self.head(start_s).encode())

    def head(self, start_s: int) -> str:
        """The text before the first frame; ``start_s`` is the whole second of the first batch."""
        raise NotImplementedError

    def lines(self, batch: FrameBatch) -> bytes:
        """The lines of frames, with line ends."""
        raise NotImplementedError

    def end(self) -> str:
        """The text after the last frame."""
        return ""


class MarkTextSink(TextSink):
    """Writes marks too; those before the first frame are kept until the start of the file is known."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        super().__init__(file, path)
        self._early: list[Mark] = []

    def write_mark(self, mark: Mark) -> None:
        """Write a mark after the frames so far."""
        if self._started:
            self._file.write(self.mark_line(mark).encode())
        else:
            self._early.append(mark)

    def mark_line(self, mark: Mark) -> str:
        """The line of a mark, with its line end."""
        raise NotImplementedError

    def _start(self, start_s: int) -> None:
        if not self._started:
            super()._start(start_s)
            self._file.write("".join(map(self.mark_line, self._early)).encode())


class StartTextSink(MarkTextSink):
    """A format whose times count from a whole second and are never negative."""

    def __init__(self, file: BinaryIO, path: Path) -> None:
        super().__init__(file, path)
        self.start_ns: int | None = None

    def begin(self, first_ns: int) -> None:
        """Start the file at the whole second of a time."""
        self._start(first_ns // NS_PER_SECOND)

    def since_start(self, timestamps_ns: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """Times since the start, in nanoseconds."""
        return timestamps_ns - np.int64(self.start_ns or 0)

    def _start(self, start_s: int) -> None:
        if self.start_ns is None:
            self.start_ns = start_s * NS_PER_SECOND
        super()._start(start_s)
