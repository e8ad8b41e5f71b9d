"""Batches through a pipe: two uint32 (frames, heap bytes), the records, the heap; little endian.

A header with as many frames as fit into its field is a mark: what follows belongs into a new file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from canmcast_gui.frames import FRAME_DTYPE, FrameBatch

HEADER = struct.Struct("<II")
_MARK = 0xFFFFFFFF
NEXT_FILE = HEADER.pack(_MARK, 0)


def pack_batch(batch: FrameBatch) -> list[bytes | memoryview]:
    """A batch as it goes through the pipe, in pieces."""
    batch = batch.compact()
    return [HEADER.pack(len(batch), len(batch.heap)), batch.records.tobytes(), batch.heap.tobytes()]


def unpack_batches(file: BinaryIO) -> Iterator[FrameBatch | None]:
    """The batches that come through the pipe, None for a mark; a last one that is not whole is left out."""
    while len(header := file.read(HEADER.size)) == HEADER.size:
        frames, heap_bytes = HEADER.unpack(header)
        if frames == _MARK:
            yield None
            continue
        records = file.read(frames * FRAME_DTYPE.itemsize)
        heap = file.read(heap_bytes)
        if len(records) < frames * FRAME_DTYPE.itemsize or len(heap) < heap_bytes:
            return
        yield FrameBatch(np.frombuffer(records, FRAME_DTYPE), np.frombuffer(heap, np.uint8))
