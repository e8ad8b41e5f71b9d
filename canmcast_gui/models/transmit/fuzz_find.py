"""Where in the trace a frame stands that was told by the transmit process."""

from __future__ import annotations

import numpy as np

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.units import NS_PER_MS
from canmcast_gui.models.trace.rows import first_row_since
from canmcast_gui.recording import Recording

# Rows that are looked at from the time at which it left: a second of a very busy bus.
MOST_ROWS = 65_536
# Two sockets of one host tell the same arrival a little apart.
_SLACK_NS = NS_PER_MS


def row_of(recording: Recording, frame: FrameBatch) -> int | None:
    """The row of a frame, a batch of one; None where it is not there, or not any more.

    A frame of ours is told with the time at which it began to leave, so it arrived later.
    """
    time_ns = int(frame.timestamp_ns[0]) - (0 if frame.has(Flag.TX)[0] else _SLACK_NS)
    start = first_row_since(recording, time_ns)
    rows = recording.rows(start, min(start + MOST_ROWS, recording.end_row))
    kinds = np.uint16(~int(Flag.TX) & 0xFFFF)
    same = rows.arbitration_id == frame.arbitration_id[0]
    same &= (rows.flags & kinds) == (frame.flags[0] & kinds)
    same &= (rows.length == frame.length[0]) & (rows.dlc == frame.dlc[0])
    payload = frame.payload(0)
    for place in np.flatnonzero(same).tolist():
        if rows.payload(place) == payload:
            return start + int(place)
    return None
