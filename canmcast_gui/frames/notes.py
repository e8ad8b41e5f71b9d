"""Notes beside frames: what a user marked, or what a log file says between its frames."""

from __future__ import annotations

from typing import NamedTuple


class Note(NamedTuple):
    """A text at a place among frames.

    ``row`` is the number of the frame that it stands before, counted from 0 in the file or recording;
    ``timestamp_ns`` its own time, UTC, or that of the frame where it has none.
    """

    row: int
    timestamp_ns: int
    text: str
