"""The text of a DBC file as cantools accepts it: repaired where the meaning is clear, else left out."""

from __future__ import annotations

import re
from dataclasses import dataclass

from canmcast_gui.database.dbc import grammar
from canmcast_gui.database.dbc.attributes import Attributes, repair_comment
from canmcast_gui.database.dbc.grammar import SafeNames, Statement, statements_of
from canmcast_gui.database.dbc.messages import MessageTable
from canmcast_gui.database.dbc.references import Multiplexing, References
from canmcast_gui.database.problems import Lines, Problems

# A longer statement is not a typing error; to search it for its meaning would take too long.
MAX_REPAIRED = 20_000
# cantools needs 200 times the memory of each text between quotes.
MAX_TEXT = 100_000
_LONG_TEXT = re.compile(rf'"[^"]{{{MAX_TEXT}}}')

_LAYOUT = frozenset(("BO_", "SG_"))
_ATTRIBUTES = frozenset(("BA_DEF_", "BA_DEF_DEF_", "BA_"))
_REFERENCES = frozenset(("VAL_", "SIG_VALTYPE_", "SG_MUL_VAL_", "BO_TX_BU_"))


@dataclass(frozen=True)
class RepairedDbc:
    """``text`` for cantools, and ``without_attributes``, the same without statements about attributes.

    ``names`` restores the names that cantools does not accept. ``lines`` are those of messages (name, "") and
    of signals (message, signal).
    """

    text: str
    without_attributes: str
    names: SafeNames
    lines: Lines


def repair_dbc(text: str, problems: Problems) -> RepairedDbc:
    """Repair the text of a file. What was changed or left out is added to ``problems``."""
    statements = [one for one in statements_of(text) if not _is_too_long(one, problems)]
    table = MessageTable(SafeNames(text), problems)
    placed = [table.add(one) for one in statements if one.keyword in _LAYOUT]
    multiplexing = Multiplexing(table, problems)
    multiplexing.collect(statements)
    attributes = Attributes(table, problems)
    for statement in statements:
        attributes.define(statement)
    kept = [one.text for one in placed if one.message and one.message.number not in multiplexing.too_large]
    references = References(table, multiplexing, problems)
    others = [_repair(one, table, references, problems) for one in statements]
    described = [attributes.repair(one) for one in statements if one.keyword in _ATTRIBUTES]
    plain = "\n".join(filter(None, ['VERSION ""', *kept, *others]))
    return RepairedDbc(
        "\n".join([plain, *filter(None, described)]) + "\n", plain + "\n", table.names, table.lines
    )


def _repair(statement: Statement, table: MessageTable, references: References, problems: Problems) -> str:
    """A statement that is not about messages, signals or attributes."""
    keyword = statement.keyword
    if keyword in grammar.UNUSED or keyword in _LAYOUT or keyword in _ATTRIBUTES or keyword == "VERSION":
        return ""
    if not keyword:
        problems.left_out(statement.line, f"not a statement of a database: {_shortened(statement.text)}")
        return ""
    if len(statement.text) > MAX_REPAIRED and statement.match is None:
        problems.left_out(statement.line, f"{keyword} of {len(statement.text):,} characters cannot be read")
        return ""
    if keyword == "CM_":
        return repair_comment(_with_short_text(statement, problems), table, problems)
    if keyword in _REFERENCES:
        return references.repair(statement)
    if statement.match is not None:
        return statement.text
    if keyword == "BU_":
        return _repair_nodes(statement, table, problems)
    problems.left_out(statement.line, f"{keyword} cannot be read: {_shortened(statement.text)}")
    return ""


def _is_too_long(statement: Statement, problems: Problems) -> bool:
    """Whether a text between quotes, other than a comment, is longer than MAX_TEXT."""
    if statement.keyword == "CM_" or len(statement.text) <= MAX_TEXT:
        return False
    found = _LONG_TEXT.search(statement.text)
    if found is not None:
        problems.left_out(statement.line, f"{statement.keyword} with a text of over {MAX_TEXT:,} characters")
    return found is not None


def _with_short_text(statement: Statement, problems: Problems) -> Statement:
    """A comment, shortened to MAX_TEXT."""
    if statement.match is None or len(statement.match["text"]) <= MAX_TEXT:
        return statement
    start, text = statement.match.start("text") - statement.match.start(), statement.match["text"]
    problems.left_out(
        statement.line, f"a comment of {len(text):,} characters: all after the first {MAX_TEXT:,}"
    )
    cut = statement.text[: start + MAX_TEXT].rstrip("\\") + '";'
    return Statement(statement.line, statement.keyword, cut, grammar.STATEMENTS["CM_"].match(cut))


def _repair_nodes(statement: Statement, table: MessageTable, problems: Problems) -> str:
    """The names of nodes, with any separators."""
    text = statement.text[len("BU_") :]
    words = text.replace(":", " ").replace(",", " ").replace(";", " ").split()
    problems.repaired(statement.line, "names of nodes: invalid syntax")
    return "BU_: " + " ".join(table.names.safe(word) for word in words)


def _shortened(text: str) -> str:
    """The start of a text, on one line."""
    line = " ".join(text[:200].split())
    return line if len(line) <= 60 else f"{line[:59]}…"
