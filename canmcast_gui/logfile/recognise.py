"""Which format a file is in, by its content; its name has no say."""

from __future__ import annotations

from pathlib import Path

from canmcast_gui.logfile.errors import FileError, os_sentence
from canmcast_gui.logfile.formats import FORMATS, Format
from canmcast_gui.logfile.opening import open_log

# Headers of comments and bus names before the first frame are a few kilobytes at most.
_HEAD_BYTES = 65536


def recognise(path: Path) -> Format:
    """The format of a file. Raises FileError where it is absent, empty or of no format that is read."""
    try:
        with open_log(path) as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise FileError(os_sentence(path, error, "read")) from error
    if not head:
        raise FileError(f"{path.name} is empty")
    found = _by_magic(head) or _by_lines(head.decode("latin-1"))
    if found is None:
        if head.startswith((b"MDF     ", b"UnFinMF ")):
            raise FileError(f"{path.name} is an MDF file, which cannot be read yet; convert it to ASC or BLF")
        titles = ", ".join(one.title for one in FORMATS if one.can_read)
        raise FileError(f"{path.name} is in no format that can be read: {titles}")
    return found


def _by_magic(head: bytes) -> Format | None:
    return next((one for one in FORMATS if one.can_read and one.magics and head.startswith(one.magics)), None)


def _by_lines(head: str) -> Format | None:
    """The first format that any line of a text looks like."""
    judges = [(one, one.line) for one in FORMATS if one.can_read and one.line is not None]
    for line in head.splitlines():
        stripped = line.strip("\ufeff \t\r")
        for one, accepts in judges:
            if accepts(stripped):
                return one
    return None
