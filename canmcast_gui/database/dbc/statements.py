"""The statements of a DBC file with their lines, and stand-ins for names that cantools does not accept."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

from canmcast_gui.database.dbc import grammar
from canmcast_gui.database.dbc.grammar import IS_WORD

if TYPE_CHECKING:
    from cantools.database.can import Database as ParsedDatabase


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


class SafeNames:
    """Stand-ins for names that begin with a digit or have signs that are no letters."""

    def __init__(self, text: str) -> None:
        self._prefix = "NAME_"
        while self._prefix in text:
            self._prefix += "_"
        self._stand_ins: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def safe(self, name: str) -> str:
        """The name itself, or what stands for it."""
        if IS_WORD.fullmatch(name):
            return name
        if name not in self._stand_ins:
            stand_in = f"{self._prefix}{len(self._stand_ins)}"
            self._stand_ins[name], self._names[stand_in] = stand_in, name
        return self._stand_ins[name]

    def restore(self, parsed: ParsedDatabase) -> None:
        """Give everything in a parsed database its own name again."""
        if not self._names:
            return
        for message in parsed.messages:
            message.name = self._name(message.name)
            message.senders[:] = map(self._name, message.senders)
            for signal in message.signals:
                signal.name = self._name(signal.name)
                signal.receivers = list(map(self._name, signal.receivers))
                if signal.multiplexer_signal is not None:
                    signal.multiplexer_signal = self._name(signal.multiplexer_signal)
            message.refresh(strict=False)
        for node in parsed.nodes:
            node.name = self._name(node.name)
        parsed.refresh()

    def _name(self, name: str) -> str:
        return self._names.get(name, name)
