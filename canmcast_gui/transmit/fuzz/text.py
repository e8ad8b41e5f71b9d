"""What may be random, as users write it: "100..1FF, 7DF", "0..8", "02xx0x", "2=10..1F"."""

from __future__ import annotations

import re

from canmcast_gui.frames import MAX_PAYLOAD
from canmcast_gui.frames.units import MAX_EXTENDED_ID, MAX_STANDARD_ID
from canmcast_gui.transmit.errors import TransmitError

_IDS = re.compile(r"(?:0[xX])?(?P<first>[0-9A-Fa-f]{1,8})(?:(?:\.\.|-)(?:0[xX])?(?P<last>[0-9A-Fa-f]{1,8}))?")
_LENGTHS = re.compile(r"(?P<first>\d{1,2})(?:(?:\.\.|-)(?P<last>\d{1,2}))?", re.ASCII)
_RANGE = re.compile(
    r"(?P<byte>\d{1,2})=(?P<low>[0-9A-Fa-f]{1,2})(?:(?:\.\.|-)(?P<high>[0-9A-Fa-f]{1,2}))?", re.ASCII
)


def parse_id_ranges(text: str) -> tuple[tuple[int, int, bool], ...]:
    """Ranges of ids in hex, between commas or spaces; with four to eight digits they are extended ones.

    Raises TransmitError.
    """
    return tuple(_id_range(word) for word in _words(text))


def _id_range(word: str) -> tuple[int, int, bool]:
    match = _IDS.fullmatch(word)
    if match is None:
        raise TransmitError(f"{word} is no range of ids: write for example 100..1FF.")
    first, last = match["first"], match["last"] or match["first"]
    extended = max(len(first), len(last)) > 3 or int(last, 16) > MAX_STANDARD_ID
    if not int(first, 16) <= int(last, 16) <= MAX_EXTENDED_ID:
        raise TransmitError(f"{word} is no range of ids: write the lower one first, up to 1FFFFFFF.")
    return int(first, 16), int(last, 16), extended


def parse_lengths(text: str) -> tuple[int, int]:
    """A range of payload bytes, or one number. Raises TransmitError."""
    match = _LENGTHS.fullmatch(text.strip())
    first, last = (int(match["first"]), int(match["last"] or match["first"])) if match else (0, -1)
    if not first <= last <= MAX_PAYLOAD:
        raise TransmitError(f"{text.strip()} is no range of lengths: write for example 0..8.")
    return first, last


def parse_data(text: str, mask: str = "") -> tuple[bytes, bytes]:
    """The base and the mask of "02xx0x", where an x is a random digit and what follows the text is random.

    With a ``mask`` of its own there is no x: bits of the mask are random. Raises TransmitError.
    """
    digits = re.sub(r"[\s._]", "", text)
    if mask.strip():
        return _bytes(digits), _bytes(mask)
    if len(digits) % 2 or not re.fullmatch(r"[0-9A-Fa-fxX?]*", digits):
        raise TransmitError(
            f"{text.strip()} is not made of bytes in hex: write for example 02 FF xx, x for random digits."
        )
    base = bytes.fromhex(re.sub(r"[xX?]", "0", digits))
    return base, bytes.fromhex(re.sub(r"[xX?]", "F", re.sub(r"[^xX?]", "0", digits)))


def parse_byte_ranges(text: str) -> tuple[tuple[int, int, int], ...]:
    """Bytes that are random within limits: places from 0, then two values in hex. Raises TransmitError."""
    found = []
    for word in _words(text):
        match = _RANGE.fullmatch(word)
        if match is None or int(match["byte"]) >= MAX_PAYLOAD:
            raise TransmitError(f"{word} is no range of a byte: write for example 2=10..1F, from byte 0 on.")
        low, high = int(match["low"], 16), int(match["high"] or match["low"], 16)
        if low > high:
            raise TransmitError(f"{word} is no range of a byte: write the lower value first.")
        found.append((int(match["byte"]), low, high))
    return tuple(found)


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s,;]+", text.strip()) if word]


def _bytes(text: str) -> bytes:
    try:
        return bytes.fromhex(text)
    except ValueError:
        raise TransmitError(
            f"{text.strip()} is not made of bytes in hex: write for example 02FF00."
        ) from None
