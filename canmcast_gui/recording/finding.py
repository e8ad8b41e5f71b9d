"""The next row that meets a condition, or the one before: looked for from a place on, up to the first."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np

from canmcast_gui.frames.filters import Filter
from canmcast_gui.recording.recording import Recording

# Told how far a search is, from 0 to 1; an answer of False ends it.
Report = Callable[[float], bool]


def find_next(
    recording: Recording, condition: Filter, start: int | None = None, report: Report | None = None
) -> int | None:
    """The first row from ``start`` on (None: the oldest) that passes; None where there is none."""
    first = recording.first_row if start is None else start
    length = max(recording.end_row - first, 1)
    for row, block in recording.blocks(first):
        if report is not None and not report((row - first) / length):
            return None
        mask = condition.mask(block)
        place = int(mask.argmax())
        if mask[place]:
            return row + place
    return None


def find_previous(
    recording: Recording, condition: Filter, stop: int | None = None, report: Report | None = None
) -> int | None:
    """The last row before ``stop`` (None: the end) that passes; None where there is none."""
    beyond = recording.end_row if stop is None else stop
    length = max(beyond - recording.first_row, 1)
    for row, block in recording.blocks(stop=beyond, backwards=True):
        if report is not None and not report((beyond - row - len(block)) / length):
            return None
        places = np.flatnonzero(condition.mask(block))
        if len(places):
            return row + int(places[-1])
    return None
