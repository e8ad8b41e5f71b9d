"""Paths in a workspace, and the files that keep a workspace which the user did not save."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

from canmcast_gui.frames.files import within
from canmcast_gui.recording.folder import recordings_folder

# The window does not react for this long at most.
PATIENCE_SECONDS = 1.0


def relative_path(path: Path, folder: Path) -> str:
    """A path relative to the folder of the workspace, with slashes, so that both can move, to any system.

    Absolute where the two have only the root, or not even a drive, in common.
    """
    absolute, base = _resolved(path), _resolved(folder)
    if absolute.anchor != base.anchor or absolute.parts[:2] != base.parts[:2]:
        return str(absolute)
    return Path(os.path.relpath(absolute, base)).as_posix()


def _resolved(path: Path) -> Path:
    """Without links, if the file system answers."""
    try:
        return within(PATIENCE_SECONDS, path.resolve)
    except TimeoutError:
        return path.absolute()


def absolute_path(text: str, folder: Path) -> Path:
    """The file that a workspace in ``folder`` names."""
    return Path(os.path.normpath(folder.absolute() / text))


def kept_path(changed: bool = False) -> Path:
    """The file in the user's data folder for a workspace that was never saved.

    ``changed``: for one that was saved and then changed, when the system or a script ended the program and
    the user could not be asked.
    """
    return recordings_folder().parent / ("changed.canmcast" if changed else "last.canmcast")


def delete_kept(changed: bool) -> None:
    """Delete a kept workspace, if there is one; never raises."""
    with suppress(OSError):
        kept_path(changed).unlink()


def has_kept(changed: bool) -> bool:
    """Whether there is a kept workspace that may be read; never raises."""
    with suppress(OSError):
        return kept_path(changed).exists()
    return False
