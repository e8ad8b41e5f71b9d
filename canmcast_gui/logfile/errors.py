"""What goes wrong with log files, said in a sentence."""

from __future__ import annotations

import errno
from pathlib import Path

from canmcast_gui.frames.errors import UserError


class FileError(UserError):
    """A file that cannot be read or written, or a format that cannot hold what it should."""


class UnknownColumnsError(FileError):
    """A table of which only the user knows which column is what; see table_layout."""


def os_sentence(path: Path, error: OSError, doing: str) -> str:
    """One sentence about an error of the operating system; ``doing`` is "read" or "written"."""
    if error.errno == errno.ENOSPC:
        return f"{path.name} cannot be {doing}: the disk is full"
    if error.errno in (errno.EACCES, errno.EPERM, errno.EROFS):
        return f"{path.name} cannot be {doing}: {path.parent} does not allow it"
    return f"{path.name} cannot be {doing}: {error.strerror or error}"
