"""The options of a recording: when a new file starts, what starts and stops it; names of numbered files."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from canmcast_gui.logfile.problems import FileError

# Enough digits for a list of the files by name to be in time order.
_DIGITS = 3
_MOST_FILES = 1_000_000

_UNITS = {"": 1, "k": 1000, "m": 1000_000, "g": 1000_000_000}
_TIME_UNITS = {"": 1.0, "s": 1.0, "m": 60.0, "min": 60.0, "h": 3600.0}


@dataclass(frozen=True, slots=True)
class RecordOptions:
    """How to record. By default one file gets all frames from now on.

    A new file starts when the current one has about ``split_bytes``, lasts ``split_seconds`` or has
    ``split_frames``. With a ``trigger``, a filter expression, recording starts ``pre_seconds`` before a frame
    that passes it, and with ``post_seconds`` stops that long after the last such frame; each trigger then
    starts a new file. ``pre_seconds`` without a trigger asks for the frames just before the recording
    started. ``channel_names`` are numbers and names of channels, for formats that hold names. ``format`` is
    the name of a format, or None to use that of the suffix.
    """

    format: str | None = None
    split_bytes: int | None = None
    split_seconds: float | None = None
    split_frames: int | None = None
    trigger: str = ""
    pre_seconds: float = 0.0
    post_seconds: float | None = None
    channel_names: tuple[tuple[int, str], ...] = ()

    @property
    def is_numbered(self) -> bool:
        """Whether there may be several files, which then have numbered names."""
        repeats = bool(self.trigger) and self.post_seconds is not None
        return repeats or any((self.split_bytes, self.split_seconds, self.split_frames))

    def checked(self) -> RecordOptions:
        """The same options. Raises FileError for invalid ones."""
        for value in (self.split_bytes, self.split_seconds, self.split_frames, self.post_seconds):
            if value is not None and value <= 0:
                raise FileError("A file size, number of frames or time to record must be more than 0.")
        if self.pre_seconds < 0:
            raise FileError("The time before the trigger cannot be negative.")
        if self.post_seconds is not None and not self.trigger:
            raise FileError("A time after the trigger needs a trigger.")
        return self


def numbered(path: Path, number: int) -> Path:
    """The path of the file with that number: trace-001.blf for trace.blf."""
    return path.with_name(f"{path.stem}-{number:0{_DIGITS}d}{path.suffix}")


def first_free_number(path: Path) -> int:
    """The number after the highest of the numbered files beside ``path``. Raises FileError."""
    pattern = re.compile(rf"{re.escape(path.stem)}-(\d{{{_DIGITS},7}}){re.escape(path.suffix)}")
    try:
        taken = [int(found[1]) for file in path.parent.iterdir() if (found := pattern.fullmatch(file.name))]
    except OSError:
        taken = []  # opening the file reports what is wrong with the folder
    number = max(taken, default=0) + 1
    if number >= _MOST_FILES:
        raise FileError(f"{path.parent} has too many files called {numbered(path, number).name}")
    return number


def parse_size(text: str) -> int:
    """Bytes from "500k", "100M" or "2 GB". Raises ValueError with a sentence."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*([kmg]?)i?b?", text.strip().lower())
    if found is None or not float(found[1]):
        raise ValueError(f"{text!r} is not a size; write for example 100M")
    return round(float(found[1]) * _UNITS[found[2]])


def parse_seconds(text: str) -> float:
    """Seconds from "90", "90s", "10m" or "1h". Raises ValueError with a sentence."""
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*(s|m|min|h|)", text.strip().lower())
    if found is None or not float(found[1]):
        raise ValueError(f"{text!r} is not a time; write for example 10m")
    return float(found[1]) * _TIME_UNITS[found[2]]
