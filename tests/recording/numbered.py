"""Frames that carry their row number, so that a test sees which ones it gets."""

import numpy as np

from canmcast_gui.frames import Flag, FrameBatch


def numbered(start: int, count: int, width: int = 8) -> FrameBatch:
    """Frames that carry their row number: in the time, and in the last 8 bytes of ``width``."""
    rows = np.arange(start, start + count, dtype=np.int64)
    data = np.zeros((count, width), dtype=np.uint8)
    data[:, -8:] = rows.astype(">i8").view(np.uint8).reshape(-1, 8)
    flags = Flag.FD if width > 8 else 0
    return FrameBatch.from_columns(rows * 1000 + 1, 0x100 + rows % 80, data, flags=flags)


def numbers(batch: FrameBatch) -> list[int]:
    """The row numbers that ``numbered`` put into a batch's payloads."""
    return [int.from_bytes(batch.payload(row)[-8:], "big") for row in range(len(batch))]
