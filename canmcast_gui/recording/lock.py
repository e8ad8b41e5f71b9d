"""Who owns a recording: an exclusive lock that ends with its process, however that ends."""

from __future__ import annotations

import os
import time
from pathlib import Path

from canmcast_gui.frames.file_lock import try_lock
from canmcast_gui.frames.private import private_opener

LOCK_NAME = "recording.lock"

# Another program that looks for what a crash left behind holds a lock for some microseconds, to see whether
# anybody else does. These seconds of waiting outlast it.
LOOKS = (0.001, 0.004, 0.015, 0.08, 0.0)


class FolderLock:
    """The exclusive ownership of one recording's folder, by a lock file that stands in it.

    The operating system gives the lock back when the process dies, so a lock that can be had means that
    nobody owns the folder. The file's existence alone means only that the folder is a recording.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, folder: Path, create: bool = False) -> FolderLock | None:
        """The lock of ``folder``, or None where another owner has it, for longer than a look takes.

        Raises OSError (FileNotFoundError where it has no lock file and ``create`` is not set).
        """
        flags = os.O_RDWR | (os.O_CREAT if create else 0)
        descriptor = private_opener(str(folder / LOCK_NAME), flags)
        for pause in LOOKS:
            if try_lock(descriptor):
                return cls(descriptor)
            time.sleep(pause)
        os.close(descriptor)
        return None

    @classmethod
    def is_free(cls, folder: Path) -> bool:
        """Whether nobody owns ``folder``; a folder that cannot be looked at is owned. For a moment it is."""
        try:
            descriptor = os.open(folder / LOCK_NAME, os.O_RDWR)
        except OSError:
            return False
        free = try_lock(descriptor)
        os.close(descriptor)
        return free

    def stands_in(self, folder: Path) -> bool:
        """Whether this lock's file is still the one in ``folder``."""
        if self._descriptor is None:
            return False
        try:
            there = (folder / LOCK_NAME).stat()
        except OSError:
            return False
        return os.path.samestat(there, os.fstat(self._descriptor))

    def release(self) -> None:
        """Give the ownership back; may be called again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None
