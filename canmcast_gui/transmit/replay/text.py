"""Changes of ids and channels as users write them: "123=456", "18FF0001=7A0", "1=2"."""

from __future__ import annotations

import re

from canmcast_gui.frames.units import MAX_EXTENDED_ID, MAX_STANDARD_ID
from canmcast_gui.transmit.errors import TransmitError
from canmcast_gui.transmit.replay.options import Id


def parse_ids(text: str) -> tuple[tuple[Id, Id], ...]:
    """Pairs of an old and a new id, in hex; more than three digits, or more than 7FF, is an extended one.

    Pairs are separated by commas or spaces. Raises TransmitError.
    """
    return tuple((_id(old), _id(new)) for old, new in _pairs(text, "123=456"))


def parse_channels(text: str) -> tuple[tuple[int, int], ...]:
    """Pairs of an old and a new channel, 0 to 255; 0 is an unknown one. Raises TransmitError."""
    return tuple((_channel(old), _channel(new)) for old, new in _pairs(text, "1=2"))


def _pairs(text: str, example: str) -> list[tuple[str, str]]:
    pairs = []
    for word in re.split(r"[\s,;]+", text.strip()):
        if not word:
            continue
        old, sign, new = word.partition("=")
        if not sign or not old or not new:
            raise TransmitError(f"{word} is no change: write old=new, such as {example}.")
        pairs.append((old, new))
    return pairs


def _id(text: str) -> Id:
    try:
        number = int(text, 16)
    except ValueError:
        number = -1
    if not 0 <= number <= MAX_EXTENDED_ID:
        raise TransmitError(f"{text} is no arbitration id: write hex digits, up to 1FFFFFFF.")
    return number, len(text.removeprefix("0x")) > 3 or number > MAX_STANDARD_ID


def _channel(text: str) -> int:
    if not text.isascii() or not text.isdigit() or int(text) > 255:
        raise TransmitError(f"{text} is no channel: write a number from 0 to 255.")
    return int(text)
