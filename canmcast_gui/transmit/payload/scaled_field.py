"""Bits of a payload as a number, and back: where a changing value stands."""

from __future__ import annotations

import math
import struct
from dataclasses import dataclass
from typing import Literal

_FLOATS = {16: "e", 32: "f", 64: "d"}
# Larger whole numbers are beyond the floats, which others make of them.
_FLOAT_BITS = 1023


@dataclass(frozen=True, slots=True)
class Field:
    """``length`` bits from ``start`` on, by the DBC convention.

    ``start`` is the least significant bit of a little-endian field and the most significant one of a
    big-endian field; bits count 0..7 from the least significant of each byte. ``scale`` and ``offset`` make
    a value of the raw number: value = raw * scale + offset.
    """

    start: int
    length: int
    big_endian: bool = False
    signed: bool = False
    is_float: bool = False
    scale: float = 1
    offset: float = 0

    @property
    def bytes_needed(self) -> int:
        """How long a payload must be to hold it."""
        first = 8 * (self.start // 8) + 7 - self.start % 8 if self.big_endian else self.start
        return (first + self.length + 7) // 8

    def limits(self) -> tuple[float, float]:
        """The smallest and the largest value that its bits can say."""
        if self.is_float:
            return -3.4e38, 3.4e38
        low = -(1 << (self.length - 1)) if self.signed else 0
        high = (1 << (self.length - 1)) - 1 if self.signed else (1 << self.length) - 1
        ends = low * self.scale + self.offset, high * self.scale + self.offset
        return min(ends), max(ends)

    def raw_of(self, value: float) -> int:
        """The bits for a value, as an unsigned number; the nearest there is."""
        if self.is_float and self.length in _FLOATS:
            return int.from_bytes(self._packed(self._unscaled(value)), "big")
        whole = isinstance(value, int) and self.scale == 1 and float(self.offset).is_integer()
        raw = value - int(self.offset) if whole else self._unscaled(value)
        low = -(1 << (self.length - 1)) if self.signed else 0
        high = (1 << (self.length - 1)) - 1 if self.signed else (1 << self.length) - 1
        return round(min(max(raw, low), high)) & ((1 << self.length) - 1)

    def value_of(self, raw: int) -> int | float:
        """The value that bits, an unsigned number, stand for: an int where scale and offset are whole."""
        number: int | float = raw
        if self.is_float and self.length in _FLOATS:
            packed = raw.to_bytes(self.length // 8, "big")
            number = struct.unpack(f">{_FLOATS[self.length]}", packed)[0]
        elif self.signed and self.length and raw >> (self.length - 1):
            number = raw - (1 << self.length)
        if isinstance(number, int) and float(self.scale).is_integer() and float(self.offset).is_integer():
            whole = number * int(self.scale) + int(self.offset)
            return whole if whole.bit_length() <= _FLOAT_BITS else math.inf if whole > 0 else -math.inf
        return number * self.scale + self.offset

    def _unscaled(self, value: float) -> float:
        """The raw number of a value; 0 where the scale is 0, so that all raw numbers have the same value."""
        if not self.scale:
            return 0.0
        try:
            return (value - self.offset) / self.scale
        except OverflowError:
            return math.inf if (value > 0) == (self.scale > 0) else -math.inf

    def _packed(self, number: float) -> bytes:
        try:
            return struct.pack(f">{_FLOATS[self.length]}", number)
        except OverflowError:
            return struct.pack(f">{_FLOATS[self.length]}", math.copysign(math.inf, number))

    def put(self, payload: bytearray, raw: int) -> None:
        """Write the bits of ``raw``; the others stay. The payload must be long enough."""
        order, shift = self._place(len(payload))
        mask = ((1 << self.length) - 1) << shift
        number = int.from_bytes(payload, order)
        payload[:] = ((number & ~mask) | ((raw << shift) & mask)).to_bytes(len(payload), order)

    def get(self, payload: bytes | bytearray) -> int:
        """The bits, as an unsigned number."""
        order, shift = self._place(len(payload))
        return (int.from_bytes(payload, order) >> shift) & ((1 << self.length) - 1)

    def _place(self, size: int) -> tuple[Literal["little", "big"], int]:
        if not self.big_endian:
            return "little", self.start
        first = 8 * (self.start // 8) + 7 - self.start % 8
        return "big", size * 8 - first - self.length
