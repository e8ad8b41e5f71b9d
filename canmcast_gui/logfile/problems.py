"""What is wrong with a file: what could not be read, counted and located, and what looks odd as a whole."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from canmcast_gui.frames.errors import UserError
from canmcast_gui.wording import counted, were

# A file that is wrong on every line must not fill the memory with sentences; nobody reads more than these.
_MOST_KEPT = 50

# A shorter time is of no use to a reader, and says more than is known.
_LEAST_SECONDS = 0.1


@dataclass(frozen=True, slots=True)
class Missing:
    """What damaged places of a file cost: how many places, how long they last, about how many frames.

    Seconds and frames are 0 where they are not known.
    """

    places: int = 0
    seconds: float = 0.0
    frames: int = 0

    def __add__(self, other: Missing) -> Missing:
        return Missing(self.places + other.places, self.seconds + other.seconds, self.frames + other.frames)

    def __str__(self) -> str:
        """For example "5 damaged places (51 s, about 68,000 frames missing)"."""
        parts = [_duration(self.seconds)] if self.seconds >= _LEAST_SECONDS else []
        if self.frames:
            parts.append(f"about {counted(_rounded(self.frames), 'frame')}")
        lost = f" ({', '.join(parts)} missing)" if parts else ""
        return f"{counted(self.places, 'damaged place')}{lost}"


class Finding(NamedTuple):
    """What is odd about a whole file, as a sentence, and the first frame that shows it.

    ``row`` is the number of that frame among those that were read, counted from 0; None where there is none.
    """

    sentence: str
    row: int | None = None

    @property
    def located(self) -> str:
        """The sentence with the row."""
        return self.sentence if self.row is None else f"{self.sentence}, first at row {self.row:,}"


class Problems:
    """Counts what was skipped; ``messages`` say where and why for the first ones.

    ``missing`` is what readers know about damage that is larger than one entry.
    """

    def __init__(self) -> None:
        self.skipped = 0
        self.messages: list[str] = []
        self.missing = Missing()
        self._findings: dict[str, Finding] = {}

    @property
    def findings(self) -> list[Finding]:
        """What is odd about the file as a whole, one of each kind."""
        return list(self._findings.values())

    def find(self, kind: str, sentence: str, row: int | None = None) -> None:
        """Say what is odd about the file; of each kind the newest sentence counts, and the first row."""
        known = self._findings.get(kind)
        self._findings[kind] = Finding(sentence, row if known is None or known.row is None else known.row)

    def add(self, where: str, what: object) -> None:
        """Count one thing that could not be read."""
        self.skipped += 1
        if len(self.messages) < _MOST_KEPT:
            self.messages.append(f"{where}: {what}")

    def add_bytes(self, places: Iterable[int], what: str, count: int, base: str = "byte") -> None:
        """Count many things of one kind, by their places; only the first are written down."""
        kept = self.skipped + count
        for place in places:
            if len(self.messages) >= _MOST_KEPT:
                break
            self.add(f"{base} {place}", what)
        self.skipped = kept


def unread(skipped: int, missing: Missing) -> str:
    """What could not be read, to stand after something else: "2 unreadable entries skipped"."""
    if missing.places:
        return str(missing)
    return f"{counted(skipped, 'unreadable entry', 'unreadable entries')} skipped"


def unread_summary(name: str, frames: int, skipped: int, missing: Missing) -> str:
    """One line about a file that was not read whole, without a full stop at its end."""
    loaded = counted(frames, "frame")
    if missing.places:
        return f"{loaded} loaded from {name}; {missing}"
    return (
        f"{counted(skipped, 'entry', 'entries')} of {name} could not be read; {loaded} {were(frames)} loaded"
    )


def _duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 3600 else f"{seconds / 3600:.1f} h"


def _rounded(count: int) -> int:
    """Two digits: it is an estimate."""
    step: int = 10 ** max(0, len(str(count)) - 2)
    return round(count / step) * step


class FileError(UserError):
    """A file that cannot be read or written, or a format that cannot hold what it should."""


class UnknownColumnsError(FileError):
    """A table of which only the user knows which column is what; see table_layout."""


def os_message(path: Path, error: OSError, doing: str) -> str:
    """One sentence about an error of the operating system; ``doing`` is "read" or "written"."""
    if error.errno == errno.ENOSPC:
        return f"{path.name} cannot be {doing}: the disk is full"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path.name} cannot be {doing}: {path.parent} does not allow it"
    return f"{path.name} cannot be {doing}: {error.strerror or error}"
