"""Generators of counters, waveforms, random values and lists."""

from __future__ import annotations

import math
import random
from typing import ClassVar

from canmcast_gui.frames.units import NS_PER_MS
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.payload.generator import Apply, PayloadGenerator, ScaledField, check_field

# Values of a list or of a CSV column: for more, a replay is better.
MAX_VALUES = 100_000
# Seeds are 64-bit numbers in messages.
MAX_SEED = (1 << 63) - 1


class Counter(PayloadGenerator, frozen=True):
    """From ``first`` to ``last`` (None: the largest number of the bits) in steps of ``step``, and again."""

    order: ClassVar[int] = 1

    field: ScaledField
    first: int = 0
    last: int | None = None
    step: int = 1

    def start(self, size: int) -> Apply:
        """See PayloadGenerator."""
        check_field(self.field, size)
        field, first, step = self.field, self.first, self.step
        largest = (1 << field.length) - 1
        last = largest if self.last is None else self.last
        count = (last - first) // step + 1
        if count < 1 or last > largest or first < 0:
            raise TransmitError(f"A counter cannot go from {first} to {last} in {field.length} bits.")

        def apply(payload: bytearray, number: int, _since_ns: int) -> None:
            field.put(payload, first + number % count * step)

        return apply


class _Waveform(PayloadGenerator, frozen=True):
    """From ``low`` to ``high`` over ``period_ms``."""

    field: ScaledField
    low: float
    high: float
    period_ms: float

    def shape(self, part: float) -> float:
        """The value, from 0 to 1, at a part of the period, from 0 to 1."""
        raise NotImplementedError

    def start(self, size: int) -> Apply:
        """See PayloadGenerator."""
        field, shape, low, height = self.field, self.shape, float(self.low), float(self.high - self.low)
        period_ns = round(float(self.period_ms) * NS_PER_MS)
        if period_ns <= 0:
            raise TransmitError("A waveform needs a period longer than 0 ms.")
        check_field(field, size)
        _check_values(field, low, float(self.high))

        def apply(payload: bytearray, _number: int, since_ns: int) -> None:
            field.put(payload, field.bits_of(low + height * shape(since_ns % period_ns / period_ns)))

        return apply


class Sine(_Waveform, frozen=True):
    """Begins and ends at ``low``."""

    def shape(self, part: float) -> float:
        """See _Waveform."""
        return 0.5 - 0.5 * math.cos(2 * math.pi * part)


class Ramp(_Waveform, frozen=True):
    """Rises, then starts again."""

    def shape(self, part: float) -> float:
        """See _Waveform."""
        return part


class Triangle(_Waveform, frozen=True):
    """Rises for half of the period, then falls."""

    def shape(self, part: float) -> float:
        """See _Waveform."""
        return 1 - abs(2 * part - 1)


class StepWave(_Waveform, frozen=True):
    """``low`` for half of the period, then ``high``."""

    def shape(self, part: float) -> float:
        """See _Waveform."""
        return float(part >= 0.5)


class RandomValue(PayloadGenerator, frozen=True):
    """Between ``low`` and ``high``; the same ``seed`` makes the same values."""

    field: ScaledField
    low: float
    high: float
    seed: int = 0

    def start(self, size: int) -> Apply:
        """See PayloadGenerator."""
        field, low, high = self.field, float(self.low), float(self.high)
        if not -MAX_SEED <= self.seed <= MAX_SEED:
            raise TransmitError(f"A seed of {self.seed} is not possible; choose one up to {MAX_SEED}.")
        check_field(field, size)
        _check_values(field, low, high)
        uniform = random.Random(self.seed).uniform

        def apply(payload: bytearray, _number: int, _since_ns: int) -> None:
            field.put(payload, field.bits_of(uniform(low, high)))

        return apply


class ValueList(PayloadGenerator, frozen=True):
    """One of ``values`` for each frame, or for each ``period_ms`` if that is not 0; then again."""

    field: ScaledField
    values: tuple[float, ...]
    period_ms: float = 0.0

    def start(self, size: int) -> Apply:
        """See PayloadGenerator."""
        field, values = self.field, [float(value) for value in self.values]
        if not 1 <= len(values) <= MAX_VALUES:
            raise TransmitError(f"A list needs 1 to {MAX_VALUES:,} values; it has {len(values):,}.")
        check_field(field, size)
        _check_values(field, min(values), max(values))
        rows = [field.bits_of(value) for value in values]
        hold_ns = round(float(self.period_ms) * NS_PER_MS)

        def apply(payload: bytearray, number: int, since_ns: int) -> None:
            field.put(payload, rows[(since_ns // hold_ns if hold_ns else number) % len(rows)])

        return apply


def _check_values(field: ScaledField, low: float, high: float) -> None:
    least, most = field.value_limits
    for value in (low, high):
        if not least <= value <= most:
            raise TransmitError(f"{value:g} does not fit: its bits hold {least:g} to {most:g}.")
