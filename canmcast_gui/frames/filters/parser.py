"""The grammar of filters, read by recursive descent::

either   := both ("or" both)*
both     := negated ("and"? negated)*
negated  := "not" negated | "(" either ")" | term
term     := flag | number-field comparison | "data" … | "name" … | "source" … | "dir" … | plain words
"""

from __future__ import annotations

from canmcast_gui.frames.filters import fields
from canmcast_gui.frames.filters.channel_terms import channel_term
from canmcast_gui.frames.filters.fields import SIGNS, comparison
from canmcast_gui.frames.filters.nodes import (
    AllOf,
    Always,
    AnyOf,
    HasFlag,
    IdSet,
    Node,
    Not,
    Number,
)
from canmcast_gui.frames.filters.signal_terms import EQUAL, signal_term
from canmcast_gui.frames.filters.terms import (
    DataContains,
    DataEquals,
    Lookups,
    exact_name,
    missing_part,
    name_like,
    payload_bytes,
    source_like,
    source_term,
    word_term,
)
from canmcast_gui.frames.filters.tokens import (
    Cursor,
    FilterError,
    Token,
    TokenKind,
    is_hex_pair,
    read_nanoseconds,
    read_number,
    tokenize,
)
from canmcast_gui.frames.layout import MAX_PAYLOAD, Flag

# Nested parentheses: more than users need, and far below Python's limit of recursion.
MOST_NESTED = 50

_OR = ("or", "|", "||")
_AND = ("and", "&&")
_NOT = ("not", "!")
_JOINING = ("and", "or")
_DIRECTIONS: dict[str, Node] = {"rx": Not(HasFlag(Flag.TX)), "tx": HasFlag(Flag.TX)}
_LIKE = ("~", "!~")


def parse(text: str, lookups: Lookups) -> Node:
    """The condition that ``text`` describes. Raises FilterError."""
    cursor = Cursor(tokenize(text))
    if cursor.at_end():
        return Always()
    node = _Parser(cursor, lookups).either()
    if not cursor.at_end():
        raise cursor.expected("“and”, “or” or the end")
    return node


class _Parser:
    def __init__(self, cursor: Cursor, lookups: Lookups) -> None:
        self._cursor = cursor
        self._lookups = lookups
        self._nested = 0

    # -- joining -----------------------------------------------------------------------------------------

    def either(self) -> Node:
        """Conditions joined by or."""
        parts = [self._both()]
        while self._cursor.take_if(*_OR):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _both(self) -> Node:
        parts = [self._negated()]
        while self._cursor.take_if(*_AND) or self._begins_term():
            parts.append(self._negated())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _begins_term(self) -> bool:
        token = self._cursor.token
        if token.kind is TokenKind.WORD:
            return not token.is_word(*_JOINING)
        return token.kind is TokenKind.TEXT or token.is_sign("(", "!")

    def _negated(self) -> Node:
        self._nested += 1
        if self._nested > MOST_NESTED:
            raise FilterError(
                f"more than {MOST_NESTED} conditions within each other", self._cursor.token.position
            )
        node: Node
        if self._cursor.take_if(*_NOT):
            node = Not(self._negated())
        elif self._cursor.token.is_sign("("):
            node = self._parenthesis()
        else:
            node = self._term()
        self._nested -= 1
        return node

    def _parenthesis(self) -> Node:
        opening = self._cursor.take()
        node = self.either()
        self._cursor.take_sign((")",), f"“)” for the “(” at character {opening.position + 1}")
        return node

    # -- terms -------------------------------------------------------------------------------------------

    def _term(self) -> Node:
        token = self._cursor.token
        if token.kind is TokenKind.TEXT:
            return word_term(self._cursor.take().text, self._lookups)
        if token.kind is not TokenKind.WORD or token.is_word(*_JOINING):
            raise self._cursor.expected("a condition")
        word = token.text.lower()
        if self._is_byte_row():
            return self._words()
        if word in fields.FLAGS or word == "standard":
            return self._flag(word)
        if word in _DIRECTIONS:
            self._cursor.take()
            return _DIRECTIONS[word]
        if word in fields.FIELDS:
            return self._field(word)
        if _compares(self._cursor.ahead()):
            return signal_term(self._cursor, self._lookups)
        return self._words()

    def _flag(self, word: str) -> Node:
        self._cursor.take()
        return Not(HasFlag(Flag.EXTENDED)) if word == "standard" else HasFlag(fields.FLAGS[word])

    def _field(self, word: str) -> Node:
        self._cursor.take()
        if word == "channel":
            return channel_term(self._cursor, self._lookups)
        if word in fields.NUMBER_FIELDS:
            return comparison(self._cursor, fields.column(word), word)
        if word == "time":
            elapsed = fields.seconds_since(self._lookups.start_ns)
            return comparison(self._cursor, elapsed, word, _take_seconds)
        if word == "data":
            return self._data()
        if word == "dir":
            return self._direction()
        return self._name() if word == "name" else self._source()

    def _direction(self) -> Node:
        sign = self._sign(EQUAL, "dir")
        if not self._cursor.token.is_word(*_DIRECTIONS):
            raise self._cursor.expected("rx or tx")
        node = _DIRECTIONS[self._cursor.take().text.lower()]
        return Not(node) if sign.text == "!=" else node

    def _name(self) -> Node:
        sign = self._sign((*EQUAL, *_LIKE), "name")
        text = self._cursor.take_text("a name")
        if self._lookups.names is None:
            raise FilterError("no database is loaded, so frames have no names", sign.position)
        pattern = name_like(text) if sign.text in _LIKE else exact_name(text)
        return _unless(sign, IdSet.of(self._lookups.names(pattern)))

    def _source(self) -> Node:
        sign = self._sign((*EQUAL, *_LIKE), "source")
        make = source_like if sign.text in _LIKE else source_term
        return _unless(sign, make(self._cursor.take_text("an address"), self._lookups))

    def _sign(self, signs: tuple[str, ...], field: str) -> Token:
        return self._cursor.take_sign(signs, f"one of {' '.join(signs)} after {field}")

    # -- payload -----------------------------------------------------------------------------------------

    def _data(self) -> Node:
        if self._cursor.take_if("["):
            index = self._byte_index()
            self._cursor.take_sign(("]",), "“]”")
            return comparison(self._cursor, fields.data_byte(index), f"data[{index}]")
        sign = self._sign((*EQUAL, *_LIKE, "["), "data")
        position = self._cursor.token.position
        payload = payload_bytes(self._byte_text())
        if payload is None or (not payload and sign.text in _LIKE):
            raise FilterError("expected payload bytes as pairs of hexadecimal digits", position)
        return _unless(sign, DataContains(payload) if sign.text in _LIKE else DataEquals(payload))

    def _byte_index(self) -> int:
        position = self._cursor.token.position
        index = self._cursor.take_number(f"the number of a byte, 0 to {MAX_PAYLOAD - 1}", read_number)
        if not isinstance(index, int) or not 0 <= index < MAX_PAYLOAD:
            raise FilterError(
                f"data[{index}] does not exist: bytes are data[0] to data[{MAX_PAYLOAD - 1}]", position
            )
        return index

    def _byte_text(self) -> str:
        text = self._cursor.take_text("payload bytes as hexadecimal pairs")
        while self._cursor.at_byte():
            text += self._cursor.take().text
        return text

    def _is_byte_row(self) -> bool:
        """Whether the next words are two payload bytes; then FD is a byte and not the flag."""
        return all(
            token.kind is TokenKind.WORD and is_hex_pair(token.text)
            for token in (self._cursor.token, self._cursor.ahead())
        ) and not _compares(self._cursor.ahead(2))

    def _words(self) -> Node:
        """One plain word, or a row of payload bytes."""
        if not self._is_byte_row():
            token = self._cursor.take()
            missing = missing_part(token.text, self._lookups)
            if missing:
                raise FilterError(f"expected {missing}", token.position + len(token.text))
            return word_term(token.text, self._lookups)
        row, position = "", self._cursor.token.position
        while self._cursor.at_byte():
            if _compares(self._cursor.ahead()):
                break
            row += self._cursor.take().text
        payload = payload_bytes(row)
        if payload is None:
            raise FilterError(f"more than {MAX_PAYLOAD} payload bytes", position)
        return DataContains(payload)


def _take_seconds(cursor: Cursor, what: str) -> Number:
    return cursor.take_number(what, read_nanoseconds)


def _compares(token: Token) -> bool:
    return token.is_sign(*SIGNS, *_LIKE, "&", "[") or token.is_word("in")


def _unless(sign: Token, node: Node) -> Node:
    return Not(node) if sign.text in ("!=", "!~") else node
