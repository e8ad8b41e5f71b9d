"""The path of a recorded file: while it is written, and at the end, when it may replace an older file."""

from __future__ import annotations

from pathlib import Path

from canmcast_gui.logfile.problems import FileError, os_message
from canmcast_gui.logfile.record.options import first_free_number, numbered
from canmcast_gui.logfile.writing.temporary import remove_abandoned


class Target:
    """The file that is recorded under ``path``, or the first of the numbered files of that path.

    Where ``path`` exists, the recording is written to ``written_path`` ("NAME.part.SUFFIX") until replace()
    moves it to its final path. Creating a target creates the empty file, and deletes temporary files of
    killed programs. Raises FileError.
    """

    def __init__(self, path: Path, is_numbered: bool) -> None:
        remove_abandoned(path)
        self.path = path
        self.written_path = _create_numbered(path) if is_numbered else _create(path)
        self._written_identity = _identity(self.written_path)
        self._replaced_identity = _identity(path)

    @property
    def was_moved(self) -> bool:
        """Whether the written file was moved, removed or replaced since it was created."""
        return _identity(self.written_path) != self._written_identity

    def replace(self) -> str:
        """Move the written file to its final path; returns why that failed, or "".

        Replaces only the file that was there when the recording started.
        """
        if self.written_path == self.path:
            return ""
        if _identity(self.path) not in (None, self._replaced_identity):
            return self._not_replaced("another file was created there during the recording")
        try:
            self.written_path.replace(self.path)
        except OSError as error:
            return self._not_replaced(error.strerror or str(error))
        return ""

    def remove(self) -> None:
        """Delete the written file."""
        self.written_path.unlink(missing_ok=True)

    def _not_replaced(self, reason: str) -> str:
        return f"{self.path} was not replaced: {reason}. The recording is in {self.written_path}"


def _create_numbered(path: Path) -> Path:
    """Create the first numbered file, with the number after the highest that exists."""
    try:
        first = numbered(path, first_free_number(path))
        first.open("x").close()
    except OSError as error:
        raise FileError(os_message(path, error, "written")) from error
    return first


def _create(path: Path) -> Path:
    """Create the file itself, or a part file beside it where it exists."""
    names = [path, *(path.with_name(f"{path.stem}.part{n or ''}{path.suffix}") for n in range(100))]
    for name in names:
        try:
            name.open("x").close()
        except FileExistsError:
            if path.exists() and not path.is_file():
                raise FileError(f"{path.name} cannot be written: it is not a regular file") from None
            continue
        except OSError as error:
            raise FileError(os_message(path, error, "written")) from error
        return name
    raise FileError(f"{path.parent} has too many unfinished recordings of {path.name}; delete some of them")


def _identity(path: Path) -> tuple[int, int] | None:
    """Device and inode of a file, None where it does not exist."""
    try:
        found = path.stat()
    except OSError:
        return None
    return found.st_dev, found.st_ino
