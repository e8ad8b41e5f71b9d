"""Folders of recordings: where they are, who has them locked, and which of them a crash left behind."""

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
from canmcast_gui.recording.chunk import HEADER_BYTES, RECORD_BYTES, RECORDS_SUFFIX, ChunkHeader
from canmcast_gui.recording.errors import RecordingError
from canmcast_gui.recording.marks import FILE_NAME as MARKS_NAME

# Stands in the folder of a recording whose frames are a file's.
COPY_NAME = "copy"
_TEMPORARY_PREFIX = "canmcast-recording-"


def recordings_folder() -> Path:
    """The folder that holds this user's recordings; it need not exist yet."""
    if sys.platform == "win32":
        data = os.environ.get("LOCALAPPDATA") or Path.home() / "AppData" / "Local"
    elif sys.platform == "darwin":
        data = Path.home() / "Library" / "Application Support"
    else:
        data = os.environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share"
    return Path(data) / "canmcast" / "recordings"


def make_new_folder() -> Path:
    """Make a folder for a new recording, that only its user may read; raises OSError.

    It is named by time and process. Where the user's data folder takes none, which is not because its disk is
    full, it stands among the system's temporary files.
    """
    try:
        return _make_in(recordings_folder())
    except OSError as error:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            raise
        return Path(tempfile.mkdtemp(prefix=_TEMPORARY_PREFIX))


def is_temporary(folder: Path) -> bool:
    """Whether a recording's folder stands among the temporary files, for want of the user's data folder."""
    return folder.name.startswith(_TEMPORARY_PREFIX)


def temporary_folders() -> list[Path]:
    """The folders of this user's recordings that stand among the temporary files."""
    place = Path(tempfile.gettempdir())
    return [folder for folder in place.glob(f"{_TEMPORARY_PREFIX}*") if _is_own(folder)]


def _is_own(folder: Path) -> bool:
    """Whether a folder is this user's: anyone may put something among the temporary files."""
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
            folder.chmod(0o700)  # a umask may have taken the user's own rights
            return folder


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


# A folder that another process has just made is empty and not locked for a moment.
SECONDS_TO_BEGIN = 60.0


@dataclass(frozen=True, slots=True)
class Leftover:
    """A recording that nobody owns: ``first_time`` in ns since the epoch, ``bytes`` on disk."""

    folder: Path
    frames: int
    first_time: int
    bytes: int


def leftovers(parent: Path | None = None) -> list[Leftover]:
    """The recordings in ``parent`` that hold frames and nobody owns; None: those in the user's data folder
    and those that had to stand elsewhere.

    The newest comes first. ``Recording.open(leftover.folder)`` brings one back.
    """
    found = [_look_at(folder) for folder in _unowned(parent)]
    held = [leftover for leftover in found if leftover.frames and not _is_mere_copy(leftover.folder)]
    return sorted(held, key=lambda leftover: leftover.folder.name, reverse=True)


def remove(leftover: Leftover) -> None:
    """Delete a leftover; raises RecordingError where somebody has opened it meanwhile."""
    if not _delete(leftover.folder):
        raise RecordingError(f"the recording in {leftover.folder} is in use and was not deleted")


def remove_empty(parent: Path | None = None) -> None:
    """Delete the recordings that nobody owns and that have nothing to recover: no frames, or a file's."""
    oldest = time.time() - SECONDS_TO_BEGIN
    for folder in _unowned(parent):
        with suppress(OSError):  # another program has deleted it by now
            worthless = _is_mere_copy(folder) or not _look_at(folder).frames
            if worthless and (folder / LOCK_NAME).stat().st_mtime < oldest:
                _delete(folder)


def _unowned(parent: Path | None) -> list[Path]:
    folders = [path.parent for path in (parent or recordings_folder()).glob(f"*/{LOCK_NAME}")]
    if parent is None:
        folders += [folder for folder in temporary_folders() if (folder / LOCK_NAME).exists()]
    return [folder for folder in folders if FolderLock.is_free(folder)]


def _is_mere_copy(folder: Path) -> bool:
    """Whether all that is there stands in the file that it was read from, for nobody has marked anything."""
    if not (folder / COPY_NAME).exists():
        return False
    try:
        return (folder / MARKS_NAME).stat().st_size == 0
    except OSError:
        return True


def _look_at(folder: Path) -> Leftover:
    """What the headers of a folder's chunks say, without reading frames; nothing of one that is gone."""
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
    """Delete a recording's folder, unless somebody owns it."""
    try:
        lock = FolderLock.take(folder)
    except FileNotFoundError:
        return True  # gone already
    if lock is None:
        return False
    shutil.rmtree(folder, ignore_errors=True)
    lock.release()
    return True
