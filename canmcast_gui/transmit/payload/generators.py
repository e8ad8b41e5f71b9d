"""Data that changes from frame to frame, computed in the transmit process for the time of sending.

A change is plain values, so that it can be stored and handed to the process: ``kind`` says what it is, the
others are named in the classes below. Values come first, then counters, then what protects them.
"""

from __future__ import annotations

import math
import random
from collections.abc import Callable, Sequence
from dataclasses import fields
from typing import Any

from canmcast_gui.frames.units import NS_PER_MS
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.payload.checksums import checksum
from canmcast_gui.transmit.payload.scaled_field import Field

# What a change does to a payload: for the n-th frame of its job, so many ns after the first one.
Step = Callable[[bytearray, int, int], None]

_ORDER = {"counter": 1, "checksum": 2, "e2e": 3}
# Values of a list or a CSV column: more belong into a replay.
MOST_VALUES = 100_000


def compile_changes(changes: Sequence[dict[str, Any]], size: int) -> list[Step]:
    """What the changes do to payloads of ``size`` bytes, in order. Raises TransmitError for a wrong one."""
    steps = []
    for change in sorted(changes, key=lambda one: _ORDER.get(str(one.get("kind")), 0)):
        make = _KINDS.get(str(change.get("kind")))
        if make is None:
            raise TransmitError(f"There is no change of the kind {change.get('kind')}.")
        try:
            steps.append(make(change, size))
        except (KeyError, TypeError, ValueError, ArithmeticError) as error:
            raise TransmitError(f"This change is not complete or has a wrong value: {error}.") from error
    return steps


def field_of(change: dict[str, Any], size: int) -> Field:
    """Where a change stands; raises TransmitError where that lies outside of the payload."""
    values = change["field"]
    place = Field(**{one.name: values[one.name] for one in fields(Field) if one.name in values})
    if place.length < 1 or place.start < 0 or place.bytes_needed > size:
        raise TransmitError(f"The bits of a change lie outside of the frame's {size} bytes.")
    return place


def _counter(change: dict[str, Any], size: int) -> Step:
    """``first`` up to ``last`` in steps of ``step``, and again."""
    place = field_of(change, size)
    first = int(change.get("first", 0))
    last = int(change.get("last", (1 << place.length) - 1))
    step = int(change.get("step", 1))
    count = (last - first) // step + 1
    if count < 1 or last >= 1 << place.length or first < 0:
        raise TransmitError(f"A counter cannot go from {first} to {last} in {place.length} bits.")

    def work(payload: bytearray, number: int, _since_ns: int) -> None:
        place.put(payload, first + number % count * step)

    return work


def _wave(shape: Callable[[float], float]) -> Callable[[dict[str, Any], int], Step]:
    """From ``low`` to ``high`` over ``period_ms``; ``shape`` maps the part of a period to 0..1."""

    def make(change: dict[str, Any], size: int) -> Step:
        place = field_of(change, size)
        low, high = float(change["low"]), float(change["high"])
        period_ns = round(float(change["period_ms"]) * NS_PER_MS)
        if period_ns <= 0:
            raise TransmitError("A waveform needs a period longer than 0 ms.")
        _check_range(place, low, high)

        def work(payload: bytearray, _number: int, since_ns: int) -> None:
            part = since_ns % period_ns / period_ns
            place.put(payload, place.raw_of(low + (high - low) * shape(part)))

        return work

    return make


def _random(change: dict[str, Any], size: int) -> Step:
    """Between ``low`` and ``high``; the same ``seed`` makes the same values."""
    place = field_of(change, size)
    low, high = float(change["low"]), float(change["high"])
    _check_range(place, low, high)
    source = random.Random(change.get("seed"))

    def work(payload: bytearray, _number: int, _since_ns: int) -> None:
        place.put(payload, place.raw_of(source.uniform(low, high)))

    return work


def _list(change: dict[str, Any], size: int) -> Step:
    """One of ``values`` for each frame, or for each ``period_ms`` where that is given; then again."""
    place = field_of(change, size)
    values = [float(value) for value in change["values"]]
    if not 1 <= len(values) <= MOST_VALUES:
        raise TransmitError(f"A list needs 1 to {MOST_VALUES:,} values; it has {len(values):,}.")
    _check_range(place, min(values), max(values))
    raws = [place.raw_of(value) for value in values]
    hold_ns = round(float(change.get("period_ms") or 0) * NS_PER_MS)

    def work(payload: bytearray, number: int, since_ns: int) -> None:
        place.put(payload, raws[(since_ns // hold_ns if hold_ns else number) % len(raws)])

    return work


def _checksum(change: dict[str, Any], size: int) -> Step:
    """``algorithm`` over ``prefix`` and the bytes ``first_byte`` to ``last_byte`` but those of its field."""
    place = field_of(change, size)
    compute = checksum(str(change["algorithm"]))
    prefix = bytes(change.get("prefix", b""))
    first, last = int(change.get("first_byte", 0)), int(change.get("last_byte", size - 1))
    if not 0 <= first <= last < size:
        raise TransmitError(f"A checksum cannot cover bytes {first} to {last} of {size}.")
    probe = bytearray(size)
    place.put(probe, (1 << place.length) - 1)
    covered = [byte for byte in range(first, last + 1) if not probe[byte]]

    def work(payload: bytearray, _number: int, _since_ns: int) -> None:
        place.put(payload, compute(prefix + bytes(payload[byte] for byte in covered)))

    return work


def _e2e(change: dict[str, Any], size: int) -> Step:
    """AUTOSAR E2E ``profile`` 1, 2 or 5 with ``data_id`` (profile 2: 16 bytes), header at byte ``offset``."""
    profile, offset = int(change["profile"]), int(change.get("offset", 0))
    try:
        from e2e import p01, p02, p05
    except ImportError:
        raise TransmitError(
            "AUTOSAR E2E needs the library autosar-e2e: install canmcast with the extra e2e."
        ) from None
    if profile == 2:
        identifiers = bytes(change["data_id"])
        if len(identifiers) != 16 or size < 2:
            raise TransmitError("E2E profile 2 needs a list of 16 data ids, and 2 bytes at least.")
        return _protected(
            size, 15, lambda data: p02.e2e_p02_protect(data, identifiers, increment_counter=False), 1
        )
    data_id = int(change["data_id"])
    if not 0 <= data_id <= 0xFFFF or not 0 <= offset <= size - 3:
        raise TransmitError("E2E needs a data id of 16 bits, and a header that lies within the frame.")
    if profile == 1:
        mode = getattr(p01, f"E2E_P01_DATAID_{str(change.get('mode', 'both')).upper()}", None)
        if mode is None:
            raise TransmitError("E2E profile 1 includes its data id as both, alt, low or nibble.")

        def protect(data: bytearray) -> None:
            p01.e2e_p01_protect(data, data_id, data_id_mode=mode, offset=offset, increment_counter=False)

        return _protected(size, 14, protect, offset + 1)
    if profile == 5:

        def protect_5(data: bytearray) -> None:
            p05.e2e_p05_protect(data, data_id, offset=offset, increment_counter=False)

        return _protected(size, 255, protect_5, offset + 2)
    raise TransmitError(f"E2E profile {profile} is not known; choose 1, 2 or 5.")


def _protected(size: int, last: int, protect: Callable[[bytearray], None], byte: int) -> Step:
    """A step that writes the counter (0 to ``last``, in ``byte``) and lets the library compute the rest."""
    narrow = last < 16
    place = Field(8 * byte, 4 if narrow else 8)
    assert place.bytes_needed <= size

    def work(payload: bytearray, number: int, _since_ns: int) -> None:
        place.put(payload, number % (last + 1))
        protect(payload)

    return work


def _check_range(place: Field, low: float, high: float) -> None:
    least, most = place.limits()
    for value in (low, high):
        if not least <= value <= most:
            raise TransmitError(f"{value:g} does not fit: its bits hold {least:g} to {most:g}.")


_KINDS: dict[str, Callable[[dict[str, Any], int], Step]] = {
    "counter": _counter,
    "sine": _wave(lambda part: 0.5 - 0.5 * math.cos(2 * math.pi * part)),
    "ramp": _wave(lambda part: part),
    "triangle": _wave(lambda part: 1 - abs(2 * part - 1)),
    "step": _wave(lambda part: float(part >= 0.5)),
    "random": _random,
    "list": _list,
    "checksum": _checksum,
    "e2e": _e2e,
}


class ChangingData:
    """The payloads of one job: its base, and what is done to it for each frame."""

    def __init__(self, base: bytes, changes: Sequence[dict[str, Any]]) -> None:
        """Raises TransmitError for a change that does not fit."""
        self.base = base
        self.changes = list(changes)
        self._steps = compile_changes(changes, len(base))
        self._number = 0
        self._first_ns: int | None = None

    def at(self, due_ns: int) -> bytes:
        """The payload of the next frame, which is due then."""
        if self._first_ns is None:
            self._first_ns = due_ns
        payload = bytearray(self.base)
        for step in self._steps:
            step(payload, self._number, due_ns - self._first_ns)
        self._number += 1
        return bytes(payload)

    def go_on_from(self, earlier: ChangingData) -> None:
        """Count on where another one has got to, whose place this one takes."""
        self._number, self._first_ns = earlier._number, earlier._first_ns
