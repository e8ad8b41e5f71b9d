"""Numbers of ARXML files: true and false, octal ones with a leading zero, whole ones that end in .0."""

from __future__ import annotations

import math

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
