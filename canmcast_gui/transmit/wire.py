"""What client and transmit process say to each other: MessagePack arrays that begin with a word."""

from __future__ import annotations

from typing import Any

import msgpack
import numpy as np

from canmcast_gui.frames import FRAME_DTYPE, FrameBatch

# Commands: SEND records heap; ARM job_id version records heap period_ns count; DISARM job_id; STOP_ALL;
# FLUSH token.
SEND = "send"
ARM = "arm"
DISARM = "disarm"
STOP_ALL = "stop all"
FLUSH = "flush"

# News: STATUS sent [[job_id, version, sent, late, finished] …]; FAILED sentence; FLUSHED token;
# MOVED [[address, port] …].
STATUS = "status"
FAILED = "failed"
FLUSHED = "flushed"
MOVED = "moved"


def pack(*message: Any) -> bytes:
    """A message as bytes."""
    packed: bytes = msgpack.packb(message)
    return packed


def unpack(message: bytes) -> list[Any]:
    """The message that pack() made."""
    values: list[Any] = msgpack.unpackb(message)
    return values


def batch_to_bytes(batch: FrameBatch) -> tuple[bytes, bytes]:
    """A batch as its records and its heap."""
    batch = batch.compact()
    return batch.records.tobytes(), batch.heap.tobytes()


def batch_from_bytes(records: bytes, heap: bytes) -> FrameBatch:
    """The batch that batch_to_bytes() took apart."""
    return FrameBatch(np.frombuffer(records, dtype=FRAME_DTYPE), np.frombuffer(heap, dtype=np.uint8))
