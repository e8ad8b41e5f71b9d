"""Which payload bytes changed lately, and how strongly that is still to be shown."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch
from canmcast_gui.recording import NewestById
from canmcast_gui.recording.newest import Change

FADE_NS = 1_200_000_000
STEPS = 64  # as many shades as anyone can tell apart

Marks = dict[int, list[tuple[int, bool, int]]]


def changed_bytes(newest: NewestById, entries: npt.NDArray[np.intp], batch: FrameBatch, now_ns: int) -> Marks:
    """For each of ``entries`` by its place: (byte, whether it rose, strength 1 to 64), faded ones left out.

    ``batch`` holds the entries' newest frames. A byte that the newest frame no longer has is not marked.
    """
    age = now_ns - newest.changed_at_ns[entries]
    fresh = (age < FADE_NS) & (newest.changed[entries] != Change.NONE)
    fresh &= np.arange(fresh.shape[1]) < batch.length[:, None]
    marks: Marks = {}
    rose = newest.changed[entries] == Change.UP
    for place, byte in zip(*(part.tolist() for part in np.nonzero(fresh)), strict=True):
        left = 1 - max(int(age[place, byte]), 0) / FADE_NS
        strength = max(round(left * STEPS), 1)
        marks.setdefault(place, []).append((byte, bool(rose[place, byte]), strength))
    return marks
