"""What client and transmit process say to each other: MessagePack arrays that begin with a word."""

from __future__ import annotations

from typing import Any

import msgpack
import numpy as np

from canmcast_gui.frames import DLC_TO_LENGTH, FRAME_DTYPE, Flag, FrameBatch

# Commands: SEND records heap; ARM job_id version frame changes period_ns count trigger, which is None or
# [condition, delay_ns]; DISARM job_id; STOP_ALL; FLUSH token; TOGETHER [command …];
# LIMIT frames_per_second or None; REPLAY number factory settings options;
# REPLAY_GROWN number end_row complete; REPLAY_DO number action value; REPLAY_STOP number;
# SEQUENCE number steps paused; SEQUENCE_DO number action; SEQUENCE_STOP number;
# FUZZ number options stop_at told paused wait_ns; FUZZ_DO number action; FUZZ_STOP number.
SEND = "send"
ARM = "arm"
DISARM = "disarm"
STOP_ALL = "stop all"
FLUSH = "flush"
TOGETHER = "together"
LIMIT = "limit"
REPLAY = "replay"
REPLAY_GROWN = "replay grown"
REPLAY_DO = "replay do"
REPLAY_STOP = "replay stop"
SEQUENCE = "sequence"
SEQUENCE_DO = "sequence do"
SEQUENCE_STOP = "sequence stop"
FUZZ = "fuzz"
FUZZ_DO = "fuzz do"
FUZZ_STOP = "fuzz stop"

# News: STATUS sent held dropped done [[job_id, version, sent, late, finished, period_ns, jitter_ns] …], where
# ``done`` single frames wait no more; FAILED sentence; FLUSHED token; MOVED [[address, port] …];
# REPLAYS [[number, state, row, sent, skipped, late, loops, position_ns] …];
# SEQUENCES [[number, state, at, sent, missed, outcome] …]; FUZZES [[number, state, sent, skipped, late] …];
# FUZZ_SENT number records heap; FUZZ_ANSWER number records heap records heap after, of the answer and of the
# frames before it.
STATUS = "status"
FAILED = "failed"
FLUSHED = "flushed"
MOVED = "moved"
REPLAYS = "replays"
SEQUENCES = "sequences"
FUZZES = "fuzzes"
FUZZ_SENT = "fuzz sent"
FUZZ_ANSWER = "fuzz answer"

# One frame as plain values: arbitration id, flags, channel (as python-can counts), DLC in bytes, payload.
Plain = tuple[int, int, "int | None", int, bytes]


def pack(*message: Any) -> bytes:
    """A message as bytes."""
    packed: bytes = msgpack.packb(message)
    return packed


def unpack(message: bytes) -> list[Any]:
    """The message that pack() made."""
    values: list[Any] = msgpack.unpackb(message, strict_map_key=False)
    return values


def batch_to_bytes(batch: FrameBatch) -> tuple[bytes, bytes]:
    """A batch as its records and its heap."""
    batch = batch.compact()
    return batch.records.tobytes(), batch.heap.tobytes()


def batch_from_bytes(records: bytes, heap: bytes) -> FrameBatch:
    """The batch that batch_to_bytes() took apart."""
    return FrameBatch(np.frombuffer(records, dtype=FRAME_DTYPE), np.frombuffer(heap, dtype=np.uint8))


def frame_to_plain(batch: FrameBatch, row: int = 0) -> Plain:
    """One frame of a batch as plain values, as an encoder wants them."""
    record = batch.records[row]
    flags = int(record["flags"]) & ~int(Flag.TX)
    dlc = int(DLC_TO_LENGTH[record["dlc"]]) if flags & Flag.REMOTE else int(record["length"])
    channel = int(record["channel"]) - 1 if record["channel"] else None
    return int(record["arbitration_id"]), flags, channel, dlc, batch.payload(row)
