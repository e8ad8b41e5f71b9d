"""Payloads that generators make, for the tests of each of them."""

from canmcast_gui.transmit.payload import PayloadGenerator, ScaledField
from canmcast_gui.transmit.payload.generator import GeneratedPayload

MS = 1_000_000
BYTE_0 = ScaledField(0, 8)
BYTE_7 = ScaledField(56, 8)


def payloads(base: bytes, generators: list[PayloadGenerator], times_ms: list[float]) -> list[bytes]:
    """The payloads at these times."""
    data = GeneratedPayload(base, generators)
    return [data.at(10**12 + round(time * MS)) for time in times_ms]
