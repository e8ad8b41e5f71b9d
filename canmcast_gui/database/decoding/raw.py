"""Raw values of one signal out of many frames at once, by shifts and masks on 64-bit words.

Bit order as in DBC files; see Signal. The bytes that hold a signal are read as one 64-bit word, in the
signal's own byte order, and one more byte where a signal of more than 57 bits lies across nine.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.database.model import Signal
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import Column, Words

Reader = Callable[[FrameBatch], Column]

WORD_BITS = 64

_FLOATS = {16: (np.uint16, np.float16), 32: (np.uint32, np.float32), 64: (np.uint64, np.float64)}


def raw_reader(signal: Signal) -> Reader:
    """What reads the raw value in each frame: uint64, int64, float64 or, beyond 64 bits, int objects.

    Every frame that is read must have ``signal.bytes_needed`` payload bytes.
    """
    if signal.length > WORD_BITS:
        return lambda batch: _wide_column(signal, batch)
    bits = _bits_reader(signal)
    if signal.is_float and signal.length in _FLOATS:
        return _float_reader(signal, bits)
    if not signal.signed or signal.length == 0:
        return bits
    spare, back = np.uint64(WORD_BITS - signal.length), np.int64(WORD_BITS - signal.length)
    return lambda batch: (bits(batch) << spare).view(np.int64) >> back


def raw_value(signal: Signal, payload: bytes) -> int | float:
    """The signal's raw value in one payload, which must have ``signal.bytes_needed`` bytes."""
    if signal.big_endian:
        shift = 8 * len(payload) - signal.first_bit - signal.length
        bits = int.from_bytes(payload, "big") >> shift
    else:
        bits = int.from_bytes(payload, "little") >> signal.start
    bits &= (1 << signal.length) - 1
    if signal.is_float and signal.length in _FLOATS:
        unsigned, floating = _FLOATS[signal.length]
        return float(np.array(bits, dtype=unsigned).view(floating))
    if signal.signed and signal.length and bits >> (signal.length - 1):
        return bits - (1 << signal.length)
    return bits


def _float_reader(signal: Signal, bits: Reader) -> Reader:
    unsigned, floating = _FLOATS[signal.length]

    def read(batch: FrameBatch) -> Column:
        with np.errstate(invalid="ignore"):  # a signalling not-a-number is a value like others
            return bits(batch).astype(unsigned).view(floating).astype(np.float64)

    return read


def _wide_column(signal: Signal, batch: FrameBatch) -> Column:
    """Texts and keys of more than 64 bits: rare, and whole numbers of any size to Python."""
    column = np.empty(len(batch), dtype=object)
    for row in range(len(batch)):
        column[row] = raw_value(signal, batch.payload(row))
    return column


def _bits_reader(signal: Signal) -> Reader:
    """What reads the signal's bits at the low end of a word, all others zero."""
    first_byte = max(0, signal.bytes_needed - 8)
    words = _word_reader(first_byte, signal.big_endian)
    skipped = signal.first_bit - 8 * first_byte
    mask = np.uint64((1 << signal.length) - 1)
    if skipped < 0:
        return _nine_byte_reader(signal, words, first_byte - 1, -skipped, mask)
    shift = np.uint64(WORD_BITS - skipped - signal.length if signal.big_endian else skipped)
    if not shift and signal.length == WORD_BITS:
        return words
    return lambda batch: (words(batch) >> shift) & mask


def _nine_byte_reader(signal: Signal, words: Reader, byte: int, count: int, mask: np.uint64) -> Reader:
    """Also reads the ``count`` bits that a signal has in the byte before the eight that are a word."""
    if signal.big_endian:
        low, shift = np.uint64((1 << count) - 1), np.uint64(signal.length - count)
        right = np.uint64(WORD_BITS + count - signal.length)

        def read(batch: FrameBatch) -> Column:
            extra = batch.heap[_places(batch, byte)].astype(np.uint64)
            return ((words(batch) >> right) | (extra & low) << shift) & mask

        return read
    left, rest = np.uint64(count), np.uint64(8 - count)

    def read_little(batch: FrameBatch) -> Column:
        extra = batch.heap[_places(batch, byte)].astype(np.uint64)
        return ((words(batch) << left) | (extra >> rest)) & mask

    return read_little


def _word_reader(first_byte: int, big_endian: bool) -> Reader:
    """What reads eight payload bytes of each frame as words."""
    order = ">u8" if big_endian else "<u8"
    if first_byte == 0:
        return lambda batch: batch.data.view(order)[:, 0].astype(np.uint64)

    def read(batch: FrameBatch) -> Words:
        # Every byte of the heap is the beginning of a word.
        words: npt.NDArray[Any] = np.ndarray((max(0, len(batch.heap) - 7),), order, batch.heap, 0, (1,))
        return words[_places(batch, first_byte)].astype(np.uint64, copy=False)

    return read


def _places(batch: FrameBatch, byte: int) -> npt.NDArray[np.int64]:
    """Where in the heap that byte of each payload is; all payloads are longer than 8."""
    return batch.records["payload_offset"].astype(np.int64) + byte
