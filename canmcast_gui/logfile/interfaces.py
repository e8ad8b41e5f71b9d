"""What a log format implements: a reader (``FormatReader``), and a sink (``Sink``) where it is written."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Set
from typing import Protocol, runtime_checkable

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark

# A file that has only comments must not fill the memory: these take 10 MB at most, and a longer list of marks
# is of no use.
MOST_MARKS = 10_000
_LONGEST_TEXT = 1000


class Marks:
    """The marks of a file in file order: ``kept`` are the first of them, ``count`` counts all."""

    def __init__(self) -> None:
        self.kept: list[Mark] = []
        self.count = 0

    def add(self, row: int, timestamp_ns: int, text: str) -> None:
        """Add a mark before frame ``row``, counted from 0; its time is UTC."""
        self.count += 1
        if len(self.kept) < MOST_MARKS:
            self.kept.append(Mark(row, timestamp_ns, text[:_LONGEST_TEXT]))

    @property
    def full(self) -> bool:
        """Whether further marks are only counted, so that their texts are not needed."""
        return len(self.kept) >= MOST_MARKS


class FormatReader(Protocol):
    """Reads one file of one format.

    ``position`` is how far the file was read, in bytes on the disk; ``marks`` are its comments and events,
    each added no later than the batch with the frame after it.
    """

    position: int
    marks: Marks

    @property
    def start_ns(self) -> int:
        """What was added to the times in the file, to make them UTC since 1970."""

    def batches(self, batch_frames: int) -> Iterator[FrameBatch]:
        """All frames that can be read, as batches of up to ``batch_frames``. Raises OSError.

        Damage is added to the problems that the reader was created with.
        """


@runtime_checkable
class CountingReader(FormatReader, Protocol):
    """A reader that counts by kind what it passes over because it is not a frame."""

    passed_over: Counter[str]


@runtime_checkable
class NamingReader(FormatReader, Protocol):
    """A reader of a format that has names of channels."""

    @property
    def channel_names(self) -> Mapping[int, str]:
        """The names by number, at least of the channels that have occurred so far."""


class Sink(Protocol):
    """Writes one format to a file that is open for writing."""

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""

    def flush(self) -> None:
        """Pass the written data to the operating system, so that it survives this process."""

    def finish(self) -> None:
        """Write the end of the file and close it."""


@runtime_checkable
class StartSink(Sink, Protocol):
    """A sink of a format whose times count from the start of the file and cannot be negative."""

    @property
    def start_ns(self) -> int | None:
        """The oldest time that a frame may have; None before anything was written."""

    def begin(self, first_ns: int) -> None:
        """Start the file at the last possible time up to ``first_ns``; no effect once it has started."""


@runtime_checkable
class MarkSink(Sink, Protocol):
    """A sink of a format that has marks."""

    def write_mark(self, mark: Mark) -> None:
        """Write a mark after the frames so far; its row is ignored."""


@runtime_checkable
class NamingSink(Sink, Protocol):
    """A sink of a format that has names of channels.

    ``renumbered`` are the channels that occurred and get another number when the file is read.
    """

    renumbered: Set[int]

    def name_channels(self, names: Mapping[int, str]) -> Set[int]:
        """Give channels names before they occur; further ones may follow between frames.

        Returns the numbers of the channels whose names it cannot hold.
        """
