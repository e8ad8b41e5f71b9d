"""Marks beside frames: a user's bookmark, or a comment or event between the frames of a log file."""

from __future__ import annotations

from typing import NamedTuple


class Mark(NamedTuple):
    """A text at a position among frames.

    ``row`` is the number of the frame after the mark, counted from 0 in the file or recording;
    ``timestamp_ns`` is the time of the mark (ns, UTC), or of that frame where the mark has none.
    """

    row: int
    timestamp_ns: int
    text: str
