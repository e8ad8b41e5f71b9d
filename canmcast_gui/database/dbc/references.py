"""Statements about messages and signals: value tables, number types, multiplexing, further senders."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from canmcast_gui.database.dbc import grammar
from canmcast_gui.database.dbc.grammar import Statement
from canmcast_gui.database.dbc.messages import DbcMessage, MessageTable
from canmcast_gui.database.problems import MAX_COMBINATIONS, Problems


class References:
    """Repairs VAL_, SIG_VALTYPE_, SG_MUL_VAL_ and BO_TX_BU_ statements, or leaves them out."""

    def __init__(self, table: MessageTable, multiplexing: Multiplexing, problems: Problems) -> None:
        self._table = table
        self._multiplexing = multiplexing
        self._problems = problems

    def repair(self, statement: Statement) -> str:
        """The statement as cantools accepts it, "" where it is left out."""
        keyword, match = statement.keyword, statement.match
        if match is None:
            if keyword == "VAL_":
                return self._repair_table(statement)
            return self._leave_out(statement, f"{keyword} cannot be read")
        message = self._table.message(match["id"])
        if message is None or self._table.is_unassigned(match["id"]):
            return self._leave_out(
                statement, f"{keyword} for message {match['id']}, which is not in the file"
            )
        if keyword == "BO_TX_BU_":
            nodes = match["nodes"].replace(",", " ").split()
            senders = ",".join(map(self._table.names.safe, nodes))
            return f"BO_TX_BU_ {message.number} : {senders};" if nodes else ""
        name = match["name"]
        if name not in message.lengths:
            return self._leave_out(
                statement, f"{keyword} for signal {name}, which message {message.name} does not have"
            )
        if keyword == "SIG_VALTYPE_":
            return self._number_type(statement, message, name)
        if keyword == "SG_MUL_VAL_":
            return self._multiplexing.text(statement)
        return f"VAL_ {message.number} {statement.text[match.start('name') - match.start() :]}"

    def _leave_out(self, statement: Statement, what: str) -> str:
        match = statement.match
        if match is None or not self._table.is_unassigned(match["id"]):
            self._problems.left_out(statement.line, what)
        return ""

    def _number_type(self, statement: Statement, message: DbcMessage, name: str) -> str:
        assert statement.match is not None
        kind = statement.match["type"]
        if kind in "12" and message.lengths[name] not in (16, 32, 64):
            return self._leave_out(
                statement,
                f"signal {name} is declared as a float of {message.lengths[name]} bits; read as an integer",
            )
        return f"SIG_VALTYPE_ {message.number} {self._table.names.safe(name)} : {kind};"

    def _repair_table(self, statement: Statement) -> str:
        """A value table with an invalid name or invalid numbers, or without its semicolon."""
        body = statement.text[len("VAL_") :].strip()
        found = grammar.NAMED_SIGNAL.match(body)
        message = self._table.message(found["id"]) if found else None
        if found is None or message is None or found["name"] not in message.lengths:
            first_line = body[:60].split("\n")[0].rstrip()
            return self._leave_out(statement, f"VAL_ without a signal of the file: {first_line}")
        pairs = [
            f"{whole} {one['text']}"
            for one in grammar.PAIR.finditer(body, found.end())
            if (whole := _whole(one["number"])) is not None
        ]
        self._problems.repaired(statement.line, f"texts for the values of signal {found['name']}")
        return f"VAL_ {message.number} {self._table.names.safe(found['name'])} {' '.join(pairs)} ;"


def _whole(text: str) -> int | None:
    try:
        return int(text, 16) if "x" in text.lower() else int(text)
    except ValueError:
        return None


# cantools stores every value of a range: for one range of 3,000,000 it needs 84 s.
MAX_VALUES = 1_000_000

_RANGE = re.compile(r"(\d+)-(\d+)")


@dataclass(slots=True)
class _Multiplexers:
    """The multiplexers of a message: the number of values of each, and of those that select multiplexers."""

    message: DbcMessage
    numbers: dict[str, int] = field(default_factory=dict)
    branches: dict[str, int] = field(default_factory=dict)


class Multiplexing:
    """Repairs SG_MUL_VAL_ statements, and finds messages with too many combinations for cantools."""

    def __init__(self, table: MessageTable, problems: Problems) -> None:
        self._table = table
        self._problems = problems
        self._texts: dict[int, str] = {}
        self._multiplexers: dict[int, _Multiplexers] = {}
        self._numbers = 0
        self.too_large: set[int] = set()

    def collect(self, statements: list[Statement]) -> None:
        """Add the statements of a file; ``too_large`` then has the numbers of messages to leave out."""
        found = [one for one in statements if one.keyword == "SG_MUL_VAL_" and one.match is not None]
        selectors = {(one.match["id"], one.match["above"]) for one in found if one.match}
        for one in found:
            self._add(one, selectors)
        total = 0
        for number, multiplexers in self._multiplexers.items():
            total += _combinations(multiplexers)
            if total > MAX_COMBINATIONS:
                self.too_large.add(number)
                self._problems.left_out(
                    multiplexers.message.line,
                    f"message {multiplexers.message.name}: its multiplexers have more than "
                    f"{MAX_COMBINATIONS:,} combinations",
                )
                total -= min(total, _combinations(multiplexers))

    def text(self, statement: Statement) -> str:
        """The statement as cantools accepts it, "" where it is left out."""
        return self._texts.get(statement.line, "")

    def _add(self, statement: Statement, selectors: set[tuple[str, str]]) -> None:
        assert statement.match is not None
        match, name, above = statement.match, statement.match["name"], statement.match["above"]
        message = self._table.message(match["id"])
        if message is None or name not in message.lengths:
            return
        if above not in message.lengths:
            self._problems.left_out(
                statement.line,
                f"SG_MUL_VAL_ for multiplexer {above}, which message {message.name} does not have",
            )
            return
        most = (1 << min(32, message.lengths[above])) - 1
        pairs = _RANGE.findall("".join(match["ranges"].split()))
        ranges = [(int(first), min(int(last), most)) for first, last in pairs if int(first) <= most]
        count = sum(max(0, last - first + 1) for first, last in ranges)
        if not count or self._numbers + count > MAX_VALUES:
            self._problems.left_out(statement.line, f"SG_MUL_VAL_ of signal {name} with {count:,} numbers")
            return
        self._numbers += count
        multiplexers = self._multiplexers.setdefault(message.number, _Multiplexers(message))
        multiplexers.numbers[above] = min(most + 1, multiplexers.numbers.get(above, 0) + count)
        if (match["id"], name) in selectors:
            multiplexers.branches[above] = multiplexers.branches.get(above, 0) + count
        safe = self._table.names.safe
        texts = ", ".join(f"{first}-{last}" for first, last in ranges)
        self._texts[statement.line] = f"SG_MUL_VAL_ {message.number} {safe(name)} {safe(above)} {texts};"


def _combinations(multiplexers: _Multiplexers) -> int:
    """The most combinations of the values of a message's multiplexers."""
    paths = 1
    for count in multiplexers.branches.values():
        paths = min(paths * max(1, count), 10 * MAX_COMBINATIONS)
    return paths * max(multiplexers.numbers.values(), default=1)
