"""Folders and files that only their user may read: recordings, settings, reports."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_FOLDER_MODE, _FILE_MODE = 0o700, 0o600


def make_private_folder(path: Path) -> None:
    """Make a folder for its user alone, whatever the umask, where there is none; raises OSError.

    One that is there and belongs to this user is closed to others. Folders above it are made as usual.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    with suppress(FileExistsError):
        path.mkdir(_FOLDER_MODE)
        path.chmod(_FOLDER_MODE)  # a umask may have taken the user's own rights
    if not path.is_dir():
        raise NotADirectoryError(20, "it is not a folder", str(path))
    close_to_others(path)


def close_to_others(path: Path) -> None:
    """Take the rights of others from a file or folder of this user; never raises."""
    with suppress(OSError):
        found = path.stat()
        if os.name == "posix" and found.st_uid == os.geteuid() and found.st_mode & 0o077:
            path.chmod(found.st_mode & 0o700)


def private_opener(path: str, flags: int) -> int:
    """An ``opener`` for open() and io.FileIO: files that it makes are for their user alone."""
    handle = os.open(path, flags | getattr(os, "O_CLOEXEC", 0), _FILE_MODE)
    if flags & os.O_CREAT and os.name == "posix":
        with suppress(OSError):  # a file of another user, or a file system without modes
            if os.fstat(handle).st_mode & 0o600 != 0o600:  # a umask may have taken the user's own rights
                os.fchmod(handle, _FILE_MODE)
    return handle


def write_private(path: Path, text: str) -> None:
    """Write a text in UTF-8; a file that is not there yet is for its user alone. Raises OSError."""
    with open(path, "w", encoding="utf-8", opener=private_opener) as file:
        file.write(text)
