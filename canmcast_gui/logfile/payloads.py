"""Payloads out of the bytes of a file and into the records of frames, by columns."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, FrameBatch
from canmcast_gui.frames.arrays import Bytes, Column

# A mask for each length 0..8 that keeps this many of eight payload bytes, as one word.
_KEPT = np.array([(1 << 8 * length) - 1 for length in range(INLINE_BYTES + 1)], dtype=np.uint64)
_WORDS = np.dtype({"names": ["data"], "formats": ["<u8"], "offsets": [8], "itemsize": FRAME_DTYPE.itemsize})


class PayloadHeap:
    """Payloads that are longer than eight bytes, in pieces."""

    def __init__(self) -> None:
        self._pieces: list[Bytes] = []
        self._size = 0

    def add(self, rows: Bytes) -> Column:
        """Keep payloads of one length, uint8 (n, length); gives where each one stands."""
        places: Column = np.arange(len(rows), dtype=np.int64) * rows.shape[1] + self._size
        self._pieces.append(rows.reshape(-1))
        self._size += rows.size
        return places

    def joined(self) -> Bytes:
        """The heap of a batch."""
        if len(self._pieces) == 1:
            return self._pieces[0]
        return np.concatenate(self._pieces) if self._pieces else np.zeros(0, dtype=np.uint8)


def set_payloads(content: Bytes, places: Column, room: Column, records: Column, heap: PayloadHeap) -> None:
    """Put payloads into records, as long as these say already.

    ``content`` has 64 bytes behind the last payload; ``places`` are where payloads begin in it, ``room`` how
    many bytes each one has there: what is beyond that is zero.
    """
    lengths = records["length"]
    there = np.clip(room, 0, lengths)
    words = bytes_at(content, places, INLINE_BYTES).view("<u8")[:, 0]
    records.view(_WORDS)["data"] = words & _KEPT[np.minimum(there, INLINE_BYTES)]
    long = np.flatnonzero(lengths > INLINE_BYTES)
    if not len(long):
        return
    for length in np.unique(lengths[long]):
        rows = long if (lengths[long] == length).all() else long[lengths[long] == length]
        payloads = bytes_at(content, places[rows], int(length))
        if (there[rows] < length).any():
            payloads[np.arange(length) >= there[rows, None]] = 0
        records["payload_offset"][rows] = heap.add(payloads)


def classic_dlcs(batch: FrameBatch) -> npt.NDArray[np.int64]:
    """The DLC codes of classic data frames, int64 (n,): 9 to 15 stand for 8 bytes as well."""
    if not len(batch) or batch.dlc.max() <= INLINE_BYTES:
        return batch.length.astype(np.int64)
    raw = (batch.dlc > INLINE_BYTES) & (batch.length == INLINE_BYTES)
    return np.where(raw, batch.dlc & 15, batch.length).astype(np.int64)


def bytes_at(content: Bytes, places: Column, width: int) -> Bytes:
    """``width`` bytes at each place, uint8 (n, width), memory of its own."""
    steps = np.diff(places)
    if len(steps) and steps[0] > 0 and (steps == steps[0]).all():
        even = np.ndarray(
            (len(places), width), np.uint8, content, offset=int(places[0]), strides=(int(steps[0]), 1)
        )
        return np.ascontiguousarray(even)
    every = np.ndarray((len(content) - width + 1,), f"V{width}", content, strides=(1,))
    return every[places].view(np.uint8).reshape(-1, width)
