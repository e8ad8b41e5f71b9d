"""Messages and signals of a DBC file: BO_ and SG_ statements as cantools accepts them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from canmcast_gui.database.dbc import grammar
from canmcast_gui.database.dbc.statements import SafeNames, Statement
from canmcast_gui.database.numbers import normalized_number, read_integer
from canmcast_gui.database.problems import MAX_BITS, MAX_BYTES, Problems
from canmcast_gui.frames.units import MAX_EXTENDED_ID, MAX_STANDARD_ID

_EXTENDED = 0x80000000
_ORPHANS = "VECTOR__INDEPENDENT_SIG_MSG"


@dataclass(slots=True)
class LaidOut:
    """A message as the file lays it out: its number with the flag for extended ids, its signals' lengths."""

    name: str
    line: int
    number: int
    lengths: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Placed:
    """A BO_ or SG_ statement as the parser takes it, with its message; "" where it does not count."""

    text: str
    message: LaidOut | None


NOWHERE = Placed("", None)


class Layout:
    """What the other statements may refer to: messages by their number in the file, and their signals."""

    def __init__(self, names: SafeNames, problems: Problems) -> None:
        self.names = names
        self.lines: dict[tuple[str, str], int] = {}
        self._problems = problems
        self._messages: dict[int, LaidOut] = {}
        self._current: LaidOut | None = None

    # -- asking ------------------------------------------------------------------------------------------

    def message(self, number: str) -> LaidOut | None:
        """The message that another statement means by a number."""
        value = read_integer(number)
        return None if value is None else self._messages.get(_with_flag(value))

    def is_orphan(self, number: str) -> bool:
        """Whether a number means the place for signals that belong to no message."""
        found = self.message(number)
        return found is not None and found.name == _ORPHANS

    def target(self, match: re.Match[str]) -> str | None:
        """What a comment or attribute is on, as the parser takes it; None where the file does not have it."""
        number = match["id"] or match["id2"]
        if number is None:
            return f"{match['other']} {self.names.safe(match['node'])} " if match["other"] else ""
        message = self.message(number)
        if message is None or message.name == _ORPHANS:
            return None
        if not match["kind"]:
            return f"BO_ {message.number} "
        name = match["name"].strip()
        return f"SG_ {message.number} {self.names.safe(name)} " if name in message.lengths else None

    # -- messages ----------------------------------------------------------------------------------------

    def add(self, statement: Statement) -> Placed:
        """Take in a BO_ or SG_ statement."""
        return self._add_message(statement) if statement.keyword == "BO_" else self._add_signal(statement)

    def _add_message(self, statement: Statement) -> Placed:
        self._current = None
        found = statement.match or grammar.MESSAGE.match(statement.text[:2000].rstrip())
        number = read_integer(found["id"]) if found else None
        length = read_integer(found["length"]) if found else None
        if found is None or number is None or length is None:
            return self._lost(statement, "a message that cannot be read, with its signals")
        name = found["name"]
        if length > MAX_BYTES:
            return self._lost(statement, f"message {name} of {length:,} bytes, with its signals")
        dbc_id = _with_flag(number)
        self._current = message = LaidOut(name, statement.line, dbc_id)
        self._messages.setdefault(dbc_id, message)
        self.lines.setdefault((name, ""), statement.line)
        if statement.match is not None and dbc_id == number:
            return Placed(statement.text, message)
        self._say_why(statement, message, number)
        sender = (found["sender"] or "").strip(",") or "Vector__XXX"
        return Placed(f"BO_ {dbc_id} {self.names.safe(name)}: {length} {self.names.safe(sender)}", message)

    def _say_why(self, statement: Statement, message: LaidOut, number: int) -> None:
        if number != message.number and message.name != _ORPHANS:
            self._problems.repaired(
                statement.line,
                f"message {message.name}: id {number & 0x7FFFFFFF:X} is wider than its kind allows, "
                f"read as the extended id {message.number & MAX_EXTENDED_ID:08X}",
            )
        if statement.match is None:
            plain = self.names.safe(message.name) == message.name
            why = "not written as it should be" if plain else "its name is no plain word"
            self._problems.repaired(statement.line, f"message {message.name}: {why}")

    # -- signals -----------------------------------------------------------------------------------------

    def _add_signal(self, statement: Statement) -> Placed:
        message = self._current
        if message is None:
            return NOWHERE
        repaired = repair_signal(statement, self.names)
        if repaired is None:
            self._problems.left_out(statement.line, f"a signal of message {message.name} cannot be read")
            return NOWHERE
        name = repaired.name
        if not 0 < repaired.length <= MAX_BITS or repaired.start >= MAX_BITS:
            self._problems.left_out(
                statement.line, f"signal {name} of {repaired.length} bits at bit {repaired.start}"
            )
            return NOWHERE
        if statement.match is None:
            plain = self.names.safe(name) == name
            why = "not written as it should be" if plain else "its name is no plain word"
            self._problems.repaired(statement.line, f"signal {name} of message {message.name}: {why}")
        message.lengths[name] = repaired.length
        self.lines.setdefault((message.name, name), statement.line)
        return Placed(repaired.text, message)

    def _lost(self, statement: Statement, what: str) -> Placed:
        self._problems.left_out(statement.line, what)
        return NOWHERE


def _with_flag(number: int) -> int:
    """A message's number with the flag for extended ids where it needs one, and no bits that no id has."""
    number &= 0xFFFFFFFF
    if number & _EXTENDED or number > MAX_STANDARD_ID:
        return _EXTENDED | (number & MAX_EXTENDED_ID)
    return number


@dataclass(frozen=True, slots=True)
class RepairedSignal:
    """A signal's own name, its place, and its statement as the parser takes it."""

    name: str
    start: int
    length: int
    text: str


def repair_signal(statement: Statement, names: SafeNames) -> RepairedSignal | None:
    """The signal of a statement; None where its place or scale cannot be read."""
    match = statement.match
    if match is not None:
        return RepairedSignal(match["name"], int(match["start"]), int(match["length"]), statement.text)
    found = grammar.SIGNAL_PLACE.match(statement.text[:2000])
    if found is None:
        return None
    rest = statement.text[found.end() : found.end() + 4000]
    scaled = grammar.SIGNAL_SCALE.search(rest)
    scale = normalized_number(scaled["scale"]) if scaled else "1"
    offset = normalized_number(scaled["offset"]) if scaled else "0"
    if scale is None or offset is None:
        return None
    limits = grammar.SIGNAL_RANGE.search(rest)
    low = normalized_number(limits["minimum"]) if limits else None
    high = normalized_number(limits["maximum"]) if limits else None
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
    return RepairedSignal(name, int(found["start"]), int(found["length"]), text)


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
