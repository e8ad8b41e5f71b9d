"""Statements about messages and signals: value tables, number types, multiplexing, further senders."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from canmcast_gui.database.dbc import grammar
from canmcast_gui.database.dbc.messages import LaidOut, Layout
from canmcast_gui.database.dbc.statements import Statement
from canmcast_gui.database.problems import MAX_COMBINATIONS, Problems


class References:
    """Repairs VAL_, SIG_VALTYPE_, SG_MUL_VAL_ and BO_TX_BU_ statements; those about nothing are left out."""

    def __init__(self, layout: Layout, multiplexing: Multiplexing, problems: Problems) -> None:
        self._layout = layout
        self._multiplexing = multiplexing
        self._problems = problems

    def repair(self, statement: Statement) -> str:
        """The statement as the parser takes it, "" where it is left out."""
        keyword, match = statement.keyword, statement.match
        if match is None:
            if keyword == "VAL_":
                return self._repair_table(statement)
            return self._lost(statement, f"{keyword} cannot be read")
        message = self._layout.message(match["id"])
        if message is None or self._layout.is_orphan(match["id"]):
            return self._lost(statement, f"{keyword} for message {match['id']}, which the file does not have")
        if keyword == "BO_TX_BU_":
            nodes = match["nodes"].replace(",", " ").split()
            senders = ",".join(map(self._layout.names.safe, nodes))
            return f"BO_TX_BU_ {message.number} : {senders};" if nodes else ""
        name = match["name"]
        if name not in message.lengths:
            return self._lost(
                statement, f"{keyword} for signal {name}, which message {message.name} does not have"
            )
        if keyword == "SIG_VALTYPE_":
            return self._number_type(statement, message, name)
        if keyword == "SG_MUL_VAL_":
            return self._multiplexing.text(statement)
        return f"VAL_ {message.number} {statement.text[match.start('name') - match.start() :]}"

    def _lost(self, statement: Statement, what: str) -> str:
        match = statement.match
        if match is None or not self._layout.is_orphan(match["id"]):
            self._problems.left_out(statement.line, what)
        return ""

    def _number_type(self, statement: Statement, message: LaidOut, name: str) -> str:
        assert statement.match is not None
        kind = statement.match["type"]
        if kind in "12" and message.lengths[name] not in (16, 32, 64):
            return self._lost(
                statement,
                f"signal {name} is said to be a float of {message.lengths[name]} bits; "
                "it is read as a whole number",
            )
        return f"SIG_VALTYPE_ {message.number} {self._layout.names.safe(name)} : {kind};"

    def _repair_table(self, statement: Statement) -> str:
        """A table of values with an odd name, numbers that are not plain, or without its semicolon."""
        body = statement.text[len("VAL_") :].strip()
        found = grammar.NAMED_SIGNAL.match(body)
        message = self._layout.message(found["id"]) if found else None
        if found is None or message is None or found["name"] not in message.lengths:
            first_line = body[:60].split("\n")[0].rstrip()
            return self._lost(statement, f"VAL_ without a signal of the file: {first_line}")
        pairs = [
            f"{whole} {one['text']}"
            for one in grammar.PAIR.finditer(body, found.end())
            if (whole := _whole(one["number"])) is not None
        ]
        self._problems.repaired(statement.line, f"texts for the values of signal {found['name']}")
        return f"VAL_ {message.number} {self._layout.names.safe(found['name'])} {' '.join(pairs)} ;"


def _whole(text: str) -> int | None:
    try:
        return int(text, 16) if "x" in text.lower() else int(text)
    except ValueError:
        return None


# cantools keeps every number of a range.
MOST_NUMBERS = 1_000_000

_RANGE = re.compile(r"(\d+)-(\d+)")


@dataclass(slots=True)
class _Tree:
    """Multiplexers of one message: numbers below each, and how many of these select further multiplexers."""

    message: LaidOut
    numbers: dict[str, int] = field(default_factory=dict)
    branches: dict[str, int] = field(default_factory=dict)


class Multiplexing:
    """Ranges as the parser takes them, and the messages that it would never be done with."""

    def __init__(self, layout: Layout, problems: Problems) -> None:
        self._layout = layout
        self._problems = problems
        self._texts: dict[int, str] = {}
        self._trees: dict[int, _Tree] = {}
        self._numbers = 0
        self.endless: set[int] = set()

    def collect(self, statements: list[Statement]) -> None:
        """Take in the statements of a file; ``endless`` has the numbers of messages to leave out."""
        found = [one for one in statements if one.keyword == "SG_MUL_VAL_" and one.match is not None]
        selectors = {(one.match["id"], one.match["above"]) for one in found if one.match}
        for one in found:
            self._add(one, selectors)
        total = 0
        for number, tree in self._trees.items():
            total += _combinations(tree)
            if total > MAX_COMBINATIONS:
                self.endless.add(number)
                self._problems.left_out(
                    tree.message.line,
                    f"message {tree.message.name}: its multiplexers have more than {MAX_COMBINATIONS:,} "
                    "combinations",
                )
                total -= min(total, _combinations(tree))

    def text(self, statement: Statement) -> str:
        """The statement as the parser takes it, "" where it is left out."""
        return self._texts.get(statement.line, "")

    def _add(self, statement: Statement, selectors: set[tuple[str, str]]) -> None:
        assert statement.match is not None
        match, name, above = statement.match, statement.match["name"], statement.match["above"]
        message = self._layout.message(match["id"])
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
        if not count or self._numbers + count > MOST_NUMBERS:
            self._problems.left_out(statement.line, f"SG_MUL_VAL_ of signal {name} with {count:,} numbers")
            return
        self._numbers += count
        tree = self._trees.setdefault(message.number, _Tree(message))
        tree.numbers[above] = min(most + 1, tree.numbers.get(above, 0) + count)
        if (match["id"], name) in selectors:
            tree.branches[above] = tree.branches.get(above, 0) + count
        safe = self._layout.names.safe
        texts = ", ".join(f"{first}-{last}" for first, last in ranges)
        self._texts[statement.line] = f"SG_MUL_VAL_ {message.number} {safe(name)} {safe(above)} {texts};"


def _combinations(tree: _Tree) -> int:
    """How many combinations of a message's multiplexers' numbers there are, at most."""
    paths = 1
    for count in tree.branches.values():
        paths = min(paths * max(1, count), 10 * MAX_COMBINATIONS)
    return paths * max(tree.numbers.values(), default=1)
