"""What can go wrong with a recording, each with a sentence for the user."""

from __future__ import annotations

import errno
from pathlib import Path

from canmcast_gui.frames.errors import UserError


class RecordingError(UserError):
    """A recording cannot be made, opened or continued; the message says why and what to do."""


class RowsGoneError(RecordingError, IndexError):
    """The rows were evicted, the recording that held them is closed, or their file was cut short."""


class CutShortError(OSError):
    """A file of a recording is shorter than what was written to it: another program has cut it."""

    def __init__(self, path: Path) -> None:
        super().__init__(errno.EIO, "another program has cut it short", str(path))
