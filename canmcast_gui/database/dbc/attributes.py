"""Attributes and comments of a DBC file, as far as what they describe is in the file."""

from __future__ import annotations

import math
import re

from canmcast_gui.database.dbc import grammar
from canmcast_gui.database.dbc.grammar import Statement
from canmcast_gui.database.dbc.messages import MessageTable
from canmcast_gui.database.problems import Problems

_CHOICE = re.compile(grammar.STRING)


class Attributes:
    """Leaves out values without a definition and of another type, which cantools does not accept."""

    def __init__(self, table: MessageTable, problems: Problems) -> None:
        self._table = table
        self._problems = problems
        self._types: dict[str, str] = {}
        self._choices: dict[str, list[str]] = {}

    def define(self, statement: Statement) -> None:
        """Add a definition; ignores other statements."""
        match = statement.match
        if statement.keyword != "BA_DEF_" or match is None:
            return
        name = match["name"]
        self._types[name] = match["type"] or ("STRING" if match["string"] else "ENUM")
        if match["choices"]:
            self._choices[name] = _CHOICE.findall(match["choices"])

    def repair(self, statement: Statement) -> str:
        """The statement as cantools accepts it, "" where it is left out."""
        match = statement.match
        if match is None:
            self._problems.left_out(statement.line, f"{statement.keyword} cannot be read")
            return ""
        if statement.keyword == "BA_DEF_":
            return statement.text
        if statement.keyword == "BA_DEF_DEF_":
            kind = self._types.get(match["name"], "STRING")
            fits = kind in ("STRING", "ENUM") or _is_number(match["value"])
            return statement.text if fits else self._leave_out(statement, match["name"], match["value"])
        return self._repair_value(statement, match)

    def _repair_value(self, statement: Statement, match: re.Match[str]) -> str:
        name, value = match["attribute"], match["value"]
        kind = self._types.get(name)
        if kind is None:
            self._problems.left_out(statement.line, f"attribute {name} is not defined in the file")
            return ""
        target = self._table.target(match)
        if target is None:
            number = match["id"] or match["id2"]
            if not self._table.is_unassigned(number):
                self._problems.left_out(
                    statement.line,
                    f"attribute {name} of a signal or message {number} that is not in the file",
                )
            return ""
        if kind == "ENUM" and value in self._choices.get(name, ()):
            # the text of the choice, where the format has its index
            value = str(self._choices[name].index(value))
        if (kind == "ENUM" and not self._is_choice(name, value)) or (
            kind != "STRING" and not _is_number(value)
        ):
            return self._leave_out(statement, name, value)
        return f"BA_ {name} {target}{value};"

    def _is_choice(self, name: str, value: str) -> bool:
        return _is_number(value) and 0 <= float(value.strip('"')) < len(self._choices.get(name, ()))

    def _leave_out(self, statement: Statement, name: str, value: str) -> str:
        self._problems.left_out(statement.line, f"attribute {name} cannot be {value}")
        return ""


def _is_number(value: str) -> bool:
    try:
        return math.isfinite(float(value.strip('"')))
    except ValueError:
        return False


def repair_comment(statement: Statement, table: MessageTable, problems: Problems) -> str:
    """The statement of a comment as cantools accepts it; "" where the file does not have its object."""
    found = statement.match or grammar.COMMENT.match(statement.text) or grammar.UNQUOTED.match(statement.text)
    if found is None:
        problems.left_out(statement.line, "a comment that cannot be read")
        return ""
    target = table.target(found)
    if target is None:
        if not table.is_unassigned(found["id"] or found["id2"]):
            what = (
                f"signal {found['name'].strip()} of message {found['id']}"
                if found["kind"]
                else (f"message {found['id2']}")
            )
            problems.left_out(statement.line, f"a comment on {what}, which the file does not have")
        return ""
    if statement.match is not None:
        return f"CM_ {target}{found['text']};"
    body, defects = _body(found["text"])
    problems.repaired(statement.line, f"a comment: {defects}")
    return f'CM_ {target}"{body}";'


def _body(text: str) -> tuple[str, str]:
    """The text of a comment as cantools accepts it, and what is wrong with its statement."""
    text, defects = text.strip(), []
    if text.endswith(";"):
        text = text[:-1].rstrip()
    else:
        defects.append("its semicolon is missing")
    quoted = text.startswith('"')
    text = text.removeprefix('"')
    if not quoted:
        defects.append("its quotes are missing")
    elif not text.endswith('"'):
        defects.append("its closing quote is missing")
    text = text.removesuffix('"')
    if '"' in text.replace('\\"', ""):
        defects.append("it has quotes inside")
    text = text.replace('\\"', '"').replace('"', '\\"')
    return (f"{text} " if text.endswith("\\") else text), ", ".join(defects) or "invalid syntax"
