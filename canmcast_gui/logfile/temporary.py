"""Files that grow beside a target until they take its place, and those that a killed program left behind.

Who writes one holds a lock on it, which the system takes away with the process; one that nobody holds is
rubbish. Where there are no such locks (Windows), an open file cannot be deleted, which says the same.
"""

from __future__ import annotations

import glob
import os
import sys
import tempfile
from contextlib import suppress
from pathlib import Path

from canmcast_gui.logfile.errors import FileError

if sys.platform == "win32":

    def _own(_handle: int) -> bool:
        return True

else:
    import fcntl

    def _own(handle: int) -> bool:
        """Lock an open file; whether nobody else had. Without locks in the file system, all stays."""
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            return False
        return True


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
            raise FileError(f"{target.name} cannot be written: it is no ordinary file")
        remove_abandoned(target)
        self._target = target
        self._placed = False
        self._lock, name = tempfile.mkstemp(dir=target.parent, prefix=_prefix(target), suffix=_SUFFIX)
        self.path = Path(name)
        if sys.platform == "win32":
            self._release()  # an open file could not take the target's place
        else:
            _own(self._lock)
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
    handle = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
    try:
        # An empty one may be so new that its lock is still to come.
        abandoned = _own(handle) and os.fstat(handle).st_size > 0
        if abandoned and os.name == "posix":
            path.unlink()
    finally:
        os.close(handle)
    if abandoned and os.name != "posix":
        path.unlink()


def _prefix(target: Path) -> str:
    return f".{target.name[:_NAME_CHARACTERS]}."


def _umask() -> int:
    mask = os.umask(0o022)
    os.umask(mask)
    return mask
