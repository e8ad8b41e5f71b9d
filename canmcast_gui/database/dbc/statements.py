"""The statements of a DBC file, each with its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from canmcast_gui.database.dbc import grammar


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement. ``match`` is None where it is not as it should, ``keyword`` "" where it is none."""

    line: int
    keyword: str
    text: str
    match: re.Match[str] | None


def statements_of(text: str) -> Iterator[Statement]:
    """Every statement of a file, in its order; what lies between statements comes with no keyword."""
    place, line, counted = 0, 1, 0
    while True:
        place = _after_space(text, place)
        if place >= len(text):
            return
        line += text.count("\n", counted, place)
        counted = place
        statement = _statement_at(text, place, line)
        place += len(statement.text)
        yield statement


def _after_space(text: str, place: int) -> int:
    found = grammar.SPACE.match(text, place)
    return found.end() if found else place


def _statement_at(text: str, place: int, line: int) -> Statement:
    found = grammar.KEYWORD.match(text, place)
    keyword = found.group() if found else ""
    if keyword == "NS_":
        whole = grammar.NEW_SYMBOLS.match(text, place)
        return Statement(line, keyword, whole.group() if whole else keyword, None)
    pattern = grammar.STATEMENTS.get(keyword)
    match = pattern.match(text, place) if pattern else None
    if match:
        return Statement(line, keyword, match.group(), match)
    end = grammar.NEXT_LINE.search(text, place)
    return Statement(line, keyword, text[place : end.start() + 1 if end else len(text)], None)
