"""Bit fields of payloads: the number that some bits encode, in one payload or in many at once.

Bits are numbered as in DBC files: 0..7 from the least significant of the first byte, 8..15 in the second, and
so on. A little-endian field starts at its least significant bit, a big-endian one at its most significant
bit.

Columns are read by shifts and masks on 64-bit words: the bytes that hold a field are one word in its
byte order, and one more byte where a field of more than 57 bits spans nine.
"""

from __future__ import annotations

import math
import struct
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal, TypeVar

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Bytes, Column, Words
from canmcast_gui.frames.batch import FrameBatch

Source = TypeVar("Source")

WORD_BITS = 64
WORD_BYTES = 8

_FLOATS = {16: "e", 32: "f", 64: "d"}


@dataclass(frozen=True, slots=True)
class BitField:
    """``length`` bits from ``start`` on. Floats have 16, 32 or 64 bits; with others ``is_float`` is ignored.

    *Bits* are the unsigned number that the bits of the field form; a *number* is their meaning.
    """

    start: int
    length: int
    big_endian: bool = False
    signed: bool = False
    is_float: bool = False

    @property
    def first_bit(self) -> int:
        """The first bit in the order in which bits are sent (big endian) or numbered (little endian)."""
        return 8 * (self.start // 8) + 7 - self.start % 8 if self.big_endian else self.start

    @property
    def bytes_needed(self) -> int:
        """The bytes that a payload must have to hold the field."""
        return (self.first_bit + self.length + 7) // 8

    @property
    def float_format(self) -> str:
        """The letter of struct and numpy for a float field; "" for others."""
        return _FLOATS.get(self.length, "") if self.is_float else ""

    @property
    def limits(self) -> tuple[int, int]:
        """The smallest and the largest whole number that the bits can encode."""
        if self.signed and self.length:
            return -(1 << (self.length - 1)), (1 << (self.length - 1)) - 1
        return 0, (1 << self.length) - 1

    def get(self, payload: bytes | bytearray) -> int:
        """The bits in a payload, which must have ``bytes_needed`` bytes."""
        order, shift = self._order_and_shift(len(payload))
        return (int.from_bytes(payload, order) >> shift) & ((1 << self.length) - 1)

    def put(self, payload: bytearray, bits: int) -> None:
        """Write the low ``length`` bits of ``bits``; the other bits of the payload stay."""
        order, shift = self._order_and_shift(len(payload))
        mask = ((1 << self.length) - 1) << shift
        number = int.from_bytes(payload, order)
        payload[:] = ((number & ~mask) | ((bits << shift) & mask)).to_bytes(len(payload), order)

    def number(self, bits: int) -> int | float:
        """The number that bits encode."""
        if self.float_format:
            packed = bits.to_bytes(self.length // 8, "big")
            return float(struct.unpack(f">{self.float_format}", packed)[0])
        is_negative = self.signed and self.length and bits >> (self.length - 1)
        return bits - (1 << self.length) if is_negative else bits

    def bits(self, number: float) -> int:
        """The bits of the nearest number that the field can hold. NaN needs a float field."""
        if self.float_format:
            return int.from_bytes(self._packed(number), "big")
        low, high = self.limits
        return round(min(max(number, low), high)) & ((1 << self.length) - 1)

    def _packed(self, number: float) -> bytes:
        try:
            return struct.pack(f">{self.float_format}", number)
        except OverflowError:
            return struct.pack(f">{self.float_format}", math.copysign(math.inf, number))

    def _order_and_shift(self, size: int) -> tuple[Literal["little", "big"], int]:
        if self.big_endian:
            return "big", 8 * size - self.first_bit - self.length
        return "little", self.start


def batch_reader(field: BitField) -> Callable[[FrameBatch], Column]:
    """A function that returns the field's numbers in a batch, one for each frame.

    They are uint64, int64 (signed), float64 (float), or Python ints in an object array beyond 64 bits. Every
    frame must have ``field.bytes_needed`` payload bytes.
    """
    if field.length > WORD_BITS:
        return lambda batch: _objects(field, [batch.payload(row) for row in range(len(batch))])
    return _numbers_reader(field, _words_of_batch, _bytes_of_batch)


def rows_reader(field: BitField) -> Callable[[Bytes], Column]:
    """As batch_reader, for uint8 arrays (n, width) with ``field.bytes_needed`` columns or more."""
    if field.length > WORD_BITS:
        return lambda rows: _objects(field, [row.tobytes() for row in rows])
    return _numbers_reader(field, _words_of_rows, _bytes_of_rows)


def _objects(field: BitField, payloads: list[bytes]) -> Column:
    """Texts and keys of more than 64 bits: rare, and whole numbers of any size to Python."""
    column = np.empty(len(payloads), dtype=object)
    column[:] = [field.number(field.get(payload)) for payload in payloads]
    return column


# A function that returns eight bytes of each payload as words, or one byte of each.
WordsReader = Callable[[int, bool], Callable[[Source], Words]]
BytesReader = Callable[[int], Callable[[Source], Words]]


def _numbers_reader(
    field: BitField, words_from: WordsReader[Source], bytes_at: BytesReader[Source]
) -> Callable[[Source], Column]:
    bits = _bits_reader(field, words_from, bytes_at)
    if field.float_format:
        return _float_reader(field, bits)
    if not field.signed or field.length == 0:
        return bits
    unused, back = np.uint64(WORD_BITS - field.length), np.int64(WORD_BITS - field.length)
    return lambda source: (bits(source) << unused).view(np.int64) >> back


def _float_reader(field: BitField, bits: Callable[[Source], Words]) -> Callable[[Source], Column]:
    unsigned, floating = np.dtype(f"u{field.length // 8}"), np.dtype(field.float_format)

    def read(source: Source) -> Column:
        with np.errstate(invalid="ignore"):  # a signaling NaN is a value like others
            return bits(source).astype(unsigned).view(floating).astype(np.float64)

    return read


def _bits_reader(
    field: BitField, words_from: WordsReader[Source], bytes_at: BytesReader[Source]
) -> Callable[[Source], Words]:
    """A function that returns the field's bits at the low end of a word, all others zero."""
    first_byte = max(0, field.bytes_needed - WORD_BYTES)
    words = words_from(first_byte, field.big_endian)
    skipped = field.first_bit - 8 * first_byte
    mask = np.uint64((1 << field.length) - 1)
    if skipped < 0:
        return _nine_byte_reader(field, words, bytes_at(first_byte - 1), -skipped)
    shift = np.uint64(WORD_BITS - skipped - field.length if field.big_endian else skipped)
    if not shift and field.length == WORD_BITS:
        return words
    return lambda source: (words(source) >> shift) & mask


def _nine_byte_reader(
    field: BitField, words: Callable[[Source], Words], extra: Callable[[Source], Words], count: int
) -> Callable[[Source], Words]:
    """Adds the ``count`` bits that the field has in the byte before the eight that are a word."""
    mask = np.uint64((1 << field.length) - 1)
    if field.big_endian:
        low, shift = np.uint64((1 << count) - 1), np.uint64(field.length - count)
        right = np.uint64(WORD_BITS + count - field.length)
        return lambda source: ((words(source) >> right) | (extra(source) & low) << shift) & mask
    left, right = np.uint64(count), np.uint64(8 - count)
    return lambda source: ((words(source) << left) | (extra(source) >> right)) & mask


def _word_type(big_endian: bool) -> str:
    return ">u8" if big_endian else "<u8"


def _words_of_batch(first_byte: int, big_endian: bool) -> Callable[[FrameBatch], Words]:
    order = _word_type(big_endian)
    if first_byte == 0:
        return lambda batch: batch.data.view(order)[:, 0].astype(np.uint64)

    def read(batch: FrameBatch) -> Words:
        # Each byte of the heap is the start of a word.
        words: npt.NDArray[Any] = np.ndarray(
            (max(0, len(batch.heap) - WORD_BYTES + 1),), order, batch.heap, 0, (1,)
        )
        return words[_heap_index(batch, first_byte)].astype(np.uint64, copy=False)

    return read


def _bytes_of_batch(index: int) -> Callable[[FrameBatch], Words]:
    return lambda batch: batch.heap[_heap_index(batch, index)].astype(np.uint64)


def _heap_index(batch: FrameBatch, byte: int) -> npt.NDArray[np.int64]:
    """Where in the heap that byte of each payload is; all payloads are longer than 8."""
    return batch.records["payload_offset"].astype(np.int64) + byte


def _words_of_rows(first_byte: int, big_endian: bool) -> Callable[[Bytes], Words]:
    order = _word_type(big_endian)

    def read(rows: Bytes) -> Words:
        part = rows[:, first_byte : first_byte + WORD_BYTES]
        words = np.zeros((len(rows), WORD_BYTES), dtype=np.uint8)
        words[:, : part.shape[1]] = part
        return words.view(order)[:, 0].astype(np.uint64)

    return read


def _bytes_of_rows(index: int) -> Callable[[Bytes], Words]:
    return lambda rows: rows[:, index].astype(np.uint64)
