"""Frames as the lines that ``candump -L`` prints."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from canmcast_gui.frames import DLC_TO_LENGTH, INLINE_BYTES, Flag, FrameBatch
from canmcast_gui.frames.text import id_text
from canmcast_gui.frames.units import NS_PER_SECOND, NS_PER_US

# linux/can/error.h: an error frame is a flag in the id, and the class of the error; ours is "bus error".
_ERROR_ID = "20000080"

# Plain numbers: asking an enum a hundred thousand times costs more than all the rest.
_EXTENDED = int(Flag.EXTENDED)
_NOT_PLAIN = int(Flag.ERROR | Flag.REMOTE | Flag.FD)


def candump_lines(batch: FrameBatch) -> str:
    """The frames of a batch, a line each with its line feed: ``(1763839061.123456) can0 123#DEADBEEF``.

    Channel 1 is can0, and so is an unknown one. The frame is written as ``cansend`` takes it.
    """
    seconds, parts = (column.tolist() for column in np.divmod(batch.timestamp_ns, NS_PER_SECOND))
    rows = zip(seconds, parts, batch.channel.tolist(), frame_texts(batch), strict=True)
    return "".join(
        [
            f"({second}.{part // NS_PER_US:06d}) can{channel - 1 if channel else 0} {text}\n"
            for second, part, channel, text in rows
        ]
    )


def frame_texts(batch: FrameBatch) -> Iterator[str]:
    """Each frame as ``cansend`` takes it.

    Remote frames are ``R`` and the length that they ask for, CAN FD frames ``##``, a digit of flags (1 bit
    rate switch, 2 error state), and the data. frames/text.py goes the other way.
    """
    columns = zip(
        batch.arbitration_id.tolist(),
        batch.flags.tolist(),
        batch.dlc.tolist(),
        _payload_texts(batch),
        strict=True,
    )
    for number, flags, dlc, data in columns:
        if not flags & _NOT_PLAIN:
            yield f"{id_text(number, flags & _EXTENDED)}#{data}"
        elif flags & Flag.ERROR:
            yield f"{_ERROR_ID}#{data}"
        elif flags & Flag.REMOTE:
            yield f"{id_text(number, flags & _EXTENDED)}#R{DLC_TO_LENGTH[dlc] or ''}"
        else:
            digit = bool(flags & Flag.BRS) | bool(flags & Flag.ESI) << 1
            yield f"{id_text(number, flags & _EXTENDED)}##{digit:X}{data}"


def _payload_texts(batch: FrameBatch) -> Iterator[str]:
    """Payloads in hex; those that stand in the records are turned at once."""
    step = 2 * INLINE_BYTES
    inline = batch.data.tobytes().hex().upper()
    for row, length in enumerate(batch.length.tolist()):
        if length <= INLINE_BYTES:
            yield inline[step * row : step * row + 2 * length]
        else:
            yield batch.payload(row).hex().upper()
