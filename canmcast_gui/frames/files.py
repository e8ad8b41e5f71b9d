"""Access to files: ordinary ones only, private ones, locks, and a time limit for file systems that hang.

Users name files on the command line and in workspaces. Such a path may lead to a device without end, a pipe
that waits for a writer, or a folder, and this can change between a check and opening. So the check is made on
the open descriptor.
"""

from __future__ import annotations

import errno
import json
import os
import stat
import sys
import threading
from collections.abc import Callable, Mapping
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import BinaryIO, TypeVar

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe (FIFO)"),
    (stat.S_ISSOCK, "a socket"),
)
# Not all systems have each flag. Without O_BINARY Windows translates line ends.
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)
_NO_WAITING = getattr(os, "O_NONBLOCK", 0)
_PIECE = 1 << 20
_FOLDER_MODE, _FILE_MODE = 0o700, 0o600  # of private folders and files

# A pipe that is not read must not block the end of a program.
WRITE_SECONDS = 5.0

T = TypeVar("T")


class NotRegularError(OSError):
    """A path that is not an ordinary file, or a file that is too large; the text continues after its name."""


def open_regular(path: str | os.PathLike[str]) -> BinaryIO:
    """Open an ordinary file, or a link to one, for reading; never waits for a pipe's writer.

    Raises NotRegularError, whose text begins with "it is" or "it has", and OSError as open() does.
    """
    try:
        _check(Path(path).stat())  # opening some devices does something
    except ValueError as error:  # a zero in it, or half a character
        raise NotRegularError("it has a name that no file can have") from error
    handle = _open(path)
    try:
        _check(os.fstat(handle))
        return os.fdopen(handle, "rb")
    except BaseException:
        os.close(handle)
        raise


def read_regular(path: str | os.PathLike[str], most_bytes: int) -> bytes:
    """The whole content of an ordinary file of at most ``most_bytes``.

    Raises NotRegularError, whose text begins with "it is" or "it has", and OSError as open() does.
    """
    with open_regular(path) as file:
        size = os.fstat(file.fileno()).st_size
        if size > most_bytes:
            raise NotRegularError(f"it has {size:,} bytes; at most {most_bytes:,} are read")
        content = bytearray()
        # Files in /proc have size 0, and others grow while they are read.
        while piece := file.read(min(_PIECE, most_bytes + 1 - len(content))):
            content += piece
    if len(content) > most_bytes:
        raise NotRegularError(f"it has more than {most_bytes:,} bytes, which is the most that is read")
    return bytes(content)


def _check(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        kind = next((name for matches, name in _KINDS if matches(found.st_mode)), "a device")
        raise NotRegularError(f"it is {kind}, not a file")


def _open(path: str | os.PathLike[str]) -> int:
    try:
        return os.open(path, _FLAGS | _NO_WAITING)
    except BlockingIOError:
        # Another computer holds a lease of the file; it returns the lease while this call waits.
        return os.open(path, _FLAGS)


def make_private_folder(path: Path) -> None:
    """Create a folder that only its user may read, for any umask. Raises OSError.

    An existing folder of this user is closed to others. Parent folders are created with the usual rights.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        path.mkdir(_FOLDER_MODE)
        path.chmod(_FOLDER_MODE)  # a umask may have taken the user's own rights
    if not path.is_dir():
        raise NotADirectoryError(20, "it is not a folder", str(path))
    close_to_others(path)


def close_to_others(path: Path) -> None:
    """Remove the rights of other users from a file or folder of this user. Never raises."""
    with suppress(OSError):
        found = path.stat()
        if os.name == "posix" and found.st_uid == os.geteuid() and found.st_mode & 0o077:
            path.chmod(found.st_mode & 0o700)


def private_opener(path: str, flags: int) -> int:
    """An ``opener`` for open() and io.FileIO: only their user may read the files that it creates."""
    handle = os.open(path, flags | getattr(os, "O_CLOEXEC", 0), _FILE_MODE)
    if flags & os.O_CREAT and os.name == "posix":
        with suppress(OSError):  # a file of another user, or a file system without modes
            if os.fstat(handle).st_mode & 0o600 != 0o600:  # a umask may have taken the user's own rights
                os.fchmod(handle, _FILE_MODE)
    return handle


def write_private(path: Path, text: str) -> None:
    """Write a text in UTF-8; only its user may read a file that this creates. Raises OSError."""
    with open(path, "w", encoding="utf-8", opener=private_opener) as file:
        file.write(text)


def write_json(path: Path, values: Mapping[str, object]) -> None:
    """Write values as JSON, as write_private() does. Raises OSError, also after WRITE_SECONDS."""
    text = json.dumps(values, indent=2) + "\n"
    within(WRITE_SECONDS, partial(write_private, path, text))


if sys.platform == "win32":
    import msvcrt

    def _lock(descriptor: int) -> None:
        msvcrt.locking(descriptor, msvcrt.LK_NBLCK, 1)

else:
    import fcntl

    def _lock(descriptor: int) -> None:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)


def try_lock(descriptor: int) -> bool:
    """Lock a file without waiting; False if another descriptor holds the lock, or locks are not supported.

    Closing the descriptor or the end of its process releases the lock. On Windows other descriptors can
    neither read nor write the first byte of a locked file: use a file without content.
    """
    try:
        _lock(descriptor)
    except OSError:
        return False
    return True


def within(seconds: float, work: Callable[[], T]) -> T:
    """The result of ``work``, or its exception; TimeoutError, which is an OSError, if it takes longer.

    For access to file systems that may not answer, such as that of a server that is down. After a timeout the
    work stays in a daemon thread: it must not change anything that others use.
    """
    found: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            found.append(work())
        except BaseException as error:  # noqa: BLE001 – raised again below
            raised.append(error)

    thread = threading.Thread(target=run, name="time-limit", daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    if not found:
        raise TimeoutError(errno.ETIMEDOUT, f"no answer for {seconds:g} s")
    return found[0]
