"""Rows of the transmit table out of a database: a message with its initial values and its cycle time."""

from __future__ import annotations

import contextlib

from canmcast_gui.app.transmit.row import CLASSIC_LENGTHS, FD_LENGTHS, RowError, TransmitRow
from canmcast_gui.database import Database, DatabaseError, Message
from canmcast_gui.frames import Flag
from canmcast_gui.frames.units import MAX_PERIOD_NS, MIN_PERIOD_NS, NS_PER_MS

DEFAULT_PERIOD_NS = 100 * NS_PER_MS


def row_for_message(database: Database, message: Message) -> TransmitRow:
    """A row that sends ``message`` with its initial values; raises RowError where no frame can hold it."""
    if message.length > FD_LENGTHS[-1]:
        raise RowError(
            f"{message.name} has {message.length} bytes; a frame carries at most {FD_LENGTHS[-1]}."
        )
    length = next(one for one in FD_LENGTHS if one >= message.length)
    fd = length > CLASSIC_LENGTHS[-1]
    return TransmitRow(
        name=message.name,
        arbitration_id=message.arbitration_id,
        flags=int((Flag.EXTENDED if message.extended else 0) | (Flag.FD if fd else 0)),
        data=_initial_payload(database, message).ljust(length, b"\0")[:length],
        period_ns=_period_ns(message),
    )


def _initial_payload(database: Database, message: Message) -> bytes:
    with contextlib.suppress(DatabaseError):  # a message that cannot be encoded is offered with zeros
        return database.encode(message.name, {})
    return b""


def _period_ns(message: Message) -> int:
    if not message.cycle_ms:
        return DEFAULT_PERIOD_NS
    return min(max(round(message.cycle_ms * NS_PER_MS), MIN_PERIOD_NS), MAX_PERIOD_NS)
