"""Frames as the lines that ``candump -L`` prints."""

from __future__ import annotations

from canmcast_gui.frames import DLC_TO_LENGTH, Flag, FrameBatch
from canmcast_gui.frames.text import id_text

# linux/can/error.h: an error frame is a flag in the id, and the class of the error; ours is "bus error".
_ERROR_ID = "20000080"


def candump_lines(batch: FrameBatch) -> str:
    """The frames of a batch, a line each with its line feed: ``(1763839061.123456) can0 123#DEADBEEF``.

    Channel 1 is can0, and so is an unknown one. Remote frames are ``R`` and the length they ask for, CAN FD
    frames ``##``, a digit of flags (1 bit rate switch, 2 error state), and the data.
    """
    return "".join([_line(batch, row) for row in range(len(batch))])


def _line(batch: FrameBatch, row: int) -> str:
    record = batch.records[row]
    seconds, nanoseconds = divmod(int(record["timestamp_ns"]), 1_000_000_000)
    channel = max(int(record["channel"]) - 1, 0)
    return f"({seconds}.{nanoseconds // 1000:06d}) can{channel} {frame_text(batch, row)}\n"


def frame_text(batch: FrameBatch, row: int) -> str:
    """One frame as ``cansend`` takes it; see cansend.py for the other way."""
    record = batch.records[row]
    flags = int(record["flags"])
    if flags & Flag.ERROR:
        return f"{_ERROR_ID}#{batch.payload(row).hex().upper()}"
    number = id_text(int(record["arbitration_id"]), bool(flags & Flag.EXTENDED))
    if flags & Flag.REMOTE:
        length = int(DLC_TO_LENGTH[record["dlc"]])
        return f"{number}#R{length or ''}"
    digit = bool(flags & Flag.BRS) | bool(flags & Flag.ESI) << 1
    return f"{number}#{f'#{digit:X}' if flags & Flag.FD else ''}{batch.payload(row).hex().upper()}"
