"""Files that users name: opened only where they are ordinary files, read only up to a limit.

A path out of a workspace or a command line may name a device that never ends, a pipe that waits for a
writer, or a folder. Which it is can change between looking and opening, so the open descriptor is asked.
"""

from __future__ import annotations

import os
import stat
from pathlib import Path
from typing import BinaryIO

_KINDS = (
    (stat.S_ISDIR, "a folder"),
    (stat.S_ISFIFO, "a pipe (FIFO)"),
    (stat.S_ISSOCK, "a socket"),
)
# Each where the system has it; Windows otherwise translates line ends.
_FLAGS = os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_NOCTTY", 0)
_NO_WAITING = getattr(os, "O_NONBLOCK", 0)
_PIECE = 1 << 20


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
        # The size of files that the system makes up, as in /proc, is 0; others grow.
        while piece := file.read(min(_PIECE, most_bytes + 1 - len(content))):
            content += piece
    if len(content) > most_bytes:
        raise NotRegularError(f"it has more than {most_bytes:,} bytes; at most so many are read")
    return bytes(content)


def _check(found: os.stat_result) -> None:
    if not stat.S_ISREG(found.st_mode):
        kind = next((name for matches, name in _KINDS if matches(found.st_mode)), "a device")
        raise NotRegularError(f"it is {kind}, not a file")


def _open(path: str | os.PathLike[str]) -> int:
    try:
        return os.open(path, _FLAGS | _NO_WAITING)
    except BlockingIOError:
        # Only for a file on which another computer holds a lease; it gives it back while this waits.
        return os.open(path, _FLAGS)
