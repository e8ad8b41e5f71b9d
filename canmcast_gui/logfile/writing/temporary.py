"""Temporary files that replace a target when they are complete, and removal of abandoned ones.

The process that writes a temporary file holds a lock on it; a file without a lock was left by a killed
process. On Windows a lock would block the writing itself, but an open file cannot be deleted there, which has
the same effect.
"""

from __future__ import annotations

import glob
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from canmcast_gui.frames.files import try_lock
from canmcast_gui.logfile.problems import FileError

# How much of the target's name is in the name of its temporary file, which must not become too long.
_NAME_CHARACTERS = 100
_SUFFIX = ".part"


class Temporary:
    """An empty file in the target's folder, with the permissions that the target has or would have.

    Call replace_target() or remove(). Creating one removes abandoned temporary files of the same target.
    Raises OSError, and FileError where the target is not a regular file.
    """

    def __init__(self, target: Path) -> None:
        if target.exists() and not target.is_file():
            raise FileError(f"{target.name} cannot be written: it is not a regular file")
        remove_abandoned(target)
        self._target = target
        self._replaced = False
        self._lock, name = tempfile.mkstemp(dir=target.parent, prefix=_prefix(target), suffix=_SUFFIX)
        self.path = Path(name)
        if sys.platform == "win32":
            self._release()  # an open file cannot replace the target
        else:
            try_lock(self._lock)
        self.path.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask() | 0o600)

    def replace_target(self) -> None:
        """Move the file to the target's path."""
        self.path.replace(self._target)
        self._replaced = True
        self._release()

    def remove(self) -> None:
        """Delete the file, unless it has replaced the target; never raises."""
        if not self._replaced:
            with suppress(OSError):
                self.path.unlink()
        self._release()

    def _release(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def remove_abandoned(target: Path) -> None:
    """Delete temporary files of that target that no process writes; never raises."""
    pattern = glob.escape(_prefix(target)) + "????????" + glob.escape(_SUFFIX)
    with suppress(OSError):
        for path in target.parent.glob(pattern):
            with suppress(OSError):
                _remove_if_abandoned(path)


def _remove_if_abandoned(path: Path) -> None:
    if sys.platform == "win32":
        if path.stat().st_size > 0:
            path.unlink()  # fails while a program has it open
        return
    handle = os.open(path, os.O_RDWR | os.O_NOFOLLOW)
    try:
        # An empty file may be too new to be locked. On a file system without locks no file is deleted.
        if try_lock(handle) and os.fstat(handle).st_size > 0:
            path.unlink()
    finally:
        os.close(handle)


def _prefix(target: Path) -> str:
    return f".{target.name[:_NAME_CHARACTERS]}."


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
