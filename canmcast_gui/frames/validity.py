"""Which frames are valid on a CAN or CAN FD bus, by ISO 11898-1 and as stock python-can peers check it.

A stock peer's notifier dies of an invalid frame, so each of ours is checked before it is sent.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, NamedTuple

import numpy as np

from canmcast_gui.frames.batch import FrameBatch
from canmcast_gui.frames.layout import DLC_TO_LENGTH, MAX_PAYLOAD, Flag

MAX_STANDARD_ID = 0x7FF
MAX_EXTENDED_ID = 0x1FFFFFFF
_CLASSIC_BYTES = 8
_REMOTE_FD = Flag.REMOTE | Flag.FD
_REMOTE_ERROR = Flag.REMOTE | Flag.ERROR


class _Frames(NamedTuple):
    """One frame as numbers, or many as columns. ``dlc`` is a number of bytes, as it stands on the wire."""

    number: Any
    flags: Any
    dlc: Any
    length: Any

    def has(self, flag: Flag) -> Any:
        return self.flags & int(flag) != 0


# What is wrong, and the test for it, which takes numbers as well as columns: hence & instead of "and".
_RULES: tuple[tuple[str, Callable[[_Frames], Any]], ...] = (
    (
        "{0:#x} is no extended arbitration id, which lies between 0 and 0x1fffffff",
        lambda f: f.has(Flag.EXTENDED) & (f.number > MAX_EXTENDED_ID),
    ),
    (
        "{0:#x} is no standard arbitration id, which lies between 0 and 0x7ff",
        lambda f: (f.flags & int(Flag.EXTENDED) == 0) & (f.number > MAX_STANDARD_ID),
    ),
    ("CAN FD has no remote frames", lambda f: f.flags & int(_REMOTE_FD) == int(_REMOTE_FD)),
    (
        "a frame cannot be a remote and an error frame at once",
        lambda f: f.flags & int(_REMOTE_ERROR) == int(_REMOTE_ERROR),
    ),
    (
        "a bit rate switch or error state indicator is for CAN FD frames only",
        lambda f: (f.flags & int(Flag.FD) == 0) & f.has(Flag.BRS | Flag.ESI),
    ),
    ("a CAN FD frame carries at most 64 bytes, not {3}", lambda f: f.length > MAX_PAYLOAD),
    (
        "a classic frame carries at most 8 bytes, not {3}",
        lambda f: (f.flags & int(Flag.FD) == 0) & (f.length > _CLASSIC_BYTES),
    ),
    ("a remote frame carries no data, not {3} bytes", lambda f: f.has(Flag.REMOTE) & (f.length > 0)),
    (
        "a remote frame asks for at most 8 bytes, not {2}",
        lambda f: f.has(Flag.REMOTE) & (f.dlc > _CLASSIC_BYTES),
    ),
)


def first_problem(batch: FrameBatch) -> tuple[int, str] | None:
    """The first invalid frame and what is wrong with it; None where all are valid.

    The DLC column of frames that are no remote frames is not looked at: it follows from their length.
    """
    dlc = DLC_TO_LENGTH[np.minimum(batch.dlc, len(DLC_TO_LENGTH) - 1)]
    frames = _Frames(batch.arbitration_id, batch.flags, dlc, batch.length)
    first: tuple[int, str] | None = None
    for sentence, is_wrong in _RULES:
        wrong = is_wrong(frames)
        if wrong.any():
            row = int(wrong.argmax())
            if first is None or row < first[0]:
                first = row, sentence.format(*(int(column[row]) for column in frames))
    return first
