"""The entries of the pipe from a recorder to its process: batches, marks, and where a new file starts."""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from canmcast_gui.frames import FRAME_DTYPE, FrameBatch
from canmcast_gui.frames.marks import Mark

# Each entry in the pipe starts with two uint32, little endian: the number of frames and the bytes of the
# heap; the records and the heap follow. Two numbers that no batch has are commands: the next frames belong
# in a new file; a mark follows as JSON instead of the heap.
_HEADER = struct.Struct("<II")
_NEXT_FILE = 0xFFFFFFFF
_MARK = 0xFFFFFFFE

# The bytes that start a new file.
NEXT_FILE = _HEADER.pack(_NEXT_FILE, 0)


def pack_batch(batch: FrameBatch) -> list[bytes]:
    """The bytes of a batch."""
    batch = batch.compact()
    return [_HEADER.pack(len(batch), len(batch.heap)), batch.records.tobytes(), batch.heap.tobytes()]


def pack_mark(mark: Mark) -> bytes:
    """The bytes of a mark."""
    text = json.dumps(mark).encode()
    return _HEADER.pack(_MARK, len(text)) + text


def unpack_entries(file: BinaryIO) -> Iterator[FrameBatch | Mark | None]:
    """The entries of the pipe, None where a new file starts; an incomplete last entry is dropped."""
    while len(header := file.read(_HEADER.size)) == _HEADER.size:
        frames, heap_bytes = _HEADER.unpack(header)
        if frames == _NEXT_FILE:
            yield None
            continue
        if frames == _MARK:
            text = file.read(heap_bytes)
            if len(text) < heap_bytes:
                return
            yield Mark(*json.loads(text))
            continue
        records = file.read(frames * FRAME_DTYPE.itemsize)
        heap = file.read(heap_bytes)
        if len(records) < frames * FRAME_DTYPE.itemsize or len(heap) < heap_bytes:
            return
        yield FrameBatch(np.frombuffer(records, FRAME_DTYPE), np.frombuffer(heap, np.uint8))
