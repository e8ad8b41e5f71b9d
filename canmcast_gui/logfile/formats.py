"""The log formats as a table, and which of them a file is, by its first bytes."""

from __future__ import annotations

import re
from dataclasses import dataclass
from pathlib import Path

from canmcast_gui.frames import Flag
from canmcast_gui.logfile.errors import FileError, os_sentence

# Headers of comments and bus names before the first frame are a few kilobytes at most.
_HEAD_BYTES = 65536


_NOTHING = Flag(0)


@dataclass(frozen=True, slots=True)
class Format:
    """A log format. ``suffixes`` are lower case with their dot, the usual one first.

    ``cannot_hold`` are kinds of frames that it has no place for; ``resolution_ns`` is the finest step of its
    timestamps.
    """

    name: str
    title: str
    suffixes: tuple[str, ...]
    can_read: bool = True
    can_write: bool = True
    binary: bool = False
    cannot_hold: Flag = _NOTHING
    resolution_ns: int = 1000


FORMATS: tuple[Format, ...] = (
    Format("asc", "Vector ASC", (".asc",)),
    Format("blf", "Vector BLF", (".blf",), binary=True, resolution_ns=1),
    Format("candump", "candump log", (".log",)),
    Format("trc", "PEAK TRC", (".trc",), cannot_hold=Flag.FD | Flag.ERROR | Flag.REMOTE),
    Format("csv", "python-can CSV", (".csv",), cannot_hold=Flag.FD, resolution_ns=1),
)


def format_named(name: str) -> Format:
    """The format of that name. Raises FileError where there is none."""
    for one in FORMATS:
        if one.name == name:
            return one
    raise FileError(f"there is no log format {name!r}; there are {', '.join(f.name for f in FORMATS)}")


def format_for_writing(path: Path) -> Format:
    """The format that a file name asks for by its suffix. Raises FileError for a suffix that none has."""
    for one in FORMATS:
        if one.can_write and path.suffix.lower() in one.suffixes:
            return one
    known = ", ".join(suffix for one in FORMATS if one.can_write for suffix in one.suffixes)
    raise FileError(f"{path.name} does not say which format to write: its name must end in one of {known}")


def recognise(path: Path) -> Format:
    """The format of a file, by its content. Raises FileError where it is absent, empty or unknown."""
    try:
        with path.open("rb") as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise FileError(os_sentence(path, error, "read")) from error
    if not head:
        raise FileError(f"{path.name} is empty")
    if head.startswith(b"LOGG"):
        return format_named("blf")
    if head.startswith((b"MDF     ", b"UnFinMF ")):
        raise FileError(f"{path.name} is an MDF file, which cannot be read yet; convert it to ASC or BLF")
    name = _text_format(head.decode("latin-1"))
    if name is None:
        titles = ", ".join(one.title for one in FORMATS if one.can_read)
        raise FileError(f"{path.name} is in no format that can be read: {titles}")
    return format_named(name)


_LINE_PATTERNS = (
    ("candump", re.compile(r"\(-?\d+(\.\d+)?\)\s+\S+\s+[0-9A-Fa-f]{1,8}#")),
    ("csv", re.compile(r"timestamp,arbitration_id,extended,remote,error,dlc,data\s*$")),
    (
        "trc",
        re.compile(
            r";\$FILEVERSION|;\s*PCAN|;#{20}|\d+\)\s+\d+(\.\d+)?\s+(Rx |Tx |\d )?\s*[0-9A-Fa-f]{4,8} "
        ),
    ),
    (
        "asc",
        re.compile(
            r"date\s+\w{3}\s+\w{3}\s+\d|base\s+(hex|dec)\b|begin\s+triggerblock\b|internal events logged"
            r"|\d+\.\d+\s+(CANFD\s+)?\d+\s+([0-9A-Fa-f]+x?\s+(Rx|Tx)\s|ErrorFrame)",
            re.IGNORECASE,
        ),
    ),
)


def _text_format(head: str) -> str | None:
    """The first format that any line of a text looks like."""
    for line in head.splitlines():
        for name, pattern in _LINE_PATTERNS:
            if pattern.match(line.lstrip("\ufeff \t")):
                return name
    return None
