"""What turns batches into the bytes of one format."""

from __future__ import annotations

from typing import Protocol, runtime_checkable

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark


class Sink(Protocol):
    """Writes one format to a file that is open for writing."""

    def write(self, batch: FrameBatch) -> None:
        """Write all frames of a batch."""

    def flush(self) -> None:
        """Hand all that was written to the operating system, so that it outlives this process."""

    def finish(self) -> None:
        """Write what belongs at the end and close the file."""


@runtime_checkable
class StartingSink(Sink, Protocol):
    """A sink of a format whose times count from the file's start and cannot be negative."""

    @property
    def start_ns(self) -> int | None:
        """The oldest time that a frame may have; None before anything was written."""

    def begin(self, first_ns: int) -> None:
        """Let the file start at the last possible moment that is no later; nothing where it has begun."""


@runtime_checkable
class NotingSink(Sink, Protocol):
    """A sink of a format that has a place for notes."""

    def note(self, note: Mark) -> None:
        """Write a note after what was written so far. Its row needs no heed: the writer keeps the order."""
