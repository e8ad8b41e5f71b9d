"""What every reader of a format is to those who read files: its frames, its marks, how far it has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark


class Log(Protocol):
    """One file in one format.

    ``position`` is how far it has been read, in bytes of the file as it lies on the disk; ``marks`` what the
    file says between its frames, filled while batches() runs, no later than the frames around them.
    """

    position: int
    marks: Marks

    @property
    def start_ns(self) -> int:
        """What has been added to the times that stand in the file, to make them UTC since 1970."""

    def batches(self, batch_frames: int) -> Iterator[FrameBatch]:
        """All frames that can be read; what cannot goes to the problems. Raises OSError."""


@runtime_checkable
class CountingLog(Log, Protocol):
    """One that also says how many events of which kind, none of them frames, it has passed over."""

    passed_over: Counter[str]


# A file that is all comments must not fill the memory: these are 10 MB at most, and more than a list of marks
# can be used with.
MOST_KEPT = 10_000
_LONGEST_TEXT = 1000


class Marks:
    """The marks of a file in its order: ``kept`` are the first of them, ``count`` is how many there were."""

    def __init__(self) -> None:
        self.kept: list[Mark] = []
        self.count = 0

    def add(self, row: int, timestamp_ns: int, text: str) -> None:
        """Keep a mark that stands before frame ``row``, counted from 0; its time is UTC."""
        self.count += 1
        if len(self.kept) < MOST_KEPT:
            self.kept.append(Mark(row, timestamp_ns, text[:_LONGEST_TEXT]))

    @property
    def full(self) -> bool:
        """Whether more marks are only counted: whoever makes their texts may spare that."""
        return len(self.kept) >= MOST_KEPT


class Sink(Protocol):
    """Writes one format to a file that is open for writing."""

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""

    def flush(self) -> None:
        """Hand all that was written to the operating system, so that it outlives this process."""

    def finish(self) -> None:
        """Write what belongs at the end and close the file."""


@runtime_checkable
class StartSink(Sink, Protocol):
    """A sink of a format whose times count from the file's start and cannot be negative."""

    @property
    def start_ns(self) -> int | None:
        """The oldest time that a frame may have; None before anything was written."""

    def begin(self, first_ns: int) -> None:
        """Let the file start at the last possible moment that is no later; nothing where it has begun."""


@runtime_checkable
class MarkSink(Sink, Protocol):
    """A sink of a format that has a place for marks."""

    def write_mark(self, mark: Mark) -> None:
        """Write a mark after what was written so far. Its row needs no heed: the writer keeps the order."""
