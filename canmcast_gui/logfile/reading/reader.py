"""Reading a log file of any format as batches of frames; damage is counted and reported, not raised."""

from __future__ import annotations

import os
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile.formats import Format
from canmcast_gui.logfile.interfaces import CountingReader, FormatReader, NamingReader
from canmcast_gui.logfile.problems import FileError, Finding, Missing, Problems, os_message, unread
from canmcast_gui.logfile.reading.checks import FrameChecks
from canmcast_gui.logfile.reading.recognition import recognize
from canmcast_gui.logfile.table.layout import TableLayout

DEFAULT_BATCH_FRAMES = 65536


@dataclass(frozen=True, slots=True)
class LogPart:
    """A file to read: ``offset_ns`` is added to its times; ``layout`` is for a table without titles."""

    path: Path
    offset_ns: int = 0
    layout: TableLayout | None = None


class Reader(ABC):
    """Iterates over the frames of one log file or several, from the beginning each time.

    The properties describe what has been read so far. Creating a reader raises FileError for a file that
    does not exist or is not a log file; iterating raises it only where nothing can be read.
    """

    @abstractmethod
    def __iter__(self) -> Iterator[FrameBatch]: ...

    @property
    @abstractmethod
    def progress(self) -> float:
        """The share of all bytes that was read, 0 to 1."""

    @property
    @abstractmethod
    def marks(self) -> Sequence[Mark]:
        """Comments, markers and texts, with the row of the frame after them."""

    @property
    @abstractmethod
    def skipped(self) -> int:
        """How many lines, objects, containers or frames could not be read."""

    @property
    @abstractmethod
    def missing(self) -> Missing:
        """What damaged places cost, for formats that tell; complete when everything was read."""

    @property
    @abstractmethod
    def findings(self) -> list[Finding]:
        """What is unusual about the files as a whole; of several files with their names."""

    @property
    @abstractmethod
    def problems(self) -> list[str]:
        """The messages of the findings, then of the first skipped entries, with their positions."""

    @property
    def channel_names(self) -> Mapping[int, str]:
        """The names of channels by number, for formats that have them."""
        return {}

    @property
    def renumbered(self) -> list[str]:
        """Messages about channels that have another number than in their file."""
        return []

    @property
    def remarks(self) -> list[str]:
        """Messages about renumbered channels and findings, each with its file; how much was skipped."""
        skipped = [unread(self.skipped, self.missing)] if self.skipped else []
        return [*self.renumbered, *(finding.sentence for finding in self._named_findings()), *skipped]

    @property
    def report(self) -> list[str]:
        """All problems with their file and row, then the renumbered channels."""
        findings = self.findings
        return [*(found.located for found in findings), *self.problems[len(findings) :], *self.renumbered]

    def _named_findings(self) -> list[Finding]:
        return self.findings


class FrameReader(Reader):
    """Reads one log file.

    ``format`` is recognized by the content, ``size`` is in bytes; ``start_ns`` is what was added to the times
    in the file. With a ``layout`` the file is read as a table of that layout.
    """

    def __init__(
        self,
        path: str | os.PathLike[str],
        batch_frames: int = DEFAULT_BATCH_FRAMES,
        layout: TableLayout | None = None,
    ) -> None:
        self.path = Path(path)
        self._recognized = recognize(self.path, layout)
        self._batch_frames = batch_frames
        self._open()

    @property
    def format(self) -> Format:
        """The format of the content."""
        return self._recognized.format

    def __iter__(self) -> Iterator[FrameBatch]:
        self._open()
        checks = FrameChecks(self._problems)
        marks = _MarkRows(self._reader)
        try:
            for found in self._reader.batches(self._batch_frames):
                batch, left_out = checks.take(found)
                marks.take(len(found), left_out)
                yield batch
        except OSError as error:
            if not checks.frames:
                raise FileError(os_message(self.path, error, "read")) from error
            self._problems.add(f"byte {self._reader.position}", error.strerror or error)
        checks.finish()
        found_marks = self._reader.marks
        if found_marks.count > len(found_marks.kept):
            kept = f"only the first {len(found_marks.kept):,} of {found_marks.count:,} marks are kept"
            self._problems.find("marks", kept)
        if not checks.frames and self.skipped:
            raise FileError(f"nothing of {self.path.name} can be read: {self.problems[0]}")

    @property
    def progress(self) -> float:
        """The share of the file that was read, 0 to 1."""
        return min(1.0, self._reader.position / self.size)

    @property
    def start_ns(self) -> int:
        """What was added to the times in the file: 0 for a file without a date."""
        return self._reader.start_ns

    @property
    def marks(self) -> list[Mark]:
        """Comments, markers and texts, with the row of the frame after them."""
        return self._reader.marks.kept

    @property
    def skipped(self) -> int:
        """How many lines, objects, containers or frames could not be read."""
        return self._problems.skipped

    @property
    def missing(self) -> Missing:
        """What damaged places cost, for formats that tell; complete when everything was read."""
        return self._problems.missing

    @property
    def findings(self) -> list[Finding]:
        """What is unusual about the file as a whole."""
        return self._problems.findings

    @property
    def problems(self) -> list[str]:
        """The messages of the findings, then of the first skipped entries, with their positions."""
        return [finding.sentence for finding in self._problems.findings] + self._problems.messages

    @property
    def report(self) -> list[str]:
        """All problems with their file and row."""
        return [f"{self.path.name}: {message}" for message in super().report]

    @property
    def channel_names(self) -> Mapping[int, str]:
        """The names of channels by number, for formats that have them."""
        return self._reader.channel_names if isinstance(self._reader, NamingReader) else {}

    @property
    def passed_over(self) -> dict[str, int]:
        """How many events of each kind are not frames; these are not problems."""
        return dict(self._reader.passed_over) if isinstance(self._reader, CountingReader) else {}

    def _named_findings(self) -> list[Finding]:
        return [finding.of_file(self.path) for finding in self.findings]

    def _open(self) -> None:
        try:
            self.size = max(1, self.path.stat().st_size)
        except OSError as error:
            raise FileError(os_message(self.path, error, "read")) from error
        self._problems = Problems()
        self._reader: FormatReader = self._recognized.open(self._problems)


class _MarkRows:
    """Keeps marks at the frames that they precede when frames before them are left out."""

    def __init__(self, reader: FormatReader) -> None:
        self._reader = reader
        self._moved = 0
        self._found = 0
        self._left_out = 0

    def take(self, frames: int, left_out: npt.NDArray[np.intp]) -> None:
        """The next ``frames`` frames of the file were read, of which some rows are left out."""
        kept = self._reader.marks.kept
        while self._moved < len(kept) and kept[self._moved].row <= self._found + frames:
            mark = kept[self._moved]
            before = self._left_out + int(np.searchsorted(left_out, mark.row - self._found))
            kept[self._moved] = mark._replace(row=mark.row - before)
            self._moved += 1
        self._found += frames
        self._left_out += len(left_out)


def read_batches(
    path: str | os.PathLike[str],
    batch_frames: int = DEFAULT_BATCH_FRAMES,
    layout: TableLayout | None = None,
) -> FrameReader:
    """The frames of a log file, as batches of up to ``batch_frames``."""
    return FrameReader(path, batch_frames, layout)
