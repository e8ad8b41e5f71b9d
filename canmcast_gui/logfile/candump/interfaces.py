"""Which channels the interfaces of a candump log are.

Battery-Emulator's logs look like candump's screen and have a direction for an interface: RX0 and TX1 are its
first bus, RX2 and TX3 its second (comm_can.cpp).
"""

from __future__ import annotations

import re

_NUMBER_AT_END = re.compile(r"\d+$")
_DIRECTED = re.compile(r"[RT]X\d+$")


def is_sending(interface: str) -> bool:
    """Whether frames of that interface were sent."""
    return interface.startswith("TX") and _DIRECTED.match(interface) is not None


def channel_of(interface: str, known: dict[str, int]) -> int:
    """can0 is channel 1; where two names have the same number, the later one gets the next free."""
    number = _NUMBER_AT_END.search(interface)
    place = int(number[0][-3:]) if number else 0
    if _DIRECTED.match(interface) and place % 2 == is_sending(interface):
        return place // 2 + 1
    channel = place + 1
    while channel in known.values():
        channel += 1
    return channel
