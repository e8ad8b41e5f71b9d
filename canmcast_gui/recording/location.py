"""Where recordings stand while nobody has said where they should: the user's data folder."""

import os
import sys
from datetime import UTC, datetime
from pathlib import Path

# Stands in the folder of a recording whose frames are a file's.
COPY_NAME = "copy"


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
    """Make a folder for a new recording, named by time and process; raises OSError."""
    parent = recordings_folder()
    parent.mkdir(parents=True, exist_ok=True)
    name = f"{datetime.now(UTC):%Y%m%dT%H%M%SZ}-{os.getpid()}"
    number = 1
    while True:
        folder = parent / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
        else:
            return folder
