"""What every reader of a format is to those who read files: its frames, its notes, how far it has come."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Protocol, runtime_checkable

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile.notes import Notes


class Log(Protocol):
    """One file in one format.

    ``position`` is how far it has been read, in bytes of the file as it lies on the disk; ``notes`` what the
    file says between its frames, filled while batches() runs, no later than the frames around them.
    """

    position: int
    notes: Notes

    @property
    def start_ns(self) -> int:
        """What has been added to the times that stand in the file, to make them UTC since 1970."""

    def batches(self, batch_frames: int) -> Iterator[FrameBatch]:
        """All frames that can be read; what cannot goes to the problems. Raises OSError."""


@runtime_checkable
class CountingLog(Log, Protocol):
    """One that also says how many events of which kind, none of them frames, it has passed over."""

    passed_over: Counter[str]
