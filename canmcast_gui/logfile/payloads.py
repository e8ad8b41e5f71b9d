"""Copies payloads from the bytes of a file to the records of frames, as columns."""

from __future__ import annotations

import numpy as np

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, FrameBatch
from canmcast_gui.frames.arrays import Bytes, Column, Numbers

# For each length 0 to 8 the mask that keeps this number of payload bytes of one word.
_KEPT = np.array([(1 << 8 * length) - 1 for length in range(INLINE_BYTES + 1)], dtype=np.uint64)
_WORDS = np.dtype({"names": ["data"], "formats": ["<u8"], "offsets": [8], "itemsize": FRAME_DTYPE.itemsize})


class PayloadHeap:
    """Collects payloads of more than eight bytes."""

    def __init__(self) -> None:
        self._pieces: list[Bytes] = []
        self._size = 0

    def add(self, rows: Bytes) -> Column:
        """Add payloads of one length, uint8 (n, length); returns the offset of each."""
        offsets: Column = np.arange(len(rows), dtype=np.int64) * rows.shape[1] + self._size
        self._pieces.append(rows.reshape(-1))
        self._size += rows.size
        return offsets

    def joined(self) -> Bytes:
        """The heap of a batch."""
        if len(self._pieces) == 1:
            return self._pieces[0]
        return np.concatenate(self._pieces) if self._pieces else np.zeros(0, dtype=np.uint8)


def set_payloads(content: Bytes, offsets: Column, room: Column, records: Column, heap: PayloadHeap) -> None:
    """Set the payloads of records whose lengths are set already.

    ``content`` has 64 bytes after the last payload; ``offsets`` are where payloads start in it, ``room`` how
    many bytes each of them has there: bytes beyond that are zero.
    """
    lengths = records["length"]
    present = np.clip(room, 0, lengths)
    words = bytes_at(content, offsets, INLINE_BYTES).view("<u8")[:, 0]
    records.view(_WORDS)["data"] = words & _KEPT[np.minimum(present, INLINE_BYTES)]
    long = np.flatnonzero(lengths > INLINE_BYTES)
    if not len(long):
        return
    for length in np.unique(lengths[long]):
        rows = long if (lengths[long] == length).all() else long[lengths[long] == length]
        payloads = bytes_at(content, offsets[rows], int(length))
        if (present[rows] < length).any():
            payloads[np.arange(length) >= present[rows, None]] = 0
        records["payload_offset"][rows] = heap.add(payloads)


def classic_dlcs(batch: FrameBatch) -> Numbers:
    """The DLCs of classic data frames, int64 (n,); 9 to 15 also mean 8 bytes."""
    if not len(batch) or batch.dlc.max() <= INLINE_BYTES:
        return batch.length.astype(np.int64)
    raw = (batch.dlc > INLINE_BYTES) & (batch.length == INLINE_BYTES)
    return np.where(raw, batch.dlc & 15, batch.length).astype(np.int64)


def bytes_at(content: Bytes, offsets: Column, width: int) -> Bytes:
    """A copy of ``width`` bytes at each offset, uint8 (n, width)."""
    steps = np.diff(offsets)
    if len(steps) and steps[0] > 0 and (steps == steps[0]).all():
        even = np.ndarray(
            (len(offsets), width), np.uint8, content, offset=int(offsets[0]), strides=(int(steps[0]), 1)
        )
        return np.ascontiguousarray(even)
    every = np.ndarray((len(content) - width + 1,), f"V{width}", content, strides=(1,))
    return every[offsets].view(np.uint8).reshape(-1, width)
