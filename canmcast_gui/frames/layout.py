"""The record of one frame in memory, on disk and in the ring between processes: 32 bytes.

Payloads of up to 8 bytes are in the record. A longer one is complete in a byte heap beside the records, at
``payload_offset``; the record then also holds its first 8 bytes, for code that needs only those.
"""

from enum import IntFlag

import numpy as np

INLINE_BYTES = 8
MAX_PAYLOAD = 64

FRAME_DTYPE = np.dtype(
    {
        "names": [
            "timestamp_ns",  # UTC since the epoch, or since the start of a file that knows no date
            "data",  # first 8 payload bytes, zero after the end of the payload
            "arbitration_id",
            "payload_offset",  # byte offset in the heap if length > 8, otherwise 0
            "flags",  # Flag
            "source",  # row of a SourceTable, 0 is unknown
            "channel",  # as log files number them, from 1; 0 is unknown
            "dlc",  # the code in the frame, 0..15
            "length",  # payload bytes, 0..64
            "reserved",
        ],
        "formats": ["<i8", "(8,)u1", "<u4", "<u4", "<u2", "<u2", "u1", "u1", "u1", "u1"],
        "offsets": [0, 8, 16, 20, 24, 26, 28, 29, 30, 31],
        "itemsize": 32,
    }
)


class Flag(IntFlag):
    """The kind of a frame. Recordings on disk contain these numbers: add some, but never change any."""

    EXTENDED = 0x01
    REMOTE = 0x02
    ERROR = 0x04
    FD = 0x08
    BRS = 0x10
    ESI = 0x20
    TX = 0x40


# ISO 11898-1: the payload length of each DLC code of a CAN FD frame.
DLC_TO_LENGTH = np.array([0, 1, 2, 3, 4, 5, 6, 7, 8, 12, 16, 20, 24, 32, 48, 64], dtype=np.uint8)

# The smallest DLC code for a number of bytes. Stock peers may send lengths between those of two codes.
LENGTH_TO_DLC = np.searchsorted(DLC_TO_LENGTH, np.arange(MAX_PAYLOAD + 1)).astype(np.uint8)
