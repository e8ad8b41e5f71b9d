"""Numbers as database files write them: DBC and SYM with typing errors, ARXML in its own notations."""

from __future__ import annotations

import math

_MAX_INTEGER_CHARACTERS = 24
_MAX_CHARACTERS = 60


def read_integer(text: str) -> int | None:
    """An integer, also hexadecimal with 0x, and before a comma or semicolon; None for any other text."""
    text = text.strip().rstrip(";,")
    if len(text) > _MAX_INTEGER_CHARACTERS:
        return None
    try:
        return int(text, 16) if text.lower().startswith(("0x", "-0x")) else int(text)
    except ValueError:
        return None


def normalized_number(text: str) -> str | None:
    """The text of a number as parsers read it, with a point for a decimal comma; None for any other text."""
    text = text.strip().replace(",", ".")
    integer = read_integer(text)
    if integer is not None:
        return str(integer)
    if len(text) > _MAX_CHARACTERS:
        return None
    try:
        value = float(text)
    except ValueError:
        return None
    return repr(value) if math.isfinite(value) else None


def arxml_number(text: str | None) -> float | None:
    """A number of an ARXML file; None for a text that is not a finite one.

    Also true and false, octal numbers with a leading zero, and integers that end in .0, as cantools reads
    them.
    """
    plain = (text or "").strip().lower()
    if not plain or len(plain) > _MAX_CHARACTERS:
        return None
    if plain in ("true", "false"):
        return int(plain == "true")
    # cantools reads digits after a leading zero as octal ones only.
    is_octal = len(plain) > 1 and plain[0] == "0" and plain[1].isdigit()
    try:
        return int(plain, 8 if is_octal else 0)
    except ValueError:
        pass
    try:
        number = float.fromhex(plain) if plain.startswith("0x") else float(plain)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) and not is_octal else None


def arxml_integer(text: str | None) -> int | None:
    """An integer of an ARXML file; None for any other text."""
    number = arxml_number(text)
    return int(number) if number is not None and number == int(number) else None
