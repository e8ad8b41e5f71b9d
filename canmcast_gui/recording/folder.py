"""Folders of recordings: their location, the lock of their owner, and recovery after a crash."""

from __future__ import annotations

import errno
import os
import shutil
import stat
import sys
import tempfile
import time
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from canmcast_gui.frames.files import make_private_folder, private_opener, try_lock
from canmcast_gui.recording.chunks.chunk import HEADER_BYTES, RECORD_BYTES, RECORDS_SUFFIX, ChunkHeader
from canmcast_gui.recording.errors import RecordingError
from canmcast_gui.recording.marks import FILE_NAME as MARKS_NAME

# A file of this name in a folder says that the frames are a copy of a log file.
COPY_NAME = "copy"
LOCK_NAME = "recording.lock"
_TEMPORARY_PREFIX = "canmcast-recording-"

# A program that looks for recordings to recover holds each lock for some microseconds, to see whether it is
# free. These waits (in seconds) between attempts are longer in sum.
LOCK_WAITS = (0.001, 0.004, 0.015, 0.08, 0.0)

# A folder that another process has just made is empty and not locked for a moment.
STARTUP_SECONDS = 60.0


# -- location --------------------------------------------------------------------------------------------


def recordings_folder() -> Path:
    """The folder with this user's recordings; it need not exist yet."""
    if sys.platform == "win32":
        data = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        data = Path.home() / "Library" / "Application Support"
    else:
        data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "canmcast" / "recordings"


def make_new_folder() -> Path:
    """Make a folder for a new recording that only its user may read; raises OSError.

    Its name is the time and the process. Where the user's data folder cannot be written to, for another
    reason than a full disk, the folder is made among the system's temporary files.
    """
    try:
        return _make_in(recordings_folder())
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        return Path(tempfile.mkdtemp(prefix=_TEMPORARY_PREFIX))


def make_folder(path: Path) -> Path:
    """Make the folder of a recording, unless it exists; raises RecordingError where it has files."""
    if not path.exists():
        make_private_folder(path)
    if any(path.iterdir()):
        raise RecordingError(f"{path} is not empty; a recording needs a folder of its own")
    return path


def is_temporary(folder: Path) -> bool:
    """Whether make_new_folder() made this folder among the temporary files."""
    return folder.name.startswith(_TEMPORARY_PREFIX)


def temporary_folders() -> list[Path]:
    """The folders of this user's recordings among the temporary files."""
    parent = Path(tempfile.gettempdir())
    return [folder for folder in parent.glob(f"{_TEMPORARY_PREFIX}*") if _is_own(folder)]


def _is_own(folder: Path) -> bool:
    """Whether a folder is this user's: any user may put folders among the temporary files."""
    try:
        found = folder.lstat()
    except OSError:
        return False
    return stat.S_ISDIR(found.st_mode) and (os.name != "posix" or found.st_uid == os.geteuid())


def _make_in(parent: Path) -> Path:
    make_private_folder(parent.parent)
    make_private_folder(parent)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}"
    number = 1
    while True:
        folder = parent / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir(0o700)
        except FileExistsError:
            number += 1
        else:
            folder.chmod(0o700)  # a umask can remove the user's own permissions
            return folder


# -- ownership -------------------------------------------------------------------------------------------


class FolderLock:
    """Exclusive ownership of the folder of one recording, by a lock on a file in it.

    The operating system releases the lock when the process ends, however it ends. So a lock that is free
    means that the folder has no owner. The file alone means only that the folder is a recording.
    """

    def __init__(self, descriptor: int) -> None:
        self._descriptor: int | None = descriptor

    @classmethod
    def take(cls, folder: Path, create: bool = False) -> FolderLock | None:
        """The lock of ``folder``, or None where the folder has another owner.

        Raises OSError (FileNotFoundError where it has no lock file and ``create`` is not set).
        """
        flags = os.O_RDWR | (os.O_CREAT if create else 0)
        descriptor = private_opener(str(folder / LOCK_NAME), flags)
        for seconds in LOCK_WAITS:
            if try_lock(descriptor):
                return cls(descriptor)
            time.sleep(seconds)
        os.close(descriptor)
        return None

    @classmethod
    def is_free(cls, folder: Path) -> bool:
        """Whether ``folder`` has no owner. Takes the lock briefly. An unreadable folder counts as owned."""
        try:
            descriptor = os.open(folder / LOCK_NAME, os.O_RDWR)
        except OSError:
            return False
        free = try_lock(descriptor)
        os.close(descriptor)
        return free

    def is_in(self, folder: Path) -> bool:
        """Whether the file of this lock is still the one in ``folder``."""
        if self._descriptor is None:
            return False
        try:
            found = (folder / LOCK_NAME).stat()
        except OSError:
            return False
        return os.path.samestat(found, os.fstat(self._descriptor))

    def release(self) -> None:
        """End the ownership; may be called again."""
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


# -- recovery --------------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Leftover:
    """A recording without an owner: ``first_time`` in ns since the epoch, ``bytes`` on disk."""

    folder: Path
    frames: int
    first_time: int
    bytes: int


def leftovers(parent: Path | None = None) -> list[Leftover]:
    """The recordings in ``parent`` that have frames and no owner, the newest first.

    None: those in the user's data folder and among the temporary files. ``Recording.open(leftover.folder)``
    opens one again.
    """
    found = [_inspect(folder) for folder in _unowned(parent)]
    recoverable = [one for one in found if one.frames and not _is_unmarked_copy(one.folder)]
    return sorted(recoverable, key=lambda leftover: leftover.folder.name, reverse=True)


def remove(leftover: Leftover) -> None:
    """Delete a leftover; raises RecordingError where another process has opened it since."""
    if not _delete(leftover.folder):
        raise RecordingError(f"the recording in {leftover.folder} is in use and was not deleted")


def remove_empty(parent: Path | None = None) -> None:
    """Delete recordings without an owner that have nothing to recover: no frames, or those of a log file."""
    oldest = time.time() - STARTUP_SECONDS
    for folder in _unowned(parent):
        with suppress(OSError):  # another program has deleted it in the meantime
            is_worthless = _is_unmarked_copy(folder) or not _inspect(folder).frames
            if is_worthless and (folder / LOCK_NAME).stat().st_mtime < oldest:
                _delete(folder)


def _unowned(parent: Path | None) -> list[Path]:
    folders = [path.parent for path in (parent or recordings_folder()).glob(f"*/{LOCK_NAME}")]
    if parent is None:
        folders += [folder for folder in temporary_folders() if (folder / LOCK_NAME).exists()]
    return [folder for folder in folders if FolderLock.is_free(folder)]


def _is_unmarked_copy(folder: Path) -> bool:
    """Whether everything in a folder is in a log file as well: it is a copy of one, and without marks."""
    if not (folder / COPY_NAME).exists():
        return False
    try:
        return (folder / MARKS_NAME).stat().st_size == 0
    except OSError:
        return True


def _inspect(folder: Path) -> Leftover:
    """Sum up the headers of a folder's chunks, without reading frames; 0 frames where the folder is gone."""
    headers = []
    size = 0
    with suppress(OSError, RecordingError):
        for path in sorted(folder.glob("*" + RECORDS_SUFFIX)):
            header = ChunkHeader.read(path)
            headers.append(header)
            size += HEADER_BYTES + header.count * RECORD_BYTES + header.heap_used
    frames = sum(header.count for header in headers)
    return Leftover(folder, frames, headers[0].start_ns if headers else 0, size)


def _delete(folder: Path) -> bool:
    """Delete the folder of a recording; False where it has an owner."""
    try:
        lock = FolderLock.take(folder)
    except FileNotFoundError:
        return True  # another program has deleted it
    if lock is None:
        return False
    shutil.rmtree(folder, ignore_errors=True)
    lock.release()
    return True
