"""Messages and signals of a DBC file: BO_ and SG_ statements as cantools accepts them."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from canmcast_gui.database.dbc import grammar
from canmcast_gui.database.dbc.grammar import SafeNames, Statement
from canmcast_gui.database.numbers import normalized_number, read_integer
from canmcast_gui.database.problems import MAX_BITS, MAX_BYTES, Lines, Problems
from canmcast_gui.frames.units import MAX_EXTENDED_ID, MAX_STANDARD_ID

_EXTENDED = 0x80000000
_UNASSIGNED = "VECTOR__INDEPENDENT_SIG_MSG"


@dataclass(slots=True)
class DbcMessage:
    """A message of the file. ``number`` is the id with the flag of extended ids; ``lengths`` are in bits."""

    name: str
    line: int
    number: int
    lengths: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class MessageStatement:
    """A BO_ or SG_ statement as cantools accepts it, with its message; "" where it is left out."""

    text: str
    message: DbcMessage | None


NO_STATEMENT = MessageStatement("", None)


class MessageTable:
    """The messages and signals of a file, to which its other statements refer by number and name."""

    def __init__(self, names: SafeNames, problems: Problems) -> None:
        self.names = names
        self.lines: Lines = {}
        self._problems = problems
        self._messages: dict[int, DbcMessage] = {}
        self._current: DbcMessage | None = None

    # -- lookup ------------------------------------------------------------------------------------------

    def message(self, number: str) -> DbcMessage | None:
        """The message with the number of another statement."""
        value = read_integer(number)
        return None if value is None else self._messages.get(_with_flag(value))

    def is_unassigned(self, number: str) -> bool:
        """Whether a number is that of the message in which tools keep signals without a message."""
        found = self.message(number)
        return found is not None and found.name == _UNASSIGNED

    def target(self, match: re.Match[str]) -> str | None:
        """The object of a comment or attribute, as cantools accepts it; None if it is not in the file."""
        number = match["id"] or match["id2"]
        if number is None:
            return f"{match['other']} {self.names.safe(match['node'])} " if match["other"] else ""
        message = self.message(number)
        if message is None or message.name == _UNASSIGNED:
            return None
        if not match["kind"]:
            return f"BO_ {message.number} "
        name = match["name"].strip()
        return f"SG_ {message.number} {self.names.safe(name)} " if name in message.lengths else None

    # -- messages ----------------------------------------------------------------------------------------

    def add(self, statement: Statement) -> MessageStatement:
        """Add a BO_ or SG_ statement."""
        return self._add_message(statement) if statement.keyword == "BO_" else self._add_signal(statement)

    def _add_message(self, statement: Statement) -> MessageStatement:
        self._current = None
        found = statement.match or grammar.MESSAGE.match(statement.text[:2000].rstrip())
        number = read_integer(found["id"]) if found else None
        length = read_integer(found["length"]) if found else None
        if found is None or number is None or length is None:
            return self._leave_out(statement, "a message that cannot be read, with its signals")
        name = found["name"]
        if length > MAX_BYTES:
            return self._leave_out(statement, f"message {name} of {length:,} bytes, with its signals")
        dbc_id = _with_flag(number)
        self._current = message = DbcMessage(name, statement.line, dbc_id)
        self._messages.setdefault(dbc_id, message)
        self.lines.setdefault((name, ""), statement.line)
        if statement.match is not None and dbc_id == number:
            return MessageStatement(statement.text, message)
        self._report_repair(statement, message, number)
        sender = (found["sender"] or "").strip(",") or "Vector__XXX"
        return MessageStatement(
            f"BO_ {dbc_id} {self.names.safe(name)}: {length} {self.names.safe(sender)}", message
        )

    def _report_repair(self, statement: Statement, message: DbcMessage, number: int) -> None:
        if number != message.number and message.name != _UNASSIGNED:
            self._problems.repaired(
                statement.line,
                f"message {message.name}: id {number & 0x7FFFFFFF:X} has too many bits for its kind, "
                f"read as the extended id {message.number & MAX_EXTENDED_ID:08X}",
            )
        if statement.match is None:
            plain = self.names.safe(message.name) == message.name
            why = "invalid syntax" if plain else "its name is not a plain word"
            self._problems.repaired(statement.line, f"message {message.name}: {why}")

    # -- signals -----------------------------------------------------------------------------------------

    def _add_signal(self, statement: Statement) -> MessageStatement:
        message = self._current
        if message is None:
            return NO_STATEMENT
        repaired = repair_signal(statement, self.names)
        if repaired is None:
            self._problems.left_out(statement.line, f"a signal of message {message.name} cannot be read")
            return NO_STATEMENT
        name = repaired.name
        if not 0 < repaired.length <= MAX_BITS or repaired.start >= MAX_BITS:
            self._problems.left_out(
                statement.line, f"signal {name} of {repaired.length} bits at bit {repaired.start}"
            )
            return NO_STATEMENT
        if statement.match is None:
            plain = self.names.safe(name) == name
            why = "invalid syntax" if plain else "its name is not a plain word"
            self._problems.repaired(statement.line, f"signal {name} of message {message.name}: {why}")
        message.lengths[name] = repaired.length
        self.lines.setdefault((message.name, name), statement.line)
        return MessageStatement(repaired.text, message)

    def _leave_out(self, statement: Statement, what: str) -> MessageStatement:
        self._problems.left_out(statement.line, what)
        return NO_STATEMENT


def _with_flag(number: int) -> int:
    """The number of a message: with the flag of extended ids where it needs one, without invalid bits."""
    number &= 0xFFFFFFFF
    if number & _EXTENDED or number > MAX_STANDARD_ID:
        return _EXTENDED | (number & MAX_EXTENDED_ID)
    return number


@dataclass(frozen=True, slots=True)
class RepairedSignal:
    """A signal: its name, its bits, and its statement as cantools accepts it."""

    name: str
    start: int
    length: int
    text: str


def repair_signal(statement: Statement, names: SafeNames) -> RepairedSignal | None:
    """The signal of a statement; None where its bits or its scale cannot be read."""
    match = statement.match
    if match is not None:
        return RepairedSignal(match["name"], int(match["start"]), int(match["length"]), statement.text)
    found = grammar.SIGNAL_PLACE.match(statement.text[:2000])
    if found is None:
        return None
    rest = statement.text[found.end() : found.end() + 4000]
    scale = _scale_and_offset(rest)
    if scale is None:
        return None
    text = (
        f"SG_ {_safe_name(found['name'], names)} : {found['start']}|{found['length']}"
        f"@{found['order']}{found['sign'] or '+'} {scale} {_limits(rest)} {_unit_and_receivers(rest, names)}"
    )
    name, _ = _name_and_mark(found["name"])
    return RepairedSignal(name, int(found["start"]), int(found["length"]), text)


def _safe_name(text: str, names: SafeNames) -> str:
    name, mark = _name_and_mark(text)
    return f"{names.safe(name)} {mark}" if mark else names.safe(name)


def _scale_and_offset(rest: str) -> str | None:
    """The scale and offset, (1,0) where the statement has none; None where they cannot be read."""
    found = grammar.SIGNAL_SCALE.search(rest)
    if found is None:
        return "(1,0)"
    scale, offset = normalized_number(found["scale"]), normalized_number(found["offset"])
    return None if scale is None or offset is None else f"({scale},{offset})"


def _limits(rest: str) -> str:
    """The minimum and maximum; [0|0], which means none, where they cannot be read."""
    found = grammar.SIGNAL_RANGE.search(rest)
    low = normalized_number(found["minimum"]) if found else None
    high = normalized_number(found["maximum"]) if found else None
    return "[0|0]" if low is None or high is None else f"[{low}|{high}]"


def _name_and_mark(text: str) -> tuple[str, str]:
    """The name of a signal and its multiplexing mark, from the text before the colon."""
    name, _, mark = text.rpartition(" ")
    number = mark[1:].removesuffix("M")
    if name and mark == "m":
        return name.strip(), "M"  # a selected signal has the number that selects it
    is_mark = mark == "M" or (mark.startswith("m") and number.isdecimal() and len(number) < 10)
    return (name.strip(), mark) if name and is_mark else (text.strip(), "")


def _unit_and_receivers(rest: str, names: SafeNames) -> str:
    """The unit, which may lack its closing quote, and the receivers, with any separators."""
    before = grammar.SIGNAL_RANGE.search(rest) or grammar.SIGNAL_SCALE.search(rest)
    text = rest[before.end() if before else 0 :]
    first, last = text.find('"'), text.rfind('"')
    unit, receivers = "", ""
    if last > first:
        unit, receivers = text[first + 1 : last], text[last + 1 :]
    elif first >= 0:
        unit = text[first + 1 :].split("\n")[0].rstrip()
    unit = unit.replace('"', "'").replace("\\", "/")
    nodes = receivers.replace(",", " ").replace(";", " ").split()
    return f'"{unit}" {",".join(map(names.safe, nodes)) or "Vector__XXX"}'
