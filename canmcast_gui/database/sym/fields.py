"""The parts of a line of a SYM file: names, types, bits, flags, attributes and comments."""

from __future__ import annotations

import re
from dataclasses import dataclass

from canmcast_gui.database.numbers import normalized_number

_QUOTED = r'"(?:\\"|[^"])*+"'
_NAME = rf"(?P<name>{_QUOTED}|[^\s,;]+)"
_FLAGS = r"(?P<flags>(?:\s+-[a-z](?![A-Za-z0-9]))*+)"

LINE = re.compile(r"(?P<key>[A-Za-z]+)\s*=\s*(?P<rest>.*)", re.DOTALL)
ENUM = re.compile(
    r"enum\s*(?:=\s*|\s)(?P<name>\"[^\"]*\"|[^\s(]+)\s*\((?P<values>.*)\)", re.IGNORECASE | re.DOTALL
)
ENUM_VALUE = re.compile(rf"(?P<number>-?[0-9A-Fa-f]{{1,16}}h?)\s*=\s*(?P<text>{_QUOTED})")
VARIABLE = re.compile(rf"{_NAME}\s+(?P<type>\S+)\s+(?P<start>\d{{1,6}})\s*,\s*(?P<length>\d{{1,6}}){_FLAGS}")
SIGNAL = re.compile(rf"{_NAME}\s+(?P<type>\S+)(?:\s+(?P<length>\d{{1,6}}))?{_FLAGS}")
PLACED = re.compile(rf"{_NAME}\s+(?P<start>\d{{1,6}})")
MULTIPLEXER = re.compile(
    rf"{_NAME}\s+(?P<start>\d{{1,6}})\s*,\s*(?P<length>\d{{1,3}})\s+(?P<value>[0-9A-Fa-f]{{1,16}}h?){_FLAGS}"
)
_ID = r"(?:0[xX])?[0-9A-Fa-f]{1,8}[hH]?"
IDS = re.compile(rf"(?P<first>{_ID})(?:\s*-\s*(?P<last>{_ID}))?(?=\s|\Z)")

_ATTRIBUTE = re.compile(rf"/(?P<key>[a-z]+):\s*(?P<value>{_QUOTED}|\S+)", re.IGNORECASE)
_COMMENT = re.compile(rf"(?:[^\"/]|{_QUOTED}|/(?!/)|\")*+")
_NUMBERS = frozenset(("f", "o", "min", "max"))


@dataclass(frozen=True, slots=True)
class Split:
    """A line without its comment, and the comment with its two slashes, "" where there is none."""

    text: str
    comment: str


def split_comment(line: str) -> Split:
    """Split a line into text and comment; slashes between quotes do not start a comment."""
    found = _COMMENT.match(line)
    end = found.end() if found else len(line)
    comment = " ".join(line[end + 2 :].split())
    return Split(line[:end].strip(), f" // {comment}" if comment else "")


def number(text: str) -> int:
    """An integer; hexadecimal with an h after it or 0x before it. Raises ValueError."""
    plain = text.lower().removeprefix("0x")
    return int(plain.removesuffix("h"), 16) if plain != text.lower() or plain.endswith("h") else int(text)


def quoted(name: str) -> str:
    """A name between quotes, in which all characters are valid."""
    return f'"{unquoted(name)}"'


def unquoted(name: str) -> str:
    """A name without its quotes."""
    return name[1:-1] if len(name) > 1 and name.startswith('"') and name.endswith('"') else name


def attributes(text: str, enums: dict[str, str]) -> tuple[str, list[str]]:
    """The attributes that affect values, as cantools accepts them, and what is wrong with others.

    ``enums`` has cantools' name for each enumeration of the file.
    """
    texts, problems = [], []
    for found in _ATTRIBUTE.finditer(text):
        key, value = found["key"].lower(), found["value"]
        if key == "u":
            texts.append(f'/u:"{unquoted(value)}"')
        elif key == "e":
            if unquoted(value) in enums:
                texts.append(f"/e:{enums[unquoted(value)]}")
            else:
                problems.append(f"enumeration {unquoted(value)} is not defined in the file")
        elif key in _NUMBERS:
            plain = normalized_number(str(_hexadecimal(value)))
            if plain is not None:
                texts.append(f"/{key}:{plain}")
            else:
                problems.append(f"/{key}:{value} is not a number")
    return " ".join(texts), problems


def _hexadecimal(value: str) -> str | int:
    if value.endswith("h") and len(value) < 20:
        try:
            return int(value[:-1], 16)
        except ValueError:
            return value
    return value
