"""Numbers as people write them into files."""

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
