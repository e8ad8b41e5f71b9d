"""Reading a log file as batches of frames, whatever its format and whatever is wrong with it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile.formats import Format, format_named
from canmcast_gui.logfile.interfaces import CountingLog, Log
from canmcast_gui.logfile.problems import FileError, Finding, Missing, Problems, os_message
from canmcast_gui.logfile.reading.checks import Plausibility
from canmcast_gui.logfile.reading.recognition import recognise
from canmcast_gui.logfile.table.layout import TableLayout

DEFAULT_BATCH_FRAMES = 65536


class FrameReader:
    """Iterates over the batches of one log file, from its beginning each time.

    ``format`` is what its content says it is, ``size`` its bytes; ``progress`` goes from 0 to 1 along them.
    ``skipped`` counts what could not be read; ``problems`` are sentences about the first of them, with where
    they are; ``marks`` what the file says between its frames, so far as it has been read. ``start_ns`` is
    what was added to the file's own times. Making one raises FileError where the file is absent or of no
    known format; iterating raises it only where nothing at all could be read. With a ``layout`` the file is
    read as a table that is built so, whatever it looks like.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        batch_frames: int = DEFAULT_BATCH_FRAMES,
        layout: TableLayout | None = None,
    ) -> None:
        self.path = Path(path)
        self.format: Format = recognise(self.path) if layout is None else format_named("table")
        self._layout = layout
        self._batch_frames = batch_frames
        self._open()

    def __iter__(self) -> Iterator[FrameBatch]:
        self._open()
        seen = Plausibility(self._problems)
        left_out = _LeftOut(self._log)
        try:
            for found in self._log.batches(self._batch_frames):
                batch, rows = seen.take(found)
                left_out.take(len(found), rows)
                yield batch
        except OSError as error:
            if not seen.frames:
                raise FileError(os_message(self.path, error, "read")) from error
            self._problems.add(f"byte {self._log.position}", error.strerror or error)
        seen.end()
        marks = self._log.marks
        if marks.count > len(marks.kept):
            kept = f"only the first {len(marks.kept):,} of {marks.count:,} marks are kept"
            self._problems.find("marks", kept)
        if not seen.frames and self.skipped:
            raise FileError(f"nothing of {self.path.name} can be read: {self.problems[0]}")

    @property
    def progress(self) -> float:
        """How much of the file has been read, 0 to 1."""
        return min(1.0, self._log.position / self.size)

    @property
    def start_ns(self) -> int:
        """What was added to the times in the file: 0 for a file without a date."""
        return self._log.start_ns

    @property
    def skipped(self) -> int:
        """How many lines, objects, containers or frames could not be read so far."""
        return self._problems.skipped

    @property
    def problems(self) -> list[str]:
        """Sentences about what is odd in the file, and about the first of what was skipped."""
        return [finding.sentence for finding in self._problems.findings] + self._problems.messages

    @property
    def missing(self) -> Missing:
        """What damaged places cost, where the format lets that be known; complete when all has been read."""
        return self._problems.missing

    @property
    def findings(self) -> list[Finding]:
        """What is odd about the file as a whole, so far as it was read; ``problems`` has these too."""
        return self._problems.findings

    @property
    def marks(self) -> list[Mark]:
        """Comments, markers and texts found so far, each with the number of the frame that it precedes."""
        return self._log.marks.kept

    @property
    def passed_over(self) -> dict[str, int]:
        """How many events that are no frames have been read over so far, by kind: these are no problems."""
        return dict(self._log.passed_over) if isinstance(self._log, CountingLog) else {}

    def _open(self) -> None:
        try:
            self.size = max(1, self.path.stat().st_size)
        except OSError as error:
            raise FileError(os_message(self.path, error, "read")) from error
        self._problems = Problems()
        self._log: Log
        if self._layout is not None:
            from canmcast_gui.logfile.table.reader import TableLog  # as all readers, see formats.py

            self._log = TableLog(self.path, self._problems, self._layout)
        else:
            assert self.format.reader is not None  # recognise() gives only what can be read
            self._log = self.format.reader(self.path, self._problems)


class _LeftOut:
    """Keeps marks at the frames that they precede where frames before them are left out."""

    def __init__(self, log: Log) -> None:
        self._log = log
        self._moved = 0
        self._found = 0
        self._left_out = 0

    def take(self, frames: int, rows: npt.NDArray[np.intp]) -> None:
        """Of the next so many frames of the file, these rows are left out."""
        kept = self._log.marks.kept
        while self._moved < len(kept) and kept[self._moved].row <= self._found + frames:
            mark = kept[self._moved]
            before = self._left_out + int(np.searchsorted(rows, mark.row - self._found))
            kept[self._moved] = mark._replace(row=mark.row - before)
            self._moved += 1
        self._found += frames
        self._left_out += len(rows)


def read_batches(
    path: str | os.PathLike[str],
    batch_frames: int = DEFAULT_BATCH_FRAMES,
    layout: TableLayout | None = None,
) -> FrameReader:
    """The frames of a log file, as batches of up to ``batch_frames``; see FrameReader."""
    return FrameReader(path, batch_frames, layout)
