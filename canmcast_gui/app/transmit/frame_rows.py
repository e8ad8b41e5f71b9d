"""Transmit rows made of received frames: with the name, the cycle and the data that the frames have."""

from __future__ import annotations

import contextlib
import math

from canmcast_gui.app.transmit.message_rows import DEFAULT_PERIOD_NS, period_of
from canmcast_gui.app.transmit.row import CLASSIC_LENGTHS, FD_LENGTHS, RowError, TransmitRow
from canmcast_gui.app.transmit.row_list import MAX_ROWS
from canmcast_gui.channels.settings import MOST_CHANNELS
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.units import MAX_PERIOD_NS, MIN_PERIOD_NS, NS_PER_MS
from canmcast_gui.recording.entry_numbers import Kind
from canmcast_gui.recording.newest import NewestById

# The flags that a frame is sent with; the others say how it was received.
_SENT_FLAGS = Flag.EXTENDED | Flag.REMOTE | Flag.ERROR | Flag.FD | Flag.BRS | Flag.ESI
# A measured cycle this near to a whole number of milliseconds is meant to be that number.
_NEAR = 0.02


def rows_of_frames(batch: FrameBatch, databases: DatabaseSet, newest: NewestById) -> list[TransmitRow]:
    """A row for each different frame of a batch, in their order; frames that cannot be sent are left out.

    The period is the cycle of the database, else the mean cycle in ``newest``, else 100 ms.
    """
    rows: dict[TransmitRow, None] = {}
    for number in range(len(batch)):
        with contextlib.suppress(RowError):
            rows[_row_of(batch, number, databases, newest)] = None
        if len(rows) == MAX_ROWS:
            break
    return list(rows)


def _row_of(batch: FrameBatch, number: int, databases: DatabaseSet, newest: NewestById) -> TransmitRow:
    flags = int(batch.flags[number]) & int(_SENT_FLAGS)
    arbitration_id, channel = int(batch.arbitration_id[number]), int(batch.channel[number])
    extended = bool(flags & Flag.EXTENDED)
    message = databases.message(arbitration_id, extended, channel)
    period_ns = (
        period_of(message)
        if message is not None and message.cycle_ms
        else _measured_period_ns(newest, arbitration_id, extended, channel)
    )
    return TransmitRow(
        channel=channel if channel <= MOST_CHANNELS else 0,
        name=databases.name(arbitration_id, extended, channel),
        arbitration_id=arbitration_id,
        flags=flags,
        data=_data(batch, number, flags),
        period_ns=period_ns,
    )


def _data(batch: FrameBatch, number: int, flags: int) -> bytes:
    """The payload; of a remote frame as many zeros as it requests."""
    if not flags & Flag.REMOTE:
        return batch.payload(number)
    return bytes(min(FD_LENGTHS[min(int(batch.dlc[number]), len(FD_LENGTHS) - 1)], CLASSIC_LENGTHS[-1]))


def _measured_period_ns(newest: NewestById, arbitration_id: int, extended: bool, channel: int) -> int:
    entry = newest.find(arbitration_id, extended, Kind.DATA, channel)
    mean_ns = math.nan if entry is None else float(newest.period_mean_ns[entry])
    if not mean_ns > 0:
        return DEFAULT_PERIOD_NS
    whole = round(mean_ns / NS_PER_MS) * NS_PER_MS
    tenth = NS_PER_MS // 10
    period_ns = whole if abs(mean_ns - whole) <= _NEAR * mean_ns else round(mean_ns / tenth) * tenth
    return min(max(period_ns, MIN_PERIOD_NS), MAX_PERIOD_NS)
