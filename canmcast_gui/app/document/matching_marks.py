"""Marks at all frames that match a filter."""

from __future__ import annotations

from collections.abc import Callable
from typing import NamedTuple

import numpy as np

from canmcast_gui.frames.filters import Filter
from canmcast_gui.frames.marks import Mark
from canmcast_gui.recording import Recording


class MatchingMarks(NamedTuple):
    """How many frames match, and how many marks were added: none to rows that had one, and up to a limit."""

    matching: int
    added: int


def mark_matching(
    recording: Recording,
    condition: Filter,
    limit: int,
    report: Callable[[float], bool] = lambda _done: True,
) -> MatchingMarks:
    """Mark the first ``limit`` frames that match; the text of the filter is the note of the marks.

    ``report`` receives the share that has been searched, and returns False to cancel; then nothing is marked.
    Raises RecordingError where the marks cannot be saved.
    """
    first, end = recording.first_row, recording.end_row
    marks: list[Mark] = []
    matching = 0
    for start, block in recording.blocks(first, end):
        rows = np.flatnonzero(condition.mask(block))
        times = block.timestamp_ns
        chosen = rows[: max(limit - len(marks), 0)].tolist()
        marks += [Mark(start + index, int(times[index]), condition.text) for index in chosen]
        matching += len(rows)
        if not report((start - first) / max(end - first, 1)):
            return MatchingMarks(0, 0)
    return MatchingMarks(matching, recording.marks.extend(marks))
