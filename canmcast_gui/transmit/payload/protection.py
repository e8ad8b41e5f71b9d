"""Generators that protect a payload: checksums, and AUTOSAR E2E profiles with their counter."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache
from types import ModuleType
from typing import ClassVar

from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.payload.generator import Apply, PayloadGenerator, ScaledField, check_field

Compute = Callable[[bytes], int]

# Common names in addition to those of the CRC RevEng catalog.
_ALIASES = {
    "crc8": "crc8saej1850",
    "j1850": "crc8saej1850",
    "crc8h2f": "crc8autosar",
    "crc16": "crc16ccittfalse",
}


class Checksum(PayloadGenerator, frozen=True):
    """``algorithm`` over ``prefix`` and the bytes ``first_byte`` to ``last_byte`` but those of its field."""

    order: ClassVar[int] = 2

    field: ScaledField
    algorithm: str
    first_byte: int = 0
    last_byte: int | None = None
    prefix: bytes = b""

    def start(self, size: int) -> Apply:
        """See PayloadGenerator."""
        check_field(self.field, size)
        field, prefix, compute = self.field, self.prefix, checksum(self.algorithm)
        first, last = self.first_byte, size - 1 if self.last_byte is None else self.last_byte
        if not 0 <= first <= last < size:
            raise TransmitError(f"A checksum cannot cover bytes {first} to {last} of {size}.")
        probe = bytearray(size)
        field.put(probe, (1 << field.length) - 1)
        covered = [byte for byte in range(first, last + 1) if not probe[byte]]

        def apply(payload: bytearray, _number: int, _since_ns: int) -> None:
            field.put(payload, compute(prefix + bytes(payload[byte] for byte in covered)))

        return apply


def checksum(name: str) -> Compute:
    """The function that computes a checksum over bytes; a field takes the low bits of a wider result.

    Raises TransmitError for an unknown name.
    """
    plain = _plain(name)
    found = _catalog().get(_ALIASES.get(plain, plain))
    if found is None:
        raise TransmitError(
            f"There is no checksum {name}: choose sum, xor, or a CRC such as CRC-8/SAE-J1850."
        )
    return found


@cache
def _catalog() -> dict[str, Compute]:
    """By name in small letters without punctuation. The library is imported when it is first needed."""
    from crccheck.crc import ALLCRCCLASSES

    found: dict[str, Compute] = {"sum": sum, "xor": _xor}
    for algorithm in ALLCRCCLASSES:
        found[_plain(algorithm.__name__)] = algorithm.calc
    return found


def _xor(data: bytes) -> int:
    result = 0
    for byte in data:
        result ^= byte
    return result


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


# -- AUTOSAR E2E ---------------------------------------------------------------------------------------------


class _E2EProfile(PayloadGenerator, frozen=True):
    """A profile of AUTOSAR E2E: the library computes its checksum, the counter is written here."""

    order: ClassVar[int] = 3


class E2EProfile1(_E2EProfile, frozen=True):
    """``data_id`` is included as ``mode``: both, alt, low or nibble. The header is at byte ``offset``."""

    data_id: int
    offset: int = 0
    mode: str = "both"

    def start(self, size: int) -> Apply:
        """See PayloadGenerator."""
        library = _library("p01")
        _check_header(self.data_id, self.offset, size)
        mode = getattr(library, f"E2E_P01_DATAID_{self.mode.upper()}", None)
        if mode is None:
            raise TransmitError("E2E profile 1 includes its data id as both, alt, low or nibble.")

        def protect(data: bytearray) -> None:
            library.e2e_p01_protect(
                data, self.data_id, data_id_mode=mode, offset=self.offset, increment_counter=False
            )

        return _apply_counter(ScaledField(8 * (self.offset + 1), 4), 14, protect)


class E2EProfile2(_E2EProfile, frozen=True):
    """``data_ids`` are the 16 data ids, one for each value of the counter."""

    data_ids: bytes

    def start(self, size: int) -> Apply:
        """See PayloadGenerator."""
        library = _library("p02")
        if len(self.data_ids) != 16 or size < 2:
            raise TransmitError("E2E profile 2 needs a list of 16 data ids, and 2 bytes at least.")

        def protect(data: bytearray) -> None:
            library.e2e_p02_protect(data, self.data_ids, increment_counter=False)

        return _apply_counter(ScaledField(8, 4), 15, protect)


class E2EProfile5(_E2EProfile, frozen=True):
    """``data_id`` is not sent; the header is at byte ``offset``."""

    data_id: int
    offset: int = 0

    def start(self, size: int) -> Apply:
        """See PayloadGenerator."""
        library = _library("p05")
        _check_header(self.data_id, self.offset, size)

        def protect(data: bytearray) -> None:
            library.e2e_p05_protect(data, self.data_id, offset=self.offset, increment_counter=False)

        return _apply_counter(ScaledField(8 * (self.offset + 2), 8), 255, protect)


def _library(profile: str) -> ModuleType:
    """The module of the E2E library, an extra, for a profile."""
    import importlib

    try:
        return importlib.import_module(f"e2e.{profile}")
    except ImportError:
        raise TransmitError(
            "AUTOSAR E2E needs the library autosar-e2e: install canmcast with the extra e2e."
        ) from None


def _check_header(data_id: int, offset: int, size: int) -> None:
    if not 0 <= data_id <= 0xFFFF or not 0 <= offset <= size - 3:
        raise TransmitError("E2E needs a data id of 16 bits, and a header that is inside the frame.")


def _apply_counter(field: ScaledField, last: int, protect: Callable[[bytearray], None]) -> Apply:
    """A change that writes the counter, 0 to ``last``, and lets the library compute the rest."""

    def apply(payload: bytearray, number: int, _since_ns: int) -> None:
        field.put(payload, number % (last + 1))
        protect(payload)

    return apply
