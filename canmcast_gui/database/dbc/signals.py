"""Signals (SG_) of a DBC file that are not written as they should be."""

from __future__ import annotations

from dataclasses import dataclass

from canmcast_gui.database.dbc import grammar
from canmcast_gui.database.dbc.names import SafeNames
from canmcast_gui.database.dbc.numbers import plain_number
from canmcast_gui.database.dbc.statements import Statement


@dataclass(frozen=True, slots=True)
class MendedSignal:
    """A signal's own name, its place, and its statement as the parser takes it."""

    name: str
    start: int
    length: int
    text: str


def mend_signal(statement: Statement, names: SafeNames) -> MendedSignal | None:
    """The signal of a statement; None where its place or scale cannot be read."""
    match = statement.match
    if match is not None:
        return MendedSignal(match["name"], int(match["start"]), int(match["length"]), statement.text)
    found = grammar.SIGNAL_PLACE.match(statement.text[:2000])
    if found is None:
        return None
    rest = statement.text[found.end() : found.end() + 4000]
    scaled = grammar.SIGNAL_SCALE.search(rest)
    scale = plain_number(scaled["scale"]) if scaled else "1"
    offset = plain_number(scaled["offset"]) if scaled else "0"
    if scale is None or offset is None:
        return None
    limits = grammar.SIGNAL_RANGE.search(rest)
    low = plain_number(limits["minimum"]) if limits else None
    high = plain_number(limits["maximum"]) if limits else None
    if low is None or high is None:
        low = high = "0"
    after = limits or scaled
    unit, receivers = _unit_and_receivers(rest[after.end() if after else 0 :])
    name, mark = _name_and_mark(found["name"])
    text = (
        f"SG_ {names.safe(name)}{' ' + mark if mark else ''} : {found['start']}|{found['length']}"
        f"@{found['order']}{found['sign'] or '+'} ({scale},{offset}) [{low}|{high}] "
        f'"{unit}" {",".join(map(names.safe, receivers)) or "Vector__XXX"}'
    )
    return MendedSignal(name, int(found["start"]), int(found["length"]), text)


def _name_and_mark(text: str) -> tuple[str, str]:
    """A signal's name and its multiplexing mark, out of what stands before the colon."""
    name, _, mark = text.rpartition(" ")
    number = mark[1:].removesuffix("M")
    if name and mark == "m":
        return name.strip(), "M"  # one that is selected would say by what
    is_mark = mark == "M" or (mark.startswith("m") and number.isdecimal() and len(number) < 10)
    return (name.strip(), mark) if name and is_mark else (text.strip(), "")


def _unit_and_receivers(text: str) -> tuple[str, list[str]]:
    """A unit that may lack its closing quote, and names with whatever between them."""
    first, last = text.find('"'), text.rfind('"')
    if first < 0:
        return "", []
    unit = text[first + 1 : last] if last > first else text[first + 1 :].split("\n")[0].rstrip()
    names = text[last + 1 :] if last > first else ""
    return unit.replace('"', "'").replace("\\", "/"), names.replace(",", " ").replace(";", " ").split()
