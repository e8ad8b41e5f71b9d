"""What can be wrong with a log file: errors that end reading or writing, and problems that are collected."""

from __future__ import annotations

import errno
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from canmcast_gui.frames.errors import UserError
from canmcast_gui.wording import counted

# A file with an error in every line must not fill the memory with messages; users read only the first.
_MOST_MESSAGES = 50

# Shorter times are less than the estimate is exact.
_LEAST_SECONDS = 0.1


class FileError(UserError):
    """A file that cannot be read or written, or data that a format cannot hold."""


class UnknownColumnsError(FileError):
    """A table whose columns only the user knows; ``head`` is the start of the file."""

    def __init__(self, path: Path, head: bytes) -> None:
        reason = "is a table without titles that say which column is what"
        super().__init__(f"{path.name} {reason}: open it alone in the window to choose its columns")
        self.head = head


def os_message(path: Path, error: OSError, verb: str) -> str:
    """A message about an error of the operating system; ``verb`` is "read" or "written"."""
    if error.errno == errno.ENOSPC:
        return f"{path.name} cannot be {verb}: the disk is full"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path.name} cannot be {verb}: no permission in {path.parent}"
    return f"{path.name} cannot be {verb}: {error.strerror or error}"


@dataclass(frozen=True, slots=True)
class Missing:
    """The loss at damaged places of a file: how many places, how long they last, about how many frames.

    Seconds and frames are 0 where they are unknown.
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
    """What is unusual about a whole file, as a sentence, and the first frame that shows it.

    ``row`` is the number of that frame among those that were read, counted from 0, or None.
    """

    sentence: str
    row: int | None = None

    @property
    def located(self) -> str:
        """The sentence with the row."""
        return self.sentence if self.row is None else f"{self.sentence}, first at row {self.row:,}"

    def of_file(self, path: Path) -> Finding:
        """The finding with the name of its file."""
        return self._replace(sentence=f"{path.name}, {self.sentence}")


class Problems:
    """Collects the problems of a file while it is read.

    ``skipped`` counts entries that could not be read; ``messages`` say where and why for the first of them.
    ``missing`` is the loss at damaged places.
    """

    def __init__(self) -> None:
        self.skipped = 0
        self.messages: list[str] = []
        self.missing = Missing()
        self._findings: dict[str, Finding] = {}

    @property
    def findings(self) -> list[Finding]:
        """What is unusual about the file as a whole, one finding of each kind."""
        return list(self._findings.values())

    def find(self, kind: str, sentence: str, row: int | None = None) -> None:
        """Add a finding; of each kind the newest sentence and the first row are kept."""
        known = self._findings.get(kind)
        self._findings[kind] = Finding(sentence, row if known is None or known.row is None else known.row)

    def add(self, where: str, what: object) -> None:
        """Count an entry that could not be read."""
        self.skipped += 1
        if len(self.messages) < _MOST_MESSAGES:
            self.messages.append(f"{where}: {what}")

    def add_all(self, positions: Iterable[int], what: str, count: int, unit: str = "byte") -> None:
        """Count ``count`` entries of one kind; ``positions`` are those of the first ones at least."""
        total = self.skipped + count
        for position in positions:
            if len(self.messages) >= _MOST_MESSAGES:
                break
            self.add(f"{unit} {position}", what)
        self.skipped = total


def unread(skipped: int, missing: Missing) -> str:
    """What could not be read, as part of a sentence: "2 unreadable entries skipped"."""
    if missing.places:
        return str(missing)
    return f"{counted(skipped, 'unreadable entry', 'unreadable entries')} skipped"


def unread_summary(name: str, frames: int, skipped: int, missing: Missing) -> str:
    """One line about a file that was read in part, without a full stop."""
    return f"{counted(frames, 'frame')} loaded from {name}; {unread(skipped, missing)}"


def _duration(seconds: float) -> str:
    if seconds < 10:
        return f"{seconds:.1f} s"
    return f"{seconds:.0f} s" if seconds < 3600 else f"{seconds / 3600:.1f} h"


def _rounded(count: int) -> int:
    """Two significant digits, as it is an estimate."""
    step: int = 10 ** max(0, len(str(count)) - 2)
    return round(count / step) * step
