"""Checksums by name: sums, XOR, and the CRCs of a library's catalogue."""

from __future__ import annotations

import re
from collections.abc import Callable
from functools import cache

from canmcast_gui.transmit.errors import TransmitError

Checksum = Callable[[bytes], int]

# How the field calls them, beside the names of the catalogue (the CRC RevEng catalogue).
_ALIASES = {
    "crc8": "crc8saej1850",
    "j1850": "crc8saej1850",
    "crc8h2f": "crc8autosar",
    "crc16": "crc16ccittfalse",
}


def _sum(data: bytes) -> int:
    return sum(data)


def _xor(data: bytes) -> int:
    result = 0
    for byte in data:
        result ^= byte
    return result


@cache
def _catalogue() -> dict[str, Checksum]:
    """By name in small letters without signs. The library is read when it is first needed."""
    from crccheck.crc import ALLCRCCLASSES

    found: dict[str, Checksum] = {"sum": _sum, "xor": _xor}
    for one in ALLCRCCLASSES:
        found[_plain(one.__name__)] = one.calc
    return found


def _plain(name: str) -> str:
    return re.sub(r"[^a-z0-9]", "", name.lower())


def checksum(name: str) -> Checksum:
    """What computes that checksum over bytes; its result may be wider than its place, which takes its low
    bits. Raises TransmitError for an unknown name.
    """
    plain = _plain(name)
    found = _catalogue().get(_ALIASES.get(plain, plain))
    if found is None:
        raise TransmitError(
            f"There is no checksum {name}: choose sum, xor, or a CRC such as CRC-8/SAE-J1850."
        )
    return found


def checksum_names() -> list[str]:
    """The names to choose from, those of the field first."""
    from crccheck.crc import ALLCRCCLASSES

    first = ["sum", "xor", "Crc8SaeJ1850", "Crc8Autosar"]
    return first + sorted({one.__name__ for one in ALLCRCCLASSES} - set(first))
