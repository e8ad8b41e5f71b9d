"""Files that grow beside a target until they take its place, and those that a killed program left behind.

The writing process holds a lock on its file; a file without a lock was left behind. On Windows a lock would
keep the process from writing its own file, but there an open file cannot be deleted, with the same effect.
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

# The part of a target's name that is in the name of its temporary file, which must not become too long.
_NAME_CHARACTERS = 100
_SUFFIX = ".part"


class Temporary:
    """An empty file in the target's folder, with the rights that the target has or would have.

    ``path`` is where it is until take_place() or remove(), one of which is to be called. Making one removes
    what killed programs left of the same target. Raises OSError, and FileError where the target is no file.
    """

    def __init__(self, target: Path) -> None:
        if target.exists() and not target.is_file():
            raise FileError(f"{target.name} cannot be written: it is not a regular file")
        remove_abandoned(target)
        self._target = target
        self._placed = False
        self._lock, name = tempfile.mkstemp(dir=target.parent, prefix=_prefix(target), suffix=_SUFFIX)
        self.path = Path(name)
        if sys.platform == "win32":
            self._release()  # an open file could not take the target's place
        else:
            try_lock(self._lock)
        self.path.chmod(target.stat().st_mode & 0o777 if target.exists() else 0o666 & ~_umask() | 0o600)

    def take_place(self) -> None:
        """Become the target."""
        self.path.replace(self._target)
        self._placed = True
        self._release()

    def remove(self) -> None:
        """Be gone, unless it has taken the place; never raises."""
        if not self._placed:
            with suppress(OSError):
                self.path.unlink()
        self._release()

    def _release(self) -> None:
        if self._lock >= 0:
            os.close(self._lock)
            self._lock = -1


def remove_abandoned(target: Path) -> None:
    """Delete temporary files of that target that nobody writes any more; never raises."""
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
        # An empty file may be too new to be locked. Where the file system has no locks, every file stays.
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
