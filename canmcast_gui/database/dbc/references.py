"""Statements about signals of messages: value tables, number types, multiplexing, further senders."""

from __future__ import annotations

from canmcast_gui.database.dbc import grammar
from canmcast_gui.database.dbc.layout import LaidOut, Layout
from canmcast_gui.database.dbc.multiplexing import Multiplexing
from canmcast_gui.database.dbc.statements import Statement
from canmcast_gui.database.notes import Notes


class References:
    """Mends VAL_, SIG_VALTYPE_, SG_MUL_VAL_ and BO_TX_BU_ statements; those about nothing are left out."""

    def __init__(self, layout: Layout, multiplexing: Multiplexing, notes: Notes) -> None:
        self._layout = layout
        self._multiplexing = multiplexing
        self._notes = notes

    def mend(self, statement: Statement) -> str:
        """The statement as the parser takes it, "" where it is left out."""
        keyword, match = statement.keyword, statement.match
        if match is None:
            if keyword == "VAL_":
                return self._mend_table(statement)
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
            self._notes.left_out(statement.line, what)
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

    def _mend_table(self, statement: Statement) -> str:
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
        self._notes.mended(statement.line, f"texts for the values of signal {found['name']}")
        return f"VAL_ {message.number} {self._layout.names.safe(found['name'])} {' '.join(pairs)} ;"


def _whole(text: str) -> int | None:
    try:
        return int(text, 16) if "x" in text.lower() else int(text)
    except ValueError:
        return None
