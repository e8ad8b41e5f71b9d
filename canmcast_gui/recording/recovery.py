"""What recordings a crash left behind, and how they go."""

from __future__ import annotations

import shutil
import time
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from canmcast_gui.recording.chunk import HEADER_BYTES, RECORD_BYTES, RECORDS_SUFFIX, ChunkHeader
from canmcast_gui.recording.errors import RecordingError
from canmcast_gui.recording.location import COPY_NAME, recordings_folder, temporary_folders
from canmcast_gui.recording.lock import LOCK_NAME, FolderLock
from canmcast_gui.recording.marks import FILE_NAME as MARKS_NAME

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
