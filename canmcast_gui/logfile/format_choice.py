"""Chooses a log format by its name, or by the suffix of a file."""

from __future__ import annotations

from pathlib import Path

from canmcast_gui.frames import Flag
from canmcast_gui.logfile.formats import FORMATS, Format
from canmcast_gui.logfile.problems import FileError

_NOTHING = Flag(0)


def readable_suffixes() -> tuple[str, ...]:
    """The suffixes of all files that can be opened, and those of compressed ones at the end."""
    return (
        *dict.fromkeys(suffix for one in FORMATS if one.can_read for suffix in one.suffixes),
        ".gz",
        ".zst",
    )


def format_named(name: str) -> Format:
    """The format of that name. Raises FileError."""
    for one in FORMATS:
        if one.name == name:
            return one
    raise FileError(f"there is no log format {name!r}; choose {', '.join(f.name for f in FORMATS)}")


def format_to_write(name: str) -> Format:
    """The format of that name. Raises FileError where it cannot be written."""
    kind = format_named(name)
    if not kind.can_write:
        raise FileError(f"{kind.title} can be read, but not written; choose {writable()}")
    return kind


def format_for_writing(path: Path) -> Format:
    """The format of a file name's suffix. Raises FileError for an unknown suffix."""
    name = path.name.lower()
    fitting = [
        (len(suffix), one)
        for one in FORMATS
        if one.can_write
        for suffix in one.suffixes
        if name.endswith(suffix)
    ]
    if fitting:
        return max(fitting, key=lambda pair: pair[0])[1]  # the longest suffix, the first of equal ones
    known = ", ".join(suffix for one in FORMATS if one.can_write for suffix in one.suffixes)
    raise FileError(f"{path.name} has no suffix of a log format: its name must end in one of {known}")


def writable(holding: Flag = _NOTHING) -> str:
    """The titles of the formats that can be written and hold such frames, as a list in a sentence."""
    *most, last = (one.title for one in FORMATS if one.can_write and not one.cannot_hold & holding)
    return f"{', '.join(most)} or {last}"
