"""The statements of a DBC file: regular expressions for them, and the text with the line of each.

There are expressions for valid statements, and for what can be read of invalid ones.

The expressions of STATEMENTS match what cantools accepts, so that a match is passed on unchanged. Their
quantifiers are possessive: a match takes only a few passes over any text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from cantools.database.can import Database as ParsedDatabase


KEYWORDS = [
    "BA_DEF_DEF_REL_",
    "BA_DEF_SGTYPE_",
    "BA_DEF_DEF_",
    "BA_DEF_REL_",
    "BA_SGTYPE_",
    "BA_DEF_",
    "BA_REL_",
    "BA_",
    "BO_TX_BU_",
    "BO_",
    "BS_",
    "BU_BO_REL_",
    "BU_EV_REL_",
    "BU_SG_REL_",
    "BU_",
    "CAT_DEF_",
    "CAT_",
    "CM_",
    "ENVVAR_DATA_",
    "EV_DATA_",
    "EV_",
    "FILTER",
    "NS_DESC_",
    "NS_",
    "SG_MUL_VAL_",
    "SGTYPE_VAL_",
    "SGTYPE_",
    "SG_",
    "SIG_GROUP_",
    "SIG_TYPE_REF_",
    "SIGTYPE_VALTYPE_",
    "SIG_VALTYPE_",
    "VAL_TABLE_",
    "VAL_",
    "VERSION",
]

_ANY_KEYWORD = rf"(?:{'|'.join(KEYWORDS)})(?![A-Za-z0-9_])"

# More digits or larger exponents than floats have are not values of a vehicle.
NUMBER = r"[-+]?\d{1,40}+\.?\d{0,40}+(?:[eE][-+]?\d{1,3}(?!\d))?+"
WORD = rf"(?!{_ANY_KEYWORD})[A-Za-z_][A-Za-z0-9_]*+"
# A backslash before a quote makes it part of the text; other backslashes have no meaning.
STRING = r'"(?:\\"|[^"\\]|\\(?!"))*+"'

IS_WORD = re.compile(WORD)
SPACE = re.compile(r"(?:[ \r\n\t]++|//[^\n]*+(?:\n|\Z))*+")
KEYWORD = re.compile(_ANY_KEYWORD)
# The end of an invalid statement: before the next line that starts with a keyword.
NEXT_LINE = re.compile(rf"\n(?=[ \t]*+{_ANY_KEYWORD}[ \t]*+[^\s])")

_END = rf"(?=[ \t]*+\n|\s*+(?:{_ANY_KEYWORD}|//|\Z))"
_PAIRS = rf"(?:\s*+[-+]?\d{{1,20}}+(?![.\d])\s*+{STRING})*+"
# The object of a comment or an attribute. Any name matches: it is looked up, and written again.
_NAME = r"[^\s\":;,]++"
_OBJECT = (
    rf"(?:(?P<kind>SG_)\s++(?P<id>\d{{1,10}})\s++(?P<name>{_NAME})\s*+"
    rf"|(?P<kind2>BO_)\s++(?P<id2>\d{{1,10}})\s*+|(?P<other>BU_|EV_)\s++(?P<node>{_NAME})\s*+)?+"
)
_VALUE = rf"(?:{NUMBER}|{STRING})"


def _words(*parts: str) -> re.Pattern[str]:
    return re.compile(r"\s*+".join(parts), re.DOTALL)


STATEMENTS = {
    "VERSION": _words("VERSION", STRING),
    "BU_": _words("BU_", ":" + rf"(?:\s*+{WORD})*+" + _END),
    "BO_": _words(
        "BO_", r"(?P<id>\d{1,10})\s", f"(?P<name>{WORD})", ":", r"(?P<length>\d{1,6})\s",
        rf"(?P<sender>{WORD}){_END}",
    ),
    "SG_": _words(
        "SG_", f"(?P<name>{WORD})", r"(?:(?<=\s)(?P<mux>m\d{1,9}M?|M)(?![A-Za-z0-9_]))?+", ":",
        r"(?P<start>\d{1,6})", r"\|", r"(?P<length>\d{1,6})", "@", "[01]", "[-+]",
        r"\(", NUMBER, ",", NUMBER, r"\)", r"\[", NUMBER, r"\|", NUMBER, r"\]",
        STRING, rf"{WORD}(?:\s*+,\s*+{WORD})*+{_END}",
    ),
    "CM_": _words("CM_", f"{_OBJECT}(?P<text>{STRING})", ";"),
    "BA_DEF_": _words(
        "BA_DEF_", "(?:(?:SG_|BO_|EV_|BU_)(?![A-Za-z0-9_]))?+", f"(?P<name>{STRING})",
        rf"(?:(?P<type>INT|HEX|FLOAT)(?:\s++{NUMBER}\s++{NUMBER})?+|(?P<string>STRING)"
        rf"|ENUM\s++(?P<choices>{STRING}(?:\s*+,\s*+{STRING})*+))", ";",
    ),
    "BA_DEF_DEF_": _words("BA_DEF_DEF_", f"(?P<name>{STRING})", f"(?P<value>{_VALUE})", ";"),
    "BA_": _words("BA_", f"(?P<attribute>{STRING})", f"{_OBJECT}(?P<value>{_VALUE})", ";"),
    "VAL_": _words("VAL_", rf"(?P<id>\d{{1,10}})\s++(?P<name>{WORD}){_PAIRS}", ";"),
    "VAL_TABLE_": _words("VAL_TABLE_", rf"{WORD}{_PAIRS}", ";"),
    "SIG_VALTYPE_": _words(
        "SIG_VALTYPE_", rf"(?P<id>\d{{1,10}})\s++(?P<name>{_NAME})", ":?+", "(?P<type>[0-3])", ";?+"
    ),
    "SG_MUL_VAL_": _words(
        "SG_MUL_VAL_", rf"(?P<id>\d{{1,10}})\s++(?P<name>{_NAME})\s++(?P<above>{_NAME})",
        r"(?P<ranges>\d{1,10}\s*+-\s*+\d{1,10}(?:\s*+,\s*+\d{1,10}\s*+-\s*+\d{1,10})*+)", ";?+",
    ),
    "BO_TX_BU_": _words("BO_TX_BU_", r"(?P<id>\d{1,10})", ":", r"(?P<nodes>[^\";:]*+)", ";"),
}  # fmt: skip

# Statements that do not affect frames or values. They are not passed to cantools.
UNUSED = frozenset(
    [
        "BA_DEF_REL_",
        "BA_DEF_DEF_REL_",
        "BA_REL_",
        "BA_DEF_SGTYPE_",
        "BA_SGTYPE_",
        "BS_",
        "BU_BO_REL_",
        "BU_EV_REL_",
        "BU_SG_REL_",
        "CAT_",
        "CAT_DEF_",
        "ENVVAR_DATA_",
        "EV_",
        "EV_DATA_",
        "FILTER",
        "NS_",
        "NS_DESC_",
        "SGTYPE_",
        "SGTYPE_VAL_",
        "SIGTYPE_VALTYPE_",
        "SIG_GROUP_",
        "SIG_TYPE_REF_",
    ]
)
# The list of keywords below NS_, each on a line of its own.
NEW_SYMBOLS = re.compile(r"NS_[ \t]*+:?[^\n]*+(?:\n(?:[ \t\r]*+\n)*+[ \t]*+[A-Z_]++[ \t\r]*+(?=\n|\Z))*+")

# The signal of an invalid value table.
NAMED_SIGNAL = re.compile(r"(?P<id>\S+)\s+(?P<name>.+?)\s+(?=-?\d\S*\s*\")", re.DOTALL)
PAIR = re.compile(rf"(?P<number>-?(?:0[xX][0-9a-fA-F]{{1,16}}|\d{{1,20}}))(?:\.0*)?\s*+(?P<text>{STRING})")
SIGNAL_PLACE = re.compile(
    r"SG_\s+(?P<name>[^\n]+?)\s*:\s*(?P<start>\d{1,6})\s*\|\s*(?P<length>\d{1,6})\s*@\s*(?P<order>[01])"
    r"\s*(?P<sign>[-+]?)"
)
SIGNAL_SCALE = re.compile(r"\(\s*(?P<scale>[^()\s]+?)\s*[,;]\s*(?P<offset>[^()\s]+?)\s*\)")
SIGNAL_RANGE = re.compile(r"\[\s*(?P<minimum>[^\[\]|]*?)\s*\|\s*(?P<maximum>[^\[\]|]*?)\s*\]")
MESSAGE = re.compile(
    r"BO_\s+(?P<id>\S+)\s+(?P<name>[^\n:]+?)\s*:\s*(?P<length>0[xX][0-9a-fA-F]{1,4}|\d{1,6})"
    r"(?:[ \t]+(?P<sender>[^\s;]+))?[ \t;]*(?=\s*\Z)"
)
_ANY_OBJECT = (
    r"(?P<kind>SG_)\s+(?P<id>[^\"\s]+)\s+(?P<name>[^\"\s]+)|(?P<kind2>BO_)\s+(?P<id2>[^\"\s]+)"
    r"|(?P<other>BU_|EV_)\s+(?P<node>[^\"\s]+)"
)
COMMENT = re.compile(rf"CM_\s*(?:{_ANY_OBJECT})?\s*(?P<text>\".*)", re.DOTALL)
UNQUOTED = re.compile(rf"CM_\s+(?:{_ANY_OBJECT})(?P<text>(?:\s.*)?)", re.DOTALL)


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
    found = SPACE.match(text, position)
    return found.end() if found else position


def _statement_at(text: str, position: int, line: int) -> Statement:
    found = KEYWORD.match(text, position)
    keyword = found.group() if found else ""
    if keyword == "NS_":
        whole = NEW_SYMBOLS.match(text, position)
        return Statement(line, keyword, whole.group() if whole else keyword, None)
    pattern = STATEMENTS.get(keyword)
    match = pattern.match(text, position) if pattern else None
    if match:
        return Statement(line, keyword, match.group(), match)
    end = NEXT_LINE.search(text, position)
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
