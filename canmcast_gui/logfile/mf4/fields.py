"""Channels of a group: where in a record a value stands, and how it becomes what it means; by columns."""

from __future__ import annotations

import struct
from dataclasses import dataclass

import numpy as np

from canmcast_gui.frames.arrays import Bytes, Column
from canmcast_gui.logfile.mf4.blocks import Block, BlockError, Blocks

# Kinds of channels: of fixed length, of variable length, virtual (counted, not stored).
FIXED, VARIABLE, VIRTUAL_MASTER, VIRTUAL = 0, 1, 3, 6
_CHANNEL = struct.Struct("<BBBBLLL")
_CONVERSION = struct.Struct("<BBHHHdd")
_LINEAR, _TABLE_BETWEEN, _TABLE = 1, 4, 5

_UNSIGNED, _SIGNED, _FLOAT, _TEXT = "u", "i", "f", "S"
# Data types by number: unsigned, signed, float (each little and big endian), texts, bytes.
_TYPES = ("u<", "u>", "i<", "i>", "f<", "f>", "S<", "S<", "S<", "S<", "V<")
_MOST_BYTES = 9


@dataclass(frozen=True)
class Conversion:
    """From the stored value to the one that is meant: a line, or a table (keys ascending) without steps."""

    offset: float = 0.0
    factor: float = 1.0
    keys: Column | None = None
    values: Column | None = None

    def apply(self, raw: Column) -> Column:
        """The values that are meant; whole numbers stay so where they can."""
        if self.keys is not None and self.values is not None:
            places = np.clip(np.searchsorted(self.keys, raw), 0, len(self.keys) - 1)
            found: Column = self.values[places]
            return found
        if self.offset == 0 and self.factor == 1:
            return raw
        return raw * self.factor + self.offset


@dataclass(frozen=True)
class Field:
    """One channel: its kind, the type of its value, and its place in a record, in bytes and bits."""

    kind: int
    form: str
    byte: int
    bit: int
    bits: int
    conversion: Conversion
    data: int = 0

    @property
    def width(self) -> int:
        """The bytes in which the value stands."""
        return (self.bit + self.bits + 7) // 8

    def fits(self, record_bytes: int) -> bool:
        """Whether it lies in a record of that size and can be read as a number."""
        return self.byte + self.width <= record_bytes

    def raw(self, rows: Bytes) -> Column:
        """The stored values of records, uint8 (n, bytes); a virtual channel counts them."""
        if self.kind in (VIRTUAL, VIRTUAL_MASTER):
            return np.arange(len(rows), dtype=np.int64)
        part = np.ascontiguousarray(rows[:, self.byte : self.byte + self.width])
        if self.form[0] == _TEXT:
            return part.view(f"S{self.width}")[:, 0]
        if self.bit == 0 and self.bits in (8, 16, 32, 64) and self.form[0] in "uif" and self.form != "f8":
            return part.view(f"{self.form[1]}{self.form[0]}{self.width}")[:, 0]
        return self._bits(part)

    def values(self, rows: Bytes) -> Column:
        """What the records mean by this channel."""
        if self.kind == VIRTUAL:
            # Constants are virtual channels whose conversion has no slope.
            return self.conversion.apply(np.zeros(len(rows), dtype=np.int64))
        return self.conversion.apply(self.raw(rows))

    def _bits(self, part: Bytes) -> Column:
        number = np.zeros(len(part), dtype=np.uint64)
        order = range(self.width) if self.form[1] == "<" else range(self.width - 1, -1, -1)
        for place, column in enumerate(order):
            shift = 8 * place - self.bit
            value = part[:, column].astype(np.uint64)
            number |= value << np.uint64(shift) if shift >= 0 else value >> np.uint64(-shift)
        if self.bits < 64:
            number &= np.uint64((1 << self.bits) - 1)
        if self.form[0] == _SIGNED:
            if self.bits == 64:
                return number.view(np.int64)
            sign = np.int64(1 << (self.bits - 1))
            return (number.astype(np.int64) ^ sign) - sign
        return number


def field_of(blocks: Blocks, channel: Block) -> Field:
    """The channel that a block describes. Raises BlockError."""
    if len(channel.data) < _CHANNEL.size:
        raise BlockError(f"byte {channel.at}: a channel that is not whole")
    kind, _, form, bit, byte, bits, _ = _CHANNEL.unpack_from(channel.data)
    if form >= len(_TYPES) or bit > 7:
        raise BlockError(f"byte {channel.at}: a channel of unknown type {form}")
    name = _TYPES[form]
    if name[0] in "uif" and (bit + bits + 7) // 8 > _MOST_BYTES:
        raise BlockError(f"byte {channel.at}: a number of {bits} bits")
    if name[0] == _FLOAT and bits not in (16, 32, 64):
        raise BlockError(f"byte {channel.at}: a float of {bits} bits")
    return Field(kind, name, byte, bit, bits, _conversion(blocks, channel.link(4)), channel.link(5))


def _conversion(blocks: Blocks, at: int) -> Conversion:
    if not at:
        return Conversion()
    data = blocks.block(at, "CC").data
    if len(data) < _CONVERSION.size:
        raise BlockError(f"byte {at}: a conversion that is not whole")
    kind, _, _, _, count, _, _ = _CONVERSION.unpack_from(data)
    count = min(count, (len(data) - _CONVERSION.size) // 8)
    numbers = np.frombuffer(data, "<f8", count, _CONVERSION.size)
    if not np.isfinite(numbers).all():
        raise BlockError(f"byte {at}: a conversion with numbers that are none")
    if kind == _LINEAR and count >= 2:
        return Conversion(float(numbers[0]), float(numbers[1]))
    if kind in (_TABLE_BETWEEN, _TABLE) and count >= 2:
        pairs = numbers[: count // 2 * 2].reshape(-1, 2)
        pairs = pairs[np.argsort(pairs[:, 0], kind="stable")]
        return Conversion(keys=pairs[:, 0], values=pairs[:, 1])
    return Conversion()  # texts: the stored number says the same
