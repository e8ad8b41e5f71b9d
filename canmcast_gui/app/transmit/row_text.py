"""What a user types into a cell of the transmit table, as values; refused with a sentence."""

from __future__ import annotations

import re

from canmcast_gui.app.transmit.row import RowError, check_id, check_length, check_period
from canmcast_gui.frames.units import NS_PER_MS

_MOST_DIGITS = 18


def parse_id(text: str, extended: bool, decimal: bool = False) -> int:
    """An arbitration id: hex digits (0x is allowed), or decimal ones where ``decimal`` is set."""
    digits = text.strip()
    prefixed = digits[:2].lower() == "0x"
    try:
        value = int(digits, 10 if decimal and not prefixed else 16) if digits[:1] not in "+-" else -1
    except ValueError:
        value = -1
    if value < 0:
        raise RowError(f"An id is {'a decimal number' if decimal else 'made of hex digits, such as 1A0'}.")
    check_id(value, extended)
    return value


def parse_data(text: str, fd: bool | None, decimal: bool = False) -> bytes:
    """A payload: hex pairs with or without spaces, commas or 0x; or decimal numbers, where that is set.

    ``fd`` says which lengths are allowed; None: any.
    """
    tokens = [token for token in re.split(r"[\s,;:.\-]+", text.strip()) if token]
    data = b"".join(_decimal_byte(token) if decimal else _hex_bytes(token, len(tokens)) for token in tokens)
    if fd is not None:
        check_length(len(data), fd)
    return data


def _decimal_byte(token: str) -> bytes:
    if not _is_number(token) or int(token) > 255:
        raise RowError(f"{token} is no byte: type decimal numbers from 0 to 255 with spaces between.")
    return bytes([int(token)])


def _hex_bytes(token: str, tokens: int) -> bytes:
    digits = token[2:] if token[:2].lower() == "0x" else token
    if not re.fullmatch(r"[0-9A-Fa-f]+", digits):
        raise RowError(f"{token} is not made of hex digits: type bytes such as DE AD 01.")
    if len(digits) == 1 and (tokens > 1 or digits is not token):
        digits = "0" + digits
    if len(digits) % 2:
        raise RowError(f"{token} has an odd number of hex digits: type two for each byte.")
    return bytes.fromhex(digits)


def parse_length(text: str, fd: bool) -> int:
    """A payload length in bytes."""
    if not _is_number(text.strip()):
        raise RowError("A length is a number of bytes.")
    check_length(int(text), fd)
    return int(text)


def parse_period(text: str) -> int:
    """A period in milliseconds, with up to six decimals, as nanoseconds."""
    try:
        milliseconds = float(text.replace(",", "."))
        period_ns = round(milliseconds * NS_PER_MS)
    except (ValueError, OverflowError):
        raise RowError("A period is a number of milliseconds, such as 100 or 2.5.") from None
    check_period(period_ns)
    return period_ns


def parse_count(text: str) -> int | None:
    """How many frames a row sends; nothing, or the sign ∞, is without end."""
    digits = text.strip().replace(",", "")
    if digits in ("", "∞"):
        return None
    if not _is_number(digits):
        raise RowError("A count is a number of frames; type nothing to send without end.")
    return int(digits)


def _is_number(digits: str) -> bool:
    """Whether it is a whole number that a user may mean: Python refuses thousands of digits."""
    return digits.isascii() and digits.isdigit() and len(digits) <= _MOST_DIGITS


def period_text(period_ns: int) -> str:
    """A period in milliseconds without needless zeros."""
    return f"{period_ns / NS_PER_MS:.6f}".rstrip("0").rstrip(".")
