"""The datagram of one frame in DroneCAN's multicast format.

All numbers are little endian: magic number (2 bytes), checksum of all that follows it (2), flags (2), message
id (4), then the payload of 0 to 64 bytes. The format is that of ``dronecan/driver/mcast.py`` of the package
``dronecan``; the marks in the message id are those of ArduPilot's CAN frames. The format has no place for a
bit rate switch, an error state indicator or the length that a remote frame requests.
"""

from __future__ import annotations

import binascii
import struct

from canmcast_gui.frames import MAX_PAYLOAD, bits
from canmcast_gui.frames.units import MAX_EXTENDED_ID
from canmcast_gui.frames.validity import frame_problem
from canmcast_gui.transport.errors import FrameError
from canmcast_gui.transport.wire.codec import Refusal, WireFrame

MAGIC = 0x2934
FLAG_FD = 0x0001
ID_EXTENDED, ID_REMOTE, ID_ERROR = 1 << 31, 1 << 30, 1 << 29

HEADER = struct.Struct("<HHHI")
BODY = struct.Struct("<HI")
# Where the bytes begin that the checksum covers.
CHECKED_FROM = 4
MOST_BYTES = HEADER.size + MAX_PAYLOAD
# CRC-16-CCITT, polynomial 0x1021, most significant bit first.
CRC_START = 0xFFFF


def checksum(body: bytes) -> int:
    """The checksum of the bytes after it."""
    return binascii.crc_hqx(body, CRC_START)


def decode(datagram: bytes) -> WireFrame | Refusal:
    """The frame in a datagram, or why it has none. Never raises."""
    if not datagram:
        return Refusal.EMPTY
    if len(datagram) > MOST_BYTES:
        return Refusal.TOO_LONG
    if len(datagram) < HEADER.size:
        return Refusal.WRONG_MAGIC
    magic, crc, wire_flags, number = HEADER.unpack_from(datagram)
    if magic != MAGIC:
        return Refusal.WRONG_MAGIC
    if crc != checksum(datagram[CHECKED_FROM:]):
        return Refusal.WRONG_CHECKSUM
    flags = bits.EXTENDED if number & ID_EXTENDED else 0
    if wire_flags & FLAG_FD:
        flags |= bits.FD
    data = datagram[HEADER.size :]
    marked = number & (ID_REMOTE | ID_ERROR)
    if marked or frame_problem(number & MAX_EXTENDED_ID, flags, len(data), len(data)):
        return Refusal.INVALID_FRAME
    return WireFrame(number & MAX_EXTENDED_ID, flags, None, len(data), data)


def encode(arbitration_id: int, flags: int, dlc: int, data: bytes) -> bytes:
    """The datagram of a frame; ``dlc`` is a number of bytes. Raises FrameError if it is not possible."""
    problem = kind_problem(flags) or frame_problem(arbitration_id, flags, dlc, len(data))
    if problem:
        raise FrameError(problem)
    number = arbitration_id | (ID_EXTENDED if flags & bits.EXTENDED else 0)
    body = BODY.pack(FLAG_FD if flags & bits.FD else 0, number) + data
    return struct.pack("<HH", MAGIC, checksum(body)) + body


def kind_problem(flags: int) -> str | None:
    """Why the format has no such frames, as a sentence; None if it has them."""
    if flags & bits.REMOTE:
        return "DroneCAN has no remote frames"
    return "DroneCAN has no error frames" if flags & bits.ERROR else None
