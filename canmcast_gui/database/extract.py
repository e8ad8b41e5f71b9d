"""Raw values of one signal out of many frames at once, by shifts and masks on 64-bit words.

Bit order as in DBC files; see Signal. The bytes that hold a signal are read as one 64-bit word, in the
signal's own byte order, and one more byte where a signal of more than 57 bits lies across nine.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.database.model import Signal
from canmcast_gui.frames import FrameBatch

Words = npt.NDArray[np.uint64]
Column = npt.NDArray[Any]

_FLOATS = {16: (np.uint16, np.float16), 32: (np.uint32, np.float32), 64: (np.uint64, np.float64)}


def raw_column(signal: Signal, batch: FrameBatch) -> Column:
    """The signal's raw value in each frame: uint64, int64 or float64 (n,).

    Every frame of ``batch`` must have ``signal.bytes_needed`` payload bytes.
    """
    bits = _low_bits(signal, batch)
    if signal.is_float:
        unsigned, floating = _FLOATS[signal.length]
        with np.errstate(invalid="ignore"):  # a signalling not-a-number is a value like others
            return bits.astype(unsigned).view(floating).astype(np.float64)
    if not signal.signed or signal.length == 0:
        return bits
    spare = np.uint64(64 - signal.length)
    return (bits << spare).view(np.int64) >> spare.astype(np.int64)


def raw_value(signal: Signal, payload: bytes) -> int | float:
    """The signal's raw value in one payload, which must have ``signal.bytes_needed`` bytes."""
    if signal.big_endian:
        shift = 8 * len(payload) - signal.first_bit - signal.length
        bits = int.from_bytes(payload, "big") >> shift
    else:
        bits = int.from_bytes(payload, "little") >> signal.start
    bits &= (1 << signal.length) - 1
    if signal.is_float:
        unsigned, floating = _FLOATS[signal.length]
        return float(np.array(bits, dtype=unsigned).view(floating))
    if signal.signed and bits >> (signal.length - 1):
        return bits - (1 << signal.length)
    return bits


def _low_bits(signal: Signal, batch: FrameBatch) -> Words:
    """The signal's bits at the low end of a word, all others zero."""
    last_byte = signal.bytes_needed
    first_byte = max(0, last_byte - 8)
    words = _words(batch, first_byte, signal.big_endian)
    skipped = signal.first_bit - 8 * first_byte
    if signal.big_endian:
        bits = words >> np.uint64(64 - skipped - signal.length)
    elif skipped >= 0:
        bits = words >> np.uint64(skipped)
    else:
        bits = words << np.uint64(-skipped)
    if skipped < 0:
        bits = bits | _ninth_byte(signal, batch, first_byte - 1, -skipped)
    return bits & np.uint64((1 << signal.length) - 1)


def _ninth_byte(signal: Signal, batch: FrameBatch, byte: int, count: int) -> Words:
    """The ``count`` bits that a signal has in the byte before the eight that were read as a word."""
    extra = batch.heap[_places(batch, byte)].astype(np.uint64)
    if signal.big_endian:
        return (extra & np.uint64((1 << count) - 1)) << np.uint64(signal.length - count)
    return extra >> np.uint64(8 - count)


def _words(batch: FrameBatch, first_byte: int, big_endian: bool) -> Words:
    """Eight payload bytes of each frame as words."""
    order = ">u8" if big_endian else "<u8"
    if first_byte == 0:
        return batch.data.view(order)[:, 0].astype(np.uint64)
    # Every byte of the heap is the beginning of a word.
    words: npt.NDArray[Any] = np.ndarray((max(0, len(batch.heap) - 7),), order, batch.heap, 0, (1,))
    return words[_places(batch, first_byte)].astype(np.uint64, copy=False)


def _places(batch: FrameBatch, byte: int) -> npt.NDArray[np.int64]:
    """Where in the heap that byte of each payload is; all payloads are longer than 8."""
    return batch.records["payload_offset"].astype(np.int64) + byte
