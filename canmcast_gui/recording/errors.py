"""Errors of recordings, each with a sentence for the user."""

from __future__ import annotations

import errno
from pathlib import Path

from canmcast_gui.frames.errors import UserError
from canmcast_gui.wording import counted, were


class RecordingError(UserError):
    """A recording cannot be created, opened or continued; the message says why and what to do."""


class RowsGoneError(RecordingError, IndexError):
    """The rows were evicted, their recording is closed, or another program has shortened their file."""


class CutShortError(OSError):
    """A file of a recording is shorter than the data written to it: another program has shortened it."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.EIO, "another program has shortened it", str(path))


def not_recorded(frames: int, folder: Path, error: OSError) -> RecordingError:
    """The error for frames that could not be written to the recording in ``folder``."""
    if error.errno in (errno.ENOSPC, errno.EDQUOT):
        return RecordingError(
            f"the disk is full: {counted(frames, 'frame')} {were(frames)} not recorded. "
            "Earlier frames are safe. Free some space, and recording continues. "
            f"The recording is in {folder}"
        )
    reason = error.strerror or error
    return RecordingError(f"{counted(frames, 'frame')} could not be recorded in {folder}: {reason}")
