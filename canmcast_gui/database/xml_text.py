"""KCD and ARXML files before they are parsed: what is dangerous is refused, a wide id mended."""

from __future__ import annotations

import re

from canmcast_gui.database.errors import DatabaseError
from canmcast_gui.database.notes import Notes

_MESSAGE = re.compile(r"<(?:\w+:)?Message\s[^>]{0,2000}>")
_ID = re.compile(r"\sid\s*=\s*[\"'](0[xX][0-9a-fA-F]{1,8}|\d{1,10})[\"']")
_FORMAT = re.compile(r"\sformat\s*=\s*[\"']([^\"']*)[\"']")
_NAME = re.compile(r"\sname\s*=\s*[\"']([^\"']*)[\"']")
_TAG = re.compile(
    r"<(?:\w+:)?(?P<tag>Message|Signal|Multiplex)\s[^>]{0,2000}?"
    r"\bname\s*=\s*[\"'](?P<name>[^\"']*)"
)
# Bits, bytes and times beyond any bus; parsers prepare as much memory as these say.
_HUGE = re.compile(r"\b(?:offset|length)\s*=\s*[\"']\d{6,}|<(?:LENGTH|START-POSITION)>\s*\d{7,}")


def check_xml(name: str, text: str) -> None:
    """Raise DatabaseError for what would make a parser take more memory than the file explains."""
    if "<!ENTITY" in text:
        raise DatabaseError(f"{name} is no database: it declares XML entities, which databases do not have")
    found = _HUGE.search(text)
    if found is not None:
        line = text.count("\n", 0, found.start()) + 1
        raise DatabaseError(f"{name} cannot be read: line {line} has a length that no message has")


def mend_kcd(text: str, notes: Notes) -> str:
    """Messages whose ids are wider than their format become extended ones, as they must be."""

    def mended(found: re.Match[str]) -> str:
        tag = found.group()
        number, kind = _ID.search(tag), _FORMAT.search(tag)
        if number is None or (kind is not None and kind[1] == "extended"):
            return tag
        value = int(number[1], 0)
        if not 0x7FF < value <= 0x1FFFFFFF:
            return tag
        name = _NAME.search(tag)
        line = text.count("\n", 0, found.start()) + 1
        notes.mended(
            line,
            f"message {name[1] if name else '?'}: id {value:X} is wider than its format: extended",
        )
        end = "/>" if tag.endswith("/>") else ">"
        return f'{_FORMAT.sub("", tag).removesuffix(end)} format="extended"{end}'

    return _MESSAGE.sub(mended, text)


def lines_of_names(text: str) -> dict[tuple[str, str], int]:
    """The lines of messages (name, "") and signals (message, signal) of a KCD file."""
    lines: dict[tuple[str, str], int] = {}
    message = ""
    for number, line in enumerate(text.splitlines(), start=1):
        for found in _TAG.finditer(line):
            if found["tag"] == "Message":
                message = found["name"]
                lines.setdefault((message, ""), number)
            else:
                lines.setdefault((message, found["name"]), number)
    return lines
