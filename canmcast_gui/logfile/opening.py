"""Opening a log file for reading, whatever it is wrapped in."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO


def open_log(path: Path) -> BinaryIO:
    """The bytes of a log file from its beginning. Raises OSError."""
    return path.open("rb")
