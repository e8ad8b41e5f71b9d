"""Attributes and comments of a DBC file, as far as what they describe is in the file."""

from __future__ import annotations

import math
import re

from canmcast_gui.database.dbc import grammar
from canmcast_gui.database.dbc.messages import Layout
from canmcast_gui.database.dbc.statements import Statement
from canmcast_gui.database.problems import Problems

_CHOICE = re.compile(grammar.STRING)


class Attributes:
    """Passes on what the parser can read; a value without its definition, or of another type, is left out."""

    def __init__(self, layout: Layout, problems: Problems) -> None:
        self._layout = layout
        self._problems = problems
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

    def repair(self, statement: Statement) -> str:
        """The statement as the parser takes it, "" where it is left out."""
        match = statement.match
        if match is None:
            self._problems.left_out(statement.line, f"{statement.keyword} cannot be read")
            return ""
        if statement.keyword == "BA_DEF_":
            return statement.text
        if statement.keyword == "BA_DEF_DEF_":
            kind = self._types.get(match["name"], "STRING")
            fits = kind in ("STRING", "ENUM") or _is_number(match["value"])
            return statement.text if fits else self._lost(statement, match["name"], match["value"])
        return self._repair_value(statement, match)

    def _repair_value(self, statement: Statement, match: re.Match[str]) -> str:
        name, value = match["attribute"], match["value"]
        kind = self._types.get(name)
        if kind is None:
            self._problems.left_out(statement.line, f"attribute {name} is not defined in the file")
            return ""
        target = self._layout.target(match)
        if target is None:
            number = match["id"] or match["id2"]
            if not self._layout.is_orphan(number):
                self._problems.left_out(
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
        self._problems.left_out(statement.line, f"attribute {name} cannot be {value}")
        return ""


def _is_number(value: str) -> bool:
    try:
        return math.isfinite(float(value.strip('"')))
    except ValueError:
        return False


def repair_comment(statement: Statement, layout: Layout, problems: Problems) -> str:
    """The comment's statement as the parser takes it, "" where it is about nothing that there is."""
    found = statement.match or grammar.COMMENT.match(statement.text) or grammar.UNQUOTED.match(statement.text)
    if found is None:
        problems.left_out(statement.line, "a comment that cannot be read")
        return ""
    target = layout.target(found)
    if target is None:
        if not layout.is_orphan(found["id"] or found["id2"]):
            what = (
                f"signal {found['name'].strip()} of message {found['id']}"
                if found["kind"]
                else (f"message {found['id2']}")
            )
            problems.left_out(statement.line, f"a comment on {what}, which the file does not have")
        return ""
    if statement.match is not None:
        return f"CM_ {target}{found['text']};"
    body, flaws = _body(found["text"])
    problems.repaired(statement.line, f"a comment: {flaws}")
    return f'CM_ {target}"{body}";'


def _body(text: str) -> tuple[str, str]:
    """The comment's own text as the parser takes it, and what was wrong around it."""
    text, flaws = text.strip(), []
    if text.endswith(";"):
        text = text[:-1].rstrip()
    else:
        flaws.append("its semicolon is missing")
    quoted = text.startswith('"')
    text = text.removeprefix('"')
    if not quoted:
        flaws.append("its quotes are missing")
    elif not text.endswith('"'):
        flaws.append("its closing quote is missing")
    text = text.removesuffix('"')
    if '"' in text.replace('\\"', ""):
        flaws.append("it has quotes inside")
    text = text.replace('\\"', '"').replace('"', '\\"')
    return (f"{text} " if text.endswith("\\") else text), ", ".join(flaws) or "not written as it should be"
