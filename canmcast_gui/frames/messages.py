"""Messages of python-can to records of a batch, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np

from canmcast_gui.frames import bits
from canmcast_gui.frames.layout import (
    INLINE_BYTES,
    LENGTH_TO_DLC,
    MAX_PAYLOAD,
)
from canmcast_gui.frames.units import NS_PER_SECOND

if TYPE_CHECKING:
    import can


class PlainFrame(NamedTuple):
    """One frame as python-can counts: channels from 0 (None: unknown), ``dlc`` in bytes, time in seconds."""

    arbitration_id: int
    flags: int
    channel: int | None
    dlc: int
    data: bytes
    timestamp: float


def fill_record(record: Any, message: can.Message, heap: bytearray) -> None:
    """Write a python-can message into a record of FRAME_DTYPE; a payload beyond 8 bytes goes to ``heap``."""
    payload = bytes(message.data)
    if len(payload) > MAX_PAYLOAD:
        raise ValueError(f"a frame with {len(payload)} bytes; a CAN FD frame carries at most {MAX_PAYLOAD}")
    record["timestamp_ns"] = round(message.timestamp * NS_PER_SECOND)
    record["arbitration_id"] = message.arbitration_id
    record["flags"] = flags_of_message(message)
    record["channel"] = channel_number(message.channel)
    record["length"] = len(payload)
    record["dlc"] = message.dlc if message.is_remote_frame else LENGTH_TO_DLC[len(payload)]
    record["data"] = np.frombuffer(payload[:INLINE_BYTES].ljust(INLINE_BYTES, b"\0"), dtype=np.uint8)
    if len(payload) > INLINE_BYTES:
        record["payload_offset"] = len(heap)
        heap += payload


def flags_of_message(message: can.Message) -> int:
    """The Flag bits of a python-can message."""
    return (
        bits.EXTENDED * bool(message.is_extended_id)
        | bits.REMOTE * bool(message.is_remote_frame)
        | bits.ERROR * bool(message.is_error_frame)
        | bits.FD * bool(message.is_fd)
        | bits.BRS * bool(message.bitrate_switch)
        | bits.ESI * bool(message.error_state_indicator)
        | bits.TX * (not message.is_rx)
    )


def channel_number(channel: object) -> int:
    """The channel column for a python-can channel, whose numbers start at 0; those of columns start at 1.

    Names, and numbers that do not fit into the column, are unknown (0).
    """
    return channel + 1 if isinstance(channel, int) and 0 <= channel < 255 else 0


def make_message(frame: PlainFrame) -> can.Message:
    """A python-can message."""
    import can

    flags = frame.flags
    return can.Message(
        timestamp=frame.timestamp,
        arbitration_id=frame.arbitration_id,
        is_extended_id=bool(flags & bits.EXTENDED),
        is_remote_frame=bool(flags & bits.REMOTE),
        is_error_frame=bool(flags & bits.ERROR),
        channel=frame.channel,
        dlc=frame.dlc,
        data=frame.data,
        is_fd=bool(flags & bits.FD),
        is_rx=not flags & bits.TX,
        bitrate_switch=bool(flags & bits.BRS),
        error_state_indicator=bool(flags & bits.ESI),
    )
