"""Where recordings stand while nobody has said where they should: the user's data folder."""

import errno
import os
import stat
import sys
import tempfile
from datetime import UTC, datetime
from pathlib import Path

from canmcast_gui.frames.private import make_private_folder

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
