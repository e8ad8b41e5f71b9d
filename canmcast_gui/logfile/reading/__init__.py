"""Reading log files of any format: recognition, readers of one file or several, checks, a summary.

``open_reader`` chooses the reader: ``FrameReader`` for one file, ``MergedReader`` for several on one time
line, ``InTurnReader`` for several one after the other. All are ``Reader``.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, get_args

from canmcast_gui.logfile.reading.merged import MergedReader
from canmcast_gui.logfile.reading.reader import DEFAULT_BATCH_FRAMES, FrameReader, LogPart, Reader
from canmcast_gui.logfile.reading.several import InTurnReader

# By their times; all start together; each starts when the one before ends.
Order = Literal["times", "together", "in turn"]
ORDERS: tuple[Order, ...] = get_args(Order)


def open_reader(
    parts: Sequence[LogPart], order: Order = "times", batch_frames: int = DEFAULT_BATCH_FRAMES
) -> Reader:
    """A reader of one log file, or of several in that order. Raises FileError for what is not a log file."""
    if len(parts) == 1 and not parts[0].offset_ns:
        return FrameReader(parts[0].path, batch_frames, parts[0].layout)
    if order == "in turn":
        return InTurnReader(parts, batch_frames)
    return MergedReader(parts, batch_frames, align=order == "together")


__all__ = [
    "ORDERS",
    "FrameReader",
    "InTurnReader",
    "LogPart",
    "MergedReader",
    "Order",
    "Reader",
    "open_reader",
]
