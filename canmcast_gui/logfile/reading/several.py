"""Several log files as one: on one time line, or one after the other."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Literal, get_args

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile.problems import Finding, Missing
from canmcast_gui.logfile.reading.merge import LogPart, MergedReader
from canmcast_gui.logfile.reading.reader import DEFAULT_BATCH_FRAMES, FrameReader

# By their dates and times; all begin together; each begins where the one before it has ended.
Order = Literal["times", "together", "in turn"]
ORDERS: tuple[Order, ...] = get_args(Order)


def open_several(
    parts: Sequence[LogPart], order: Order = "times", batch_frames: int = DEFAULT_BATCH_FRAMES
) -> InTurnReader | MergedReader:
    """A reader of the files in that order. Raises FileError where one of them is no log file."""
    if order == "in turn" or (len(parts) == 1 and not parts[0].offset_ns):
        return InTurnReader(parts, batch_frames)
    return MergedReader(parts, batch_frames, align=order == "together")


class InTurnReader:
    """Iterates over the frames of several files one after the other, as FrameReader does over those of one.

    From the second file on, each begins at the time at which the last one has ended, plus its offset. Times
    within a file keep their distances, and the order and the channels stay as they are. Making one raises
    FileError as a FrameReader does.
    """

    def __init__(self, parts: Sequence[LogPart], batch_frames: int = DEFAULT_BATCH_FRAMES) -> None:
        self.parts = tuple(parts)
        self.readers = [FrameReader(part.path, batch_frames, part.layout) for part in self.parts]

    def __iter__(self) -> Iterator[FrameBatch]:
        end_ns: int | None = None
        for part, reader in zip(self.parts, self.readers, strict=True):
            shift_ns: int | None = None if end_ns is not None else part.offset_ns
            for batch in reader:
                if not len(batch):
                    continue
                if shift_ns is None:
                    assert end_ns is not None
                    shift_ns = end_ns + part.offset_ns - int(batch.timestamp_ns[0])
                moved = _shifted(batch, shift_ns)
                newest_ns = int(moved.timestamp_ns.max())
                end_ns = newest_ns if end_ns is None else max(end_ns, newest_ns)
                yield moved

    @property
    def progress(self) -> float:
        """How much of all files has been read, 0 to 1."""
        sizes = [reader.size for reader in self.readers]
        done = sum(reader.progress * size for reader, size in zip(self.readers, sizes, strict=True))
        return done / max(1, sum(sizes))

    @property
    def skipped(self) -> int:
        """How much could not be read so far, in all files."""
        return sum(reader.skipped for reader in self.readers)

    @property
    def missing(self) -> Missing:
        """What damaged places cost, in all files."""
        return sum((reader.missing for reader in self.readers), Missing())

    @property
    def findings(self) -> list[Finding]:
        """What is odd about the files, each with its name; which of all rows show it is not counted."""
        readers = self.readers
        return [
            Finding(f"{reader.path.name}, {one.sentence}") for reader in readers for one in reader.findings
        ]

    @property
    def renumbered(self) -> list[str]:
        """No channel has another number here than in its file."""
        return []


def _shifted(batch: FrameBatch, shift_ns: int) -> FrameBatch:
    if not shift_ns:
        return batch
    records = batch.records.copy()
    records["timestamp_ns"] += np.int64(shift_ns)
    return FrameBatch(records, batch.heap)
