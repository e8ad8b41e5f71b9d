"""Several log files, read one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile.interfaces import MOST_MARKS
from canmcast_gui.logfile.problems import Finding, Missing
from canmcast_gui.logfile.reading.reader import DEFAULT_BATCH_FRAMES, FrameReader, LogPart, Reader


class SeveralReader(Reader):
    """What readers of several files have in common; ``readers`` are those of the single ``parts``."""

    def __init__(self, parts: Sequence[LogPart], batch_frames: int = DEFAULT_BATCH_FRAMES) -> None:
        self.parts = tuple(parts)
        self.readers = [FrameReader(part.path, batch_frames, part.layout) for part in self.parts]
        self._marks: list[Mark] = []

    @property
    def progress(self) -> float:
        """The share of all files that was read, 0 to 1."""
        done = sum(reader.progress * reader.size for reader in self.readers)
        return done / max(1, sum(reader.size for reader in self.readers))

    @property
    def marks(self) -> list[Mark]:
        """The marks of all files, with the row of the frame after them."""
        return self._marks

    @property
    def channel_names(self) -> dict[int, str]:
        """The names of channels by number; of two for one channel the first."""
        names: dict[int, str] = {}
        for index, reader in enumerate(self.readers):
            for channel, name in reader.channel_names.items():
                number = self._number(index, channel)
                if number is not None:
                    names.setdefault(number, name)
        return names

    def _number(self, _index: int, channel: int) -> int | None:
        """The number of a channel of a file among all frames; None for one without frames."""
        return channel

    @property
    def skipped(self) -> int:
        """How much could not be read, in all files."""
        return sum(reader.skipped for reader in self.readers)

    @property
    def missing(self) -> Missing:
        """What damaged places cost, in all files."""
        return sum((reader.missing for reader in self.readers), Missing())

    @property
    def findings(self) -> list[Finding]:
        """What is unusual about the files, each with its name, without rows."""
        return [
            finding.of_file(reader.path)._replace(row=None)
            for reader in self.readers
            for finding in reader.findings
        ]

    @property
    def problems(self) -> list[str]:
        """The messages of the findings, then messages about the first skipped entries, each with its file."""
        skipped = [
            f"{reader.path.name}, {problem}"
            for reader in self.readers
            for problem in reader.problems[len(reader.findings) :]
        ]
        return [finding.sentence for finding in self.findings] + skipped


class InTurnReader(SeveralReader):
    """Reads several files one after the other.

    From the second file on, each starts at the time at which the one before ends, plus its offset. Times
    within a file keep their distances; the order of the frames and the channels are not changed.
    """

    def __iter__(self) -> Iterator[FrameBatch]:
        self._marks = []
        frames = 0
        end_ns: int | None = None
        for part, reader in zip(self.parts, self.readers, strict=True):
            shift_ns: int | None = None if end_ns is not None else part.offset_ns
            first_row = frames
            for batch in reader:
                if not len(batch):
                    continue
                if shift_ns is None:
                    assert end_ns is not None
                    shift_ns = end_ns + part.offset_ns - int(batch.timestamp_ns[0])
                moved = _shifted(batch, shift_ns)
                newest_ns = int(moved.timestamp_ns.max())
                end_ns = newest_ns if end_ns is None else max(end_ns, newest_ns)
                frames += len(moved)
                yield moved
            self._add_marks(reader.marks, first_row, shift_ns or 0)

    def _add_marks(self, marks: Sequence[Mark], first_row: int, shift_ns: int) -> None:
        self._marks += [
            Mark(mark.row + first_row, mark.timestamp_ns + shift_ns, mark.text)
            for mark in marks[: MOST_MARKS - len(self._marks)]
        ]


def _shifted(batch: FrameBatch, shift_ns: int) -> FrameBatch:
    if not shift_ns:
        return batch
    records = batch.records.copy()
    records["timestamp_ns"] += np.int64(shift_ns)
    return FrameBatch(records, batch.heap)
