"""The text of a DBC file as cantools accepts it: repaired where the meaning is clear, else left out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from canmcast_gui.database.dbc import grammar
from canmcast_gui.database.dbc.attributes import Attributes, repair_comment
from canmcast_gui.database.dbc.messages import Layout
from canmcast_gui.database.dbc.references import Multiplexing, References
from canmcast_gui.database.dbc.statements import SafeNames, Statement, statements_of
from canmcast_gui.database.problems import Problems

# A statement that long is no slip of a hand; looking for its meaning would take more than it is worth.
LONGEST_REPAIRED = 20_000
# The parser takes 200 times the memory of each text between quotes.
LONGEST_TEXT = 100_000
_LONG_TEXT = re.compile(rf'"[^"]{{{LONGEST_TEXT}}}')

_LAYOUT = frozenset(("BO_", "SG_"))
_ATTRIBUTES = frozenset(("BA_DEF_", "BA_DEF_DEF_", "BA_"))
_REFERENCES = frozenset(("VAL_", "SIG_VALTYPE_", "SG_MUL_VAL_", "BO_TX_BU_"))


@dataclass(frozen=True)
class RepairedDbc:
    """``text`` for the parser, and ``without_attributes`` the same with less in it that could be wrong.

    ``names`` gives back the names that the parser would not have taken. ``lines`` are those of messages
    (name, "") and of signals (message, signal).
    """

    text: str
    without_attributes: str
    names: SafeNames
    lines: dict[tuple[str, str], int]


def repair_dbc(text: str, problems: Problems) -> RepairedDbc:
    """Repair what can be repaired. What was done is added to ``problems``."""
    statements = [one for one in statements_of(text) if not _is_too_long(one, problems)]
    layout = Layout(SafeNames(text), problems)
    placed = [layout.add(one) for one in statements if one.keyword in _LAYOUT]
    multiplexing = Multiplexing(layout, problems)
    multiplexing.collect(statements)
    attributes = Attributes(layout, problems)
    for statement in statements:
        attributes.define(statement)
    stays = [one.text for one in placed if one.message and one.message.number not in multiplexing.endless]
    references = References(layout, multiplexing, problems)
    others = [_repair(one, layout, references, problems) for one in statements]
    described = [attributes.repair(one) for one in statements if one.keyword in _ATTRIBUTES]
    plain = "\n".join(filter(None, ['VERSION ""', *stays, *others]))
    return RepairedDbc(
        "\n".join([plain, *filter(None, described)]) + "\n", plain + "\n", layout.names, layout.lines
    )


def _repair(statement: Statement, layout: Layout, references: References, problems: Problems) -> str:
    """A statement that is neither of messages and signals nor of attributes."""
    keyword = statement.keyword
    if keyword in grammar.UNUSED or keyword in _LAYOUT or keyword in _ATTRIBUTES or keyword == "VERSION":
        return ""
    if not keyword:
        problems.left_out(statement.line, f"no statement of a database: {_shortened(statement.text)}")
        return ""
    if len(statement.text) > LONGEST_REPAIRED and statement.match is None:
        problems.left_out(statement.line, f"{keyword} of {len(statement.text):,} characters cannot be read")
        return ""
    if keyword == "CM_":
        return repair_comment(_with_short_text(statement, problems), layout, problems)
    if keyword in _REFERENCES:
        return references.repair(statement)
    if statement.match is not None:
        return statement.text
    if keyword == "BU_":
        return _repair_nodes(statement, layout, problems)
    problems.left_out(statement.line, f"{keyword} cannot be read: {_shortened(statement.text)}")
    return ""


def _is_too_long(statement: Statement, problems: Problems) -> bool:
    """Whether a text between quotes, other than a comment, is longer than any that is meant to be read."""
    if statement.keyword == "CM_" or len(statement.text) <= LONGEST_TEXT:
        return False
    found = _LONG_TEXT.search(statement.text)
    if found is not None:
        problems.left_out(
            statement.line, f"{statement.keyword} with a text of over {LONGEST_TEXT:,} characters"
        )
    return found is not None


def _with_short_text(statement: Statement, problems: Problems) -> Statement:
    """A comment that is cut where it is longer than any that is meant to be read."""
    if statement.match is None or len(statement.match["text"]) <= LONGEST_TEXT:
        return statement
    start, text = statement.match.start("text") - statement.match.start(), statement.match["text"]
    problems.left_out(
        statement.line, f"a comment of {len(text):,} characters: all after the first {LONGEST_TEXT:,}"
    )
    cut = statement.text[: start + LONGEST_TEXT].rstrip("\\") + '";'
    return Statement(statement.line, statement.keyword, cut, grammar.STATEMENTS["CM_"].match(cut))


def _repair_nodes(statement: Statement, layout: Layout, problems: Problems) -> str:
    """Names of nodes, whatever stands between them."""
    text = statement.text[len("BU_") :]
    words = text.replace(":", " ").replace(",", " ").replace(";", " ").split()
    problems.repaired(statement.line, "names of nodes: not written as they should be")
    return "BU_: " + " ".join(layout.names.safe(word) for word in words)


def _shortened(text: str) -> str:
    """The beginning of a text, on one line."""
    line = " ".join(text[:200].split())
    return line if len(line) <= 60 else f"{line[:59]}…"
