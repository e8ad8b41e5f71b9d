"""Numbers in a filter: decimal, hexadecimal and binary integers, decimal fractions, seconds."""

from __future__ import annotations

import re
from decimal import Decimal

from canmcast_gui.frames.units import NS_PER_SECOND

_INTEGER = re.compile(r"[+-]?(0x[0-9a-f]+|0b[01]+|[0-9]+)", re.IGNORECASE)
_DECIMAL = re.compile(r"[+-]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(e[+-]?[0-9]{1,3})?", re.IGNORECASE)

# What fits the columns that numbers are compared with: 64 bits, signed or not.
_LEAST, _MOST = -(1 << 63), (1 << 64) - 1
# Python refuses to read thousands of decimal digits; 64 bits have 64 digits at most, and some zeros before.
_MOST_DIGITS = 200


def read_number(text: str) -> int | float | None:
    """The number that ``text`` is; None where it is none, or an integer of more than 64 bits."""
    if _INTEGER.fullmatch(text):
        if len(text) > _MOST_DIGITS:
            return None
        value = int(text, _base(text))
        return value if _LEAST <= value <= _MOST else None
    return float(text) if _DECIMAL.fullmatch(text) else None


def read_nanoseconds(text: str) -> int | None:
    """Seconds as whole ns; None where ``text`` is no decimal number, or too large for 64 bits of them."""
    if not _DECIMAL.fullmatch(text):
        return None
    value = round(Decimal(text) * NS_PER_SECOND)
    return value if _LEAST <= value < -_LEAST else None


def _base(text: str) -> int:
    digits = text.lstrip("+-").lower()
    return 16 if digits.startswith("0x") else 2 if digits.startswith("0b") else 10
