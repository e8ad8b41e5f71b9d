"""Where the files of a workspace stand, and where a set-up is kept that the user gave no file."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from canmcast_gui.frames.files import within
from canmcast_gui.recording.folder import recordings_folder

# The window stands still for so long at most.
PATIENCE_SECONDS = 1.0


def relative_path(path: Path, folder: Path) -> str:
    """Seen from the workspace's folder, with slashes, so that both can move together, to any system.

    Absolute where the two have nothing but the root, or not even a drive, in common.
    """
    absolute, here = _resolved(path), _resolved(folder)
    if absolute.anchor != here.anchor or absolute.parts[:2] != here.parts[:2]:
        return str(absolute)
    return Path(os.path.relpath(absolute, here)).as_posix()


def _resolved(path: Path) -> Path:
    """Without links, as far as the file system answers."""
    try:
        return within(PATIENCE_SECONDS, path.resolve)
    except TimeoutError:
        return path.absolute()


def absolute_path(text: str, folder: Path) -> Path:
    """The file that a workspace in ``folder`` names."""
    return Path(os.path.normpath(folder.absolute() / text))


def last_setup(changed: bool = False) -> Path:
    """In the user's data folder: the set-up that was never saved; ``changed``: that of a saved workspace
    whose changes nobody could be asked about, because the system or a script ended the program.
    """
    return recordings_folder().parent / ("changed.canmcast" if changed else "last.canmcast")


def forget_setup(changed: bool) -> None:
    """Delete a kept set-up, which may not be there; never raises."""
    with suppress(OSError):
        last_setup(changed).unlink()


def has_setup(changed: bool) -> bool:
    """Whether there is a kept set-up; not where one may not look. Never raises."""
    with suppress(OSError):
        return last_setup(changed).exists()
    return False
