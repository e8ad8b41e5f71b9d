"""Extended multiplexing (SG_MUL_VAL_): which numbers of which multiplexer select a signal."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from canmcast_gui.database.dbc.layout import LaidOut, Layout
from canmcast_gui.database.dbc.statements import Statement
from canmcast_gui.database.limits import MOST_COMBINATIONS
from canmcast_gui.database.notes import Notes

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

    def __init__(self, layout: Layout, notes: Notes) -> None:
        self._layout = layout
        self._notes = notes
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
            if total > MOST_COMBINATIONS:
                self.endless.add(number)
                self._notes.left_out(
                    tree.message.line,
                    f"message {tree.message.name}: its multiplexers have more than {MOST_COMBINATIONS:,} "
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
            self._notes.left_out(
                statement.line,
                f"SG_MUL_VAL_ for multiplexer {above}, which message {message.name} does not have",
            )
            return
        most = (1 << min(32, message.lengths[above])) - 1
        pairs = _RANGE.findall("".join(match["ranges"].split()))
        ranges = [(int(first), min(int(last), most)) for first, last in pairs if int(first) <= most]
        count = sum(max(0, last - first + 1) for first, last in ranges)
        if not count or self._numbers + count > MOST_NUMBERS:
            self._notes.left_out(statement.line, f"SG_MUL_VAL_ of signal {name} with {count:,} numbers")
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
        paths = min(paths * max(1, count), 10 * MOST_COMBINATIONS)
    return paths * max(tree.numbers.values(), default=1)
