"""DLC and data of the frames that ASC files have on classic lines.

The DLC is a hexadecimal digit in Vector's specification. Tools that do not know CANFD lines put CAN FD frames
on these lines as well, with a decimal DLC code, or with the number of bytes: python-can before 4.0 wrote
"d 40" before 64 bytes. How many bytes follow tells which it is.
"""

from __future__ import annotations

from canmcast_gui.frames import DLC_TO_LENGTH, INLINE_BYTES
from canmcast_gui.logfile.text.rows import payload_of, whole_number

_HIGHEST_CODE = 15
_LENGTHS = frozenset(DLC_TO_LENGTH.tolist())


def payload_and_code(dlc: str, words: list[str], base: int) -> tuple[bytes, int]:
    """The payload and its DLC code, from the word after "d" and the words that follow it.

    More than 8 bytes are a CAN FD frame's. Raises ValueError, or IndexError where bytes are missing.
    """
    code = whole_number(dlc, "a DLC", 16)
    if not 0 <= code <= INLINE_BYTES or not dlc.isalnum():
        return _long(dlc, words[: _count(words, base)], base)
    if len(words) < code:
        raise IndexError
    return payload_of(words[:code], base), code


def _long(dlc: str, data: list[str], base: int) -> tuple[bytes, int]:
    """As payload_and_code(), where the DLC is neither of 0 to 8; ``data`` are the bytes that there are."""
    numbers = {int(dlc, 16), *([int(dlc)] if dlc.isdecimal() else [])}
    codes = sorted(number for number in numbers if INLINE_BYTES < number <= _HIGHEST_CODE)
    meant = {int(DLC_TO_LENGTH[code]) for code in codes} | numbers & _LENGTHS
    if len(data) > INLINE_BYTES and len(data) in meant:
        return payload_of(data, base), int(DLC_TO_LENGTH.searchsorted(len(data)))
    if not codes and not meant:
        raise ValueError(f"a DLC of {dlc!r}")
    if len(data) < INLINE_BYTES or not codes:
        raise IndexError
    if len(data) > INLINE_BYTES:
        raise ValueError(f"{len(data)} data bytes after a DLC of {dlc!r}")
    return payload_of(data, base), codes[0]


def _count(words: list[str], base: int) -> int:
    """How many of the words, from the first on, are bytes."""
    digits = frozenset("0123456789abcdefABCDEF" if base == 16 else "0123456789")
    widest = 2 if base == 16 else 3
    for place, word in enumerate(words):
        if len(word) > widest or not digits.issuperset(word):
            return place
    return len(words)
