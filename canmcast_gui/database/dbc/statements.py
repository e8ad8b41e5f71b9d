"""The statements of a DBC file with their lines, and substitutes for names that cantools does not accept."""

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
    """A statement. ``match`` is None where it is invalid, ``keyword`` "" where it is another text."""

    line: int
    keyword: str
    text: str
    match: re.Match[str] | None


def statements_of(text: str) -> Iterator[Statement]:
    """All statements of a file, in order; the text between statements has no keyword."""
    position, line, counted = 0, 1, 0
    while True:
        position = _after_space(text, position)
        if position >= len(text):
            return
        line += text.count("\n", counted, position)
        counted = position
        statement = _statement_at(text, position, line)
        position += len(statement.text)
        yield statement


def _after_space(text: str, position: int) -> int:
    found = grammar.SPACE.match(text, position)
    return found.end() if found else position


def _statement_at(text: str, position: int, line: int) -> Statement:
    found = grammar.KEYWORD.match(text, position)
    keyword = found.group() if found else ""
    if keyword == "NS_":
        whole = grammar.NEW_SYMBOLS.match(text, position)
        return Statement(line, keyword, whole.group() if whole else keyword, None)
    pattern = grammar.STATEMENTS.get(keyword)
    match = pattern.match(text, position) if pattern else None
    if match:
        return Statement(line, keyword, match.group(), match)
    end = grammar.NEXT_LINE.search(text, position)
    return Statement(line, keyword, text[position : end.start() + 1 if end else len(text)], None)


class SafeNames:
    """Substitutes for names that start with a digit or have characters beyond ASCII letters and digits."""

    def __init__(self, text: str) -> None:
        self._prefix = "NAME_"
        while self._prefix in text:
            self._prefix += "_"
        self._substitutes: dict[str, str] = {}
        self._names: dict[str, str] = {}

    def safe(self, name: str) -> str:
        """The name itself, or its substitute."""
        if IS_WORD.fullmatch(name):
            return name
        if name not in self._substitutes:
            substitute = f"{self._prefix}{len(self._substitutes)}"
            self._substitutes[name], self._names[substitute] = substitute, name
        return self._substitutes[name]

    def restore(self, parsed: ParsedDatabase) -> None:
        """Replace the substitutes in a parsed database by the names."""
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
