"""What generates payloads: the bits that are written, the base of all generators, the payloads of one job."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import ClassVar

from msgspec import Struct

from canmcast_gui.frames.bitfield import BitField
from canmcast_gui.transmit.errors import TransmitError

# Larger whole numbers are beyond the floats that others make of them.
_FLOAT_BITS = 1023

# Changes a payload: that of the n-th frame (from 0) of its job, which is due a time in ns after the first.
Apply = Callable[[bytearray, int, int], None]


@dataclass(frozen=True, slots=True)
class ScaledField(BitField):
    """A bit field whose number means a value: value = number * scale + offset."""

    scale: float = 1
    offset: float = 0

    @property
    def value_limits(self) -> tuple[float, float]:
        """The smallest and the largest value that its bits can mean."""
        if self.is_float:
            return -3.4e38, 3.4e38
        low, high = self.limits
        ends = low * self.scale + self.offset, high * self.scale + self.offset
        return min(ends), max(ends)

    def bits_of(self, value: float) -> int:
        """The bits for a value, as an unsigned number; the nearest that are possible."""
        if isinstance(value, int) and not self.float_format and self._keeps_integers and self.scale == 1:
            return self.bits(value - int(self.offset))
        return self.bits(self._unscaled(value))

    def value_of(self, bits: int) -> int | float:
        """The value of bits: an int if the number, scale and offset are whole."""
        number = self.number(bits)
        if isinstance(number, int) and self._keeps_integers:
            whole = number * int(self.scale) + int(self.offset)
            return whole if whole.bit_length() <= _FLOAT_BITS else math.inf if whole > 0 else -math.inf
        return number * self.scale + self.offset

    @property
    def _keeps_integers(self) -> bool:
        return float(self.scale).is_integer() and float(self.offset).is_integer()

    def _unscaled(self, value: float) -> float:
        """The number of a value; 0 if the scale is 0, so that all numbers have the same value."""
        if not self.scale:
            return 0.0
        try:
            return (value - self.offset) / self.scale
        except OverflowError:
            return math.inf if (value > 0) == (self.scale > 0) else -math.inf


class PayloadGenerator(Struct, frozen=True, tag=True, array_like=True):
    """Changes a part of a payload from frame to frame. The fields of a subclass are its parameters.

    Generators are applied by their ``order``: values, then counters, then what protects both.
    """

    order: ClassVar[int] = 0

    def start(self, size: int) -> Apply:
        """Check the parameters for payloads of ``size`` bytes, and begin.

        Raises TransmitError; ValueError, TypeError and ArithmeticError mean a value that is out of range.
        """
        raise NotImplementedError


def start_all(generators: Sequence[PayloadGenerator], size: int) -> list[Apply]:
    """The changes for payloads of ``size`` bytes, in order. Raises TransmitError for wrong parameters."""
    changes = []
    for generator in sorted(generators, key=lambda generator: generator.order):
        try:
            changes.append(generator.start(size))
        except (TypeError, ValueError, ArithmeticError) as error:
            raise TransmitError(f"This generator has a wrong value: {error}.") from error
    return changes


def check_field(field: ScaledField, size: int) -> None:
    """Raise TransmitError if a field is not inside payloads of ``size`` bytes."""
    if field.length < 1 or field.start < 0 or field.bytes_needed > size:
        raise TransmitError(f"The generated bits are outside of the frame's {size} bytes.")


class GeneratedPayload:
    """The payloads of one job: ``base``, changed by generators for each frame."""

    def __init__(self, base: bytes, generators: Sequence[PayloadGenerator]) -> None:
        """Raises TransmitError for a generator that does not fit."""
        self._base = base
        self._changes = start_all(generators, len(base))
        self._number = 0
        self._first_ns: int | None = None

    def at(self, due_ns: int) -> bytes:
        """The payload of the next frame, which is due then."""
        if self._first_ns is None:
            self._first_ns = due_ns
        payload = bytearray(self._base)
        for change in self._changes:
            change(payload, self._number, due_ns - self._first_ns)
        self._number += 1
        return bytes(payload)

    def continue_from(self, earlier: GeneratedPayload) -> None:
        """Count on from another one, which this one replaces."""
        self._number, self._first_ns = earlier._number, earlier._first_ns
