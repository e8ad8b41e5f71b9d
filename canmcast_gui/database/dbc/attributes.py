"""Attributes of a DBC file: their definitions, defaults and values, as far as these agree with each other."""

from __future__ import annotations

import math
import re

from canmcast_gui.database.dbc import grammar
from canmcast_gui.database.dbc.layout import Layout
from canmcast_gui.database.dbc.statements import Statement
from canmcast_gui.database.notes import Notes

_CHOICE = re.compile(grammar.STRING)


class Attributes:
    """Passes on what the parser can read; a value without its definition, or of another type, is left out."""

    def __init__(self, layout: Layout, notes: Notes) -> None:
        self._layout = layout
        self._notes = notes
        self._types: dict[str, str] = {}
        self._choices: dict[str, list[str]] = {}

    def define(self, statement: Statement) -> None:
        """Take in a definition; others do not matter here."""
        match = statement.match
        if statement.keyword != "BA_DEF_" or match is None:
            return
        name = match["name"]
        self._types[name] = match["type"] or ("STRING" if match["string"] else "ENUM")
        if match["choices"]:
            self._choices[name] = _CHOICE.findall(match["choices"])

    def mend(self, statement: Statement) -> str:
        """The statement as the parser takes it, "" where it is left out."""
        match = statement.match
        if match is None:
            self._notes.left_out(statement.line, f"{statement.keyword} cannot be read")
            return ""
        if statement.keyword == "BA_DEF_":
            return statement.text
        if statement.keyword == "BA_DEF_DEF_":
            kind = self._types.get(match["name"], "STRING")
            fits = kind in ("STRING", "ENUM") or _is_number(match["value"])
            return statement.text if fits else self._lost(statement, match["name"], match["value"])
        return self._mend_value(statement, match)

    def _mend_value(self, statement: Statement, match: re.Match[str]) -> str:
        name, value = match["attribute"], match["value"]
        kind = self._types.get(name)
        if kind is None:
            self._notes.left_out(statement.line, f"attribute {name} is not defined in the file")
            return ""
        target = self._layout.target(match)
        if target is None:
            number = match["id"] or match["id2"]
            if not self._layout.is_orphan(number):
                self._notes.left_out(
                    statement.line, f"attribute {name} of what the file does not have in message {number}"
                )
            return ""
        if kind == "ENUM" and value in self._choices.get(name, ()):
            # written as its text where the format has its place in the list
            value = str(self._choices[name].index(value))
        if (kind == "ENUM" and not self._is_choice(name, value)) or (
            kind != "STRING" and not _is_number(value)
        ):
            return self._lost(statement, name, value)
        return f"BA_ {name} {target}{value};"

    def _is_choice(self, name: str, value: str) -> bool:
        return _is_number(value) and 0 <= float(value.strip('"')) < len(self._choices.get(name, ()))

    def _lost(self, statement: Statement, name: str, value: str) -> str:
        self._notes.left_out(statement.line, f"attribute {name} cannot be {value}")
        return ""


def _is_number(value: str) -> bool:
    try:
        return math.isfinite(float(value.strip('"')))
    except ValueError:
        return False
