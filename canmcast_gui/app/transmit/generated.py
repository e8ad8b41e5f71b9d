"""What the generators of a row make of its payload: which signals they write, and the next payloads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from canmcast_gui.app.transmit.message_rows import field_of
from canmcast_gui.app.transmit.parsing.generator_text import FindSignal, parse_generators, split_generators
from canmcast_gui.app.transmit.row import RowError, TransmitRow
from canmcast_gui.database import Signal
from canmcast_gui.transmit import TransmitError
from canmcast_gui.transmit.payload import (
    AnyGenerator,
    E2EProfile1,
    E2EProfile2,
    E2EProfile5,
    ScaledField,
)
from canmcast_gui.transmit.payload.generator import GeneratedPayload

# The headers of E2E profiles: their first byte relative to the offset, and their bits.
_HEADERS: tuple[tuple[type, bytes], ...] = (
    (E2EProfile1, b"\xff\x0f"),
    (E2EProfile2, b"\xff\x0f"),
    (E2EProfile5, b"\xff\xff\xff"),
)


@dataclass(frozen=True)
class Part:
    """One generator of a row: its text, and the bits that it writes, as a number of the payload's size."""

    text: str
    mask: int


def parts_of(row: TransmitRow, signal: FindSignal) -> list[Part]:
    """The generators of a row; those that are not valid have no bits."""
    size = len(row.data)
    parts = []
    for text in split_generators(row.generators):
        try:
            (generator,) = parse_generators(text, size, signal)
        except RowError:
            parts.append(Part(text, 0))
        else:
            parts.append(Part(text, _mask(generator, size)))
    return parts


def driver_of(signal: Signal, parts: Sequence[Part], size: int) -> str:
    """The text of the generator that writes a signal, "" if none does."""
    field = field_of(signal)
    if field.bytes_needed > size:
        return ""
    bits = _field_mask(field, size)
    return next((part.text for part in parts if part.mask & bits), "")


def generated_bytes(parts: Sequence[Part], size: int) -> set[int]:
    """The numbers of the bytes that generators write, wholly or in part."""
    mask = 0
    for part in parts:
        mask |= part.mask
    return {number for number, byte in enumerate(mask.to_bytes(size, "big")) if byte}


def preview(row: TransmitRow, signal: FindSignal, count: int) -> list[bytes]:
    """The first payloads of a row; raises RowError if its generators are not valid."""
    generators = parse_generators(row.generators, len(row.data), signal)
    try:
        payload = GeneratedPayload(row.data, generators)
    except TransmitError as error:
        raise RowError(str(error)) from error
    return [payload.at(number * row.period_ns) for number in range(count)]


def _mask(generator: AnyGenerator, size: int) -> int:
    for kind, header in _HEADERS:
        if isinstance(generator, kind):
            offset = getattr(generator, "offset", 0)
            return int.from_bytes((bytes(offset) + header).ljust(size, b"\0")[:size], "big")
    field = getattr(generator, "field", None)
    assert isinstance(field, ScaledField)
    return _field_mask(field, size)


def _field_mask(field: ScaledField, size: int) -> int:
    payload = bytearray(size)
    field.put(payload, (1 << field.length) - 1)
    return int.from_bytes(payload, "big")


def kind_title(text: str) -> str:
    """What a generator is, in one word."""
    name = text.split("(", 1)[0].strip().lower()
    return {"counter": "counter", "checksum": "checksum"}.get(name, "E2E" if name.startswith("e2e") else name)
