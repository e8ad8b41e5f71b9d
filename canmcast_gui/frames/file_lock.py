"""An exclusive lock on an open file, which the operating system releases however its process ends."""

from __future__ import annotations

import sys

if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def try_lock(descriptor: int) -> bool:
    """Lock the file without waiting; False where another descriptor holds the lock, or there are no locks.

    Closing the descriptor releases the lock. On Windows other descriptors cannot read or write the first
    byte meanwhile: use a file that has no content.
    """
    try:
        _lock(descriptor)
    except OSError:
        return False
    return True
