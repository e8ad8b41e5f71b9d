"""Encode one frame as one datagram, and decode it.

The format is that of python-can's ``udp_multicast`` interface: a MessagePack map of eleven keys in a fixed
order; ``dlc`` is a number of bytes for CAN FD as well. The notifier of a stock peer ends at an unknown key or
an invalid frame, so only valid frames are sent.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, NamedTuple

import msgpack

from canmcast_gui.frames import bits
from canmcast_gui.frames.validity import frame_problem

# A stock peer reads at most this much of a datagram; a longer one is cut off and not a frame.
MAX_DATAGRAM = 4096

KEYS = (
    "timestamp",
    "arbitration_id",
    "is_extended_id",
    "is_remote_frame",
    "is_error_frame",
    "channel",
    "dlc",
    "data",
    "is_fd",
    "bitrate_switch",
    "error_state_indicator",
)
_KEY_SET = frozenset(KEYS)


class Refusal(StrEnum):
    """Why a datagram has no frame for this bus: the last three are valid, all others malformed."""

    EMPTY = "empty"
    TOO_LONG = "longer than any frame"
    UNREADABLE = "not MessagePack, cut off, or with a remainder"
    WRONG_KEYS = "not a map of a frame's eleven keys"
    WRONG_TYPE = "a value of the wrong type"
    INVALID_FRAME = "not a valid CAN frame"
    WRONG_MAGIC = "not a DroneCAN datagram: too short, or without its magic number"
    WRONG_CHECKSUM = "damaged: the checksum does not match"
    FOREIGN = "for another group, from another interface or another computer"
    OWN = "sent by this bus"
    FD = "a CAN FD frame on a bus that is classic only"


class WireFrame(NamedTuple):
    """The content of a datagram. ``channel`` is the sender's name of it, ``dlc`` a number of bytes."""

    arbitration_id: int
    flags: int
    channel: int | str | None
    dlc: int
    data: bytes


def decode(datagram: bytes) -> WireFrame | Refusal:
    """The frame in a datagram, or why it has none. Never raises, and allocates at most its size."""
    if not datagram:
        return Refusal.EMPTY
    if len(datagram) > MAX_DATAGRAM:
        return Refusal.TOO_LONG
    try:
        # A frame has no array, extension or larger map. Each could make the parser allocate memory.
        values = msgpack.unpackb(datagram, max_array_len=0, max_ext_len=0, max_map_len=len(KEYS))
    except Exception:  # noqa: BLE001 – a hostile datagram may cause any error in the parser
        return Refusal.UNREADABLE
    if type(values) is not dict or values.keys() != _KEY_SET:
        return Refusal.WRONG_KEYS
    return _checked(values)


def _checked(values: dict[str, Any]) -> WireFrame | Refusal:
    arbitration_id, dlc, data, channel = (values[key] for key in ("arbitration_id", "dlc", "data", "channel"))
    if type(arbitration_id) is not int or type(dlc) is not int or type(data) is not bytes:
        return Refusal.WRONG_TYPE
    if type(channel) not in (int, str, type(None)) or type(values["timestamp"]) not in (float, int):
        return Refusal.WRONG_TYPE
    flags = 0
    for key, flag in _FLAG_KEYS:
        value = values[key]
        # A stock peer sends 1 if its user wrote 1 for True.
        if type(value) not in (bool, int) or value not in (0, 1):
            return Refusal.WRONG_TYPE
        flags |= flag * value
    if flags & bits.REMOTE:
        data = b""  # as stock peers read it
    if frame_problem(arbitration_id, flags, dlc, len(data)):
        return Refusal.INVALID_FRAME
    return WireFrame(arbitration_id, flags, channel, dlc, data)


_FLAG_KEYS = (
    ("is_extended_id", bits.EXTENDED),
    ("is_remote_frame", bits.REMOTE),
    ("is_error_frame", bits.ERROR),
    ("is_fd", bits.FD),
    ("bitrate_switch", bits.BRS),
    ("error_state_indicator", bits.ESI),
)


def encode(frame: WireFrame, timestamp: float = 0.0) -> bytes:
    """The datagram of a valid frame, byte for byte as stock peers encode it."""
    flags = frame.flags
    values = {
        "timestamp": timestamp,
        "arbitration_id": frame.arbitration_id,
        "is_extended_id": bool(flags & bits.EXTENDED),
        "is_remote_frame": bool(flags & bits.REMOTE),
        "is_error_frame": bool(flags & bits.ERROR),
        "channel": frame.channel,
        "dlc": frame.dlc,
        "data": frame.data,
        "is_fd": bool(flags & bits.FD),
        "bitrate_switch": bool(flags & bits.BRS),
        "error_state_indicator": bool(flags & bits.ESI),
    }
    packed: bytes = msgpack.packb(values)
    return packed
