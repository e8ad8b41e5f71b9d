"""Batches through a pipe: two uint32 (frames, heap bytes), the records, the heap; little endian.

Two numbers of frames that no batch has say something else: what follows belongs into a new file; or a note
follows, as JSON in place of the heap.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

from canmcast_gui.frames import FRAME_DTYPE, FrameBatch
from canmcast_gui.frames.marks import Mark

HEADER = struct.Struct("<II")
_NEXT_FILE = 0xFFFFFFFF
_NOTE = 0xFFFFFFFE
NEXT_FILE = HEADER.pack(_NEXT_FILE, 0)


def pack_batch(batch: FrameBatch) -> list[bytes | memoryview]:
    """A batch as it goes through the pipe, in pieces."""
    batch = batch.compact()
    return [HEADER.pack(len(batch), len(batch.heap)), batch.records.tobytes(), batch.heap.tobytes()]


def pack_note(note: Mark) -> bytes:
    """A note as it goes through the pipe."""
    text = json.dumps(note).encode()
    return HEADER.pack(_NOTE, len(text)) + text


def unpack_batches(file: BinaryIO) -> Iterator[FrameBatch | Mark | None]:
    """What comes through the pipe, None where a new file begins; a last one that is not whole is left out."""
    while len(header := file.read(HEADER.size)) == HEADER.size:
        frames, heap_bytes = HEADER.unpack(header)
        if frames == _NEXT_FILE:
            yield None
            continue
        if frames == _NOTE:
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
