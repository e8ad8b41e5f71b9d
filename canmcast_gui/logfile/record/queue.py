"""The queue between the program that receives frames and the recorder process."""

from __future__ import annotations

import threading
from collections import deque
from dataclasses import dataclass

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile.record.trigger import own_bytes


@dataclass(frozen=True)
class Earlier:
    """An entry from before the recording. Its frames are in files, so they do not count for the limit."""

    entry: FrameBatch | Mark


Entry = FrameBatch | Mark | Earlier


class FrameQueue:
    """Frames and marks in order. Any thread adds them and never waits; one thread takes them.

    ``lost`` counts the frames that came while ``limit_bytes`` were waiting, or after the end.
    """

    def __init__(self, limit_bytes: int) -> None:
        self.lost = 0
        self._limit = limit_bytes
        self._bytes = 0
        self._entries: deque[Entry] = deque()
        self._is_open = True
        self._changed = threading.Condition()

    def add(self, entry: Entry) -> None:
        """Add an entry, or count the frames that do not fit."""
        size = _size(entry)
        with self._changed:
            if self._is_open and self._bytes + size <= self._limit:
                self._entries.append(entry)
                self._bytes += size
                self._changed.notify()
            elif isinstance(entry, FrameBatch):
                self.lost += len(entry)

    def take(self, idle_seconds: float) -> Entry | None:
        """The next entry; an empty batch where none comes for ``idle_seconds``, None at the end."""
        with self._changed:
            if not self._entries and self._is_open:
                self._changed.wait(idle_seconds)
            if self._entries:
                first = self._entries.popleft()
                self._bytes -= _size(first)
                return first
            return FrameBatch.empty() if self._is_open else None

    def end(self) -> None:
        """Take no further entries; those that wait can still be taken."""
        with self._changed:
            self._is_open = False
            self._changed.notify()

    def drop(self) -> None:
        """Take no further entries, and count the frames that wait as lost."""
        with self._changed:
            self._is_open = False
            self.lost += sum(len(entry) for entry in self._entries if isinstance(entry, FrameBatch))
            self._entries.clear()
            self._bytes = 0
            self._changed.notify()


def _size(entry: Entry) -> int:
    return own_bytes(entry) if isinstance(entry, FrameBatch) else 0
