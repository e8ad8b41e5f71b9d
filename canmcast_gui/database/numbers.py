"""Numbers as database files write them."""

from __future__ import annotations

import math


def whole_number(text: str) -> int | None:
    """A whole number, also hexadecimal with 0x; None where it is none."""
    text = text.strip().rstrip(";,")
    if len(text) > 24:
        return None
    try:
        return int(text, 16) if text.lower().startswith(("0x", "-0x")) else int(text)
    except ValueError:
        return None


def plain_number(text: str) -> str | None:
    """A number as parsers read it: a decimal comma becomes a point. None where it is none."""
    text = text.strip().replace(",", ".")
    whole = whole_number(text)
    if whole is not None:
        return str(whole)
    if len(text) > 60:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return repr(value) if math.isfinite(value) else None


_MOST_CHARACTERS = 60


def number_of(text: str | None) -> float | None:
    """A number as the parser reads it; None for what is not a finite one."""
    plain = (text or "").strip().lower()
    if not plain or len(plain) > _MOST_CHARACTERS:
        return None
    if plain in ("true", "false"):
        return int(plain == "true")
    try:
        if len(plain) > 1 and plain[0] == "0" and plain[1].isdigit():
            return int(plain, 8)
        return int(plain, 0)
    except ValueError:
        pass
    try:
        number = float.fromhex(plain) if plain.startswith("0x") else float(plain)
    except (ValueError, OverflowError):
        return None
    # The parser takes digits after a leading zero for octal ones, and nothing else.
    is_octal = len(plain) > 1 and plain[0] == "0" and plain[1].isdigit()
    return number if math.isfinite(number) and not is_octal else None


def whole_of(text: str | None) -> int | None:
    """A whole number, None where it is not one."""
    number = number_of(text)
    return int(number) if number is not None and number == int(number) else None
