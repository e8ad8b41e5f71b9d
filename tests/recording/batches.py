"""Batches for these tests: any frames, and frames that carry their row number."""

import numpy as np
from hypothesis import strategies as st

from canmcast_gui.frames import Flag, FrameBatch
from tests.support.messages import messages


def batches(max_size: int = 20) -> st.SearchStrategy[FrameBatch]:
    """A batch of any valid frames."""
    return st.lists(messages(), max_size=max_size).map(FrameBatch.from_messages)


def frames(batch: FrameBatch) -> list[tuple]:
    """Each frame as plain values with its whole payload, for comparing."""
    fields = ("timestamp_ns", "arbitration_id", "flags", "source", "channel", "dlc", "length")
    columns = [batch.records[name].tolist() for name in fields]
    payloads = [batch.payload(row) for row in range(len(batch))]
    return list(zip(*columns, payloads, strict=True))


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
