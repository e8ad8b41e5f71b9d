"""Which format a file is in, by its content; its name has no say."""

from __future__ import annotations

from pathlib import Path

from canmcast_gui.logfile.errors import FileError, UnknownColumnsError, os_sentence
from canmcast_gui.logfile.formats import FORMATS, Format
from canmcast_gui.logfile.looks import is_table, looks_like
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.problems import Problems

# Headers of comments and bus names before the first frame are a few kilobytes at most.
_HEAD_BYTES = 65536


def recognise(path: Path) -> Format:
    """The format of a file. Raises FileError where it is absent, empty or in a format that is not read."""
    try:
        problems = Problems()
        with open_log(path, problems) as file:
            head = file.read(_HEAD_BYTES)
    except OSError as error:
        raise FileError(os_sentence(path, error, "read")) from error
    if not head and problems.skipped:
        raise FileError(f"{path.name} cannot be unpacked: {problems.sentences[0]}")
    if not head:
        raise FileError(f"{path.name} is empty")
    found = _by_magic(head) or _by_lines(head.decode("latin-1"))
    if found is not None:
        return found
    words = looks_like(head)
    if words is not None:
        raise FileError(f"{path.name} is no CAN log: it looks like {words}")
    if is_table(head):
        reason = "is a table without names that say which column is what; the window asks for that"
        raise UnknownColumnsError(f"{path.name} {reason}")
    *most, last = (one.title for one in FORMATS if one.can_read)
    known = f"{', '.join(most)} and {last}"
    raise FileError(f"{path.name} is not in a log format that canmcast can read; it reads {known}")


def _by_magic(head: bytes) -> Format | None:
    return next((one for one in FORMATS if one.can_read and one.magics and head.startswith(one.magics)), None)


def _by_lines(head: str) -> Format | None:
    """The first format that any line of a text looks like."""
    judges = [(one, one.line) for one in FORMATS if one.can_read and one.line is not None]
    # Not at the characters that str.splitlines() knows as well: they may be halves of Chinese ones.
    for line in head.replace("\r", "\n").split("\n"):
        stripped = line.strip(" \t\r")
        for one, accepts in judges:
            if accepts(stripped):
                return one
    return None
