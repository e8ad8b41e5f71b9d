"""The grammar of filters, read by recursive descent::

either   := both ("or" both)*
both     := negated ("and"? negated)*
negated  := "not" negated | "(" either ")" | term
term     := flag | number-field comparison | "data" … | "name" … | "source" … | "dir" … | plain words
"""

from __future__ import annotations

from collections.abc import Callable

from canmcast_gui.frames.filters import fields
from canmcast_gui.frames.filters.errors import FilterError
from canmcast_gui.frames.filters.nodes import (
    COMPARISONS,
    AllOf,
    Always,
    AnyOf,
    Compare,
    HasFlag,
    IdSet,
    InRanges,
    Node,
    Not,
    Number,
    Operand,
)
from canmcast_gui.frames.filters.numbers import read_nanoseconds, read_number
from canmcast_gui.frames.filters.payloads import DataContains, DataEquals
from canmcast_gui.frames.filters.terms import (
    Lookups,
    exact_name,
    is_hex,
    is_hex_pair,
    payload_bytes,
    source_like,
    source_term,
    word_term,
)
from canmcast_gui.frames.filters.tokens import Token, TokenKind, tokenize
from canmcast_gui.frames.layout import MAX_PAYLOAD, Flag

# Parentheses within each other: more than anybody nests, and far from Python's own limit.
MOST_NESTED = 50

ReadNumber = Callable[[str], Number | None]

_OR = ("or", "|", "||")
_AND = ("and", "&&")
_NOT = ("not", "!")
_JOINING = ("and", "or")
_DIRECTIONS: dict[str, Node] = {"rx": Not(HasFlag(Flag.TX)), "tx": HasFlag(Flag.TX)}
_SIGNS = tuple(COMPARISONS)
_LIKE = ("~", "!~")
_EQUAL = ("==", "=", "!=")


def parse(text: str, lookups: Lookups) -> Node:
    """The condition that ``text`` stands for; raises FilterError."""
    parser = _Parser(tokenize(text), lookups)
    if parser.at_end():
        return Always()
    node = parser.either()
    parser.expect_end()
    return node


class _Parser:
    def __init__(self, tokens: list[Token], lookups: Lookups) -> None:
        self._tokens = tokens
        self._next = 0
        self._nested = 0
        self._lookups = lookups

    # -- tokens ------------------------------------------------------------------------------------------

    @property
    def _token(self) -> Token:
        return self._tokens[self._next]

    def _ahead(self, places: int = 1) -> Token:
        return self._tokens[min(self._next + places, len(self._tokens) - 1)]

    def _take(self) -> Token:
        token = self._token
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    def _take_if(self, choices: tuple[str, ...]) -> bool:
        found = self._token.is_sign(*choices) or self._token.is_word(*choices)
        if found:
            self._take()
        return found

    def _take_sign(self, signs: tuple[str, ...], after: str) -> Token:
        if not self._token.is_sign(*signs):
            raise self._expected(f"one of {' '.join(signs)} after {after}")
        return self._take()

    def _expected(self, what: str) -> FilterError:
        return FilterError(f"expected {what}, found {self._token}", self._token.position)

    def at_end(self) -> bool:
        """Whether nothing is left."""
        return self._token.kind is TokenKind.END

    def expect_end(self) -> None:
        """Refuse what is left."""
        if not self.at_end():
            raise self._expected("“and”, “or” or the end")

    # -- joining -----------------------------------------------------------------------------------------

    def either(self) -> Node:
        """Conditions joined by or."""
        parts = [self._both()]
        while self._take_if(_OR):
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else AnyOf(tuple(parts))

    def _both(self) -> Node:
        parts = [self._negated()]
        while self._take_if(_AND) or self._begins_term():
            parts.append(self._negated())
        return parts[0] if len(parts) == 1 else AllOf(tuple(parts))

    def _begins_term(self) -> bool:
        token = self._token
        if token.kind is TokenKind.WORD:
            return not token.is_word(*_JOINING)
        return token.kind is TokenKind.TEXT or token.is_sign("(", "!")

    def _negated(self) -> Node:
        self._nested += 1
        if self._nested > MOST_NESTED:
            raise FilterError(f"more than {MOST_NESTED} conditions within each other", self._token.position)
        node: Node
        if self._take_if(_NOT):
            node = Not(self._negated())
        elif self._token.is_sign("("):
            node = self._parenthesis()
        else:
            node = self._term()
        self._nested -= 1
        return node

    def _parenthesis(self) -> Node:
        opening = self._take()
        node = self.either()
        if not self._token.is_sign(")"):
            raise self._expected(f"“)” for the “(” at character {opening.position + 1}")
        self._take()
        return node

    # -- terms -------------------------------------------------------------------------------------------

    def _term(self) -> Node:
        token = self._token
        if token.kind is TokenKind.TEXT:
            return word_term(self._take().text, self._lookups)
        if token.kind is not TokenKind.WORD or token.is_word(*_JOINING):
            raise self._expected("a condition")
        word = token.text.lower()
        if self._is_byte_row():
            return self._words()
        if word in fields.FLAGS or word == "standard":
            return self._flag(word)
        if word in _DIRECTIONS:
            self._take()
            return _DIRECTIONS[word]
        if word in fields.FIELDS:
            return self._field(word)
        if self._compares(self._ahead()):
            return self._signal()
        return self._words()

    def _compares(self, token: Token) -> bool:
        return token.is_sign(*_SIGNS, *_LIKE, "&", "[") or token.is_word("in")

    def _flag(self, word: str) -> Node:
        self._take()
        return Not(HasFlag(Flag.EXTENDED)) if word == "standard" else HasFlag(fields.FLAGS[word])

    def _field(self, word: str) -> Node:
        self._take()
        if word in fields.NUMBER_FIELDS:
            return self._comparison(fields.column(word), word)
        if word == "time":
            return self._comparison(fields.seconds_since(self._lookups.start_ns), word, read_nanoseconds)
        if word == "data":
            return self._data()
        if word == "dir":
            return self._direction()
        return self._name() if word == "name" else self._source()

    def _signal(self) -> Node:
        token = self._take()
        if "." not in token.text.strip("."):
            known = ", ".join((*fields.FIELDS, *fields.FLAGS))
            raise FilterError(
                f"“{token.text}” is no field; fields are {known}, and a signal is written Message.Signal",
                token.position,
            )
        read = self._lookups.signals(token.text) if self._lookups.signals is not None else None
        if read is None:
            raise FilterError(f"no loaded database has a signal “{token.text}”", token.position)
        return self._comparison(fields.signal(read), token.text)

    def _direction(self) -> Node:
        sign = self._take_sign(_EQUAL, "dir")
        if not self._token.is_word(*_DIRECTIONS):
            raise self._expected("rx or tx")
        node = _DIRECTIONS[self._take().text.lower()]
        return Not(node) if sign.text == "!=" else node

    def _name(self) -> Node:
        sign = self._take_sign((*_EQUAL, *_LIKE), "name")
        text = self._text("a name")
        if self._lookups.names is None:
            raise FilterError("no database is loaded, so frames have no names", sign.position)
        pattern = text if sign.text in _LIKE else exact_name(text)
        return _unless(sign, IdSet.of(self._lookups.names(pattern)))

    def _source(self) -> Node:
        sign = self._take_sign((*_EQUAL, *_LIKE), "source")
        make = source_like if sign.text in _LIKE else source_term
        return _unless(sign, make(self._text("an address"), self._lookups.sources))

    def _text(self, what: str) -> str:
        if self._token.kind not in (TokenKind.WORD, TokenKind.TEXT):
            raise self._expected(what)
        return self._take().text

    # -- payload -----------------------------------------------------------------------------------------

    def _data(self) -> Node:
        if self._token.is_sign("["):
            self._take()
            index = self._number(f"a byte's place, 0 to {MAX_PAYLOAD - 1}", read_number)
            if not self._token.is_sign("]"):
                raise self._expected("“]”")
            self._take()
            return self._comparison(fields.data_byte(self._byte_place(index)), f"data[{index}]")
        sign = self._take_sign((*_EQUAL, *_LIKE, "["), "data")
        position = self._token.position
        payload = payload_bytes(self._byte_text())
        if payload is None or (not payload and sign.text in _LIKE):
            raise FilterError("expected payload bytes as pairs of hexadecimal digits", position)
        return _unless(sign, DataContains(payload) if sign.text in _LIKE else DataEquals(payload))

    def _byte_place(self, index: Number) -> int:
        if not isinstance(index, int) or not 0 <= index < MAX_PAYLOAD:
            raise FilterError(
                f"data[{index}] does not exist: bytes are data[0] to data[{MAX_PAYLOAD - 1}]",
                self._tokens[self._next - 2].position,
            )
        return index

    def _byte_text(self) -> str:
        text = self._text("payload bytes as hexadecimal pairs")
        while self._token.kind is TokenKind.WORD and is_hex_pair(self._token.text):
            text += self._take().text
        return text

    def _is_byte_row(self) -> bool:
        """Whether two payload bytes stand here: then FD is a byte and not the flag."""
        return all(
            token.kind is TokenKind.WORD and is_hex_pair(token.text) for token in (self._token, self._ahead())
        ) and not self._compares(self._ahead(2))

    def _words(self) -> Node:
        """One plain word, or a row of payload bytes."""
        if not self._is_byte_row():
            return word_term(self._take().text, self._lookups)
        row, position = "", self._token.position
        while self._token.kind is TokenKind.WORD and is_hex_pair(self._token.text):
            if self._compares(self._ahead()):
                break
            row += self._take().text
        payload = payload_bytes(row)
        if payload is None:
            raise FilterError(f"more than {MAX_PAYLOAD} payload bytes", position)
        return DataContains(payload)

    # -- comparing ---------------------------------------------------------------------------------------

    def _comparison(self, operand: Operand, name: str, read: ReadNumber = read_number) -> Node:
        """What follows a value: bits of it, and a comparison with a number or with several."""
        masked = self._token.is_sign("&")
        if masked:
            self._take()
            operand = fields.masked(operand, self._bits())
        if self._token.is_sign(*_SIGNS):
            return Compare(operand, self._take().text, self._number("a number", read))
        if self._token.is_word("not") and self._ahead().is_word("in"):
            self._take()
            return Not(self._membership(operand, read))
        if self._token.is_word("in"):
            return self._membership(operand, read)
        if masked:
            return Compare(operand, "!=", 0)
        raise self._expected(f"a comparison (== != < <= > >= in) after {name}")

    def _bits(self) -> int:
        position = self._token.position
        bits = self._number("a whole number", read_number)
        if not isinstance(bits, int) or not 0 <= bits < 1 << 63:
            raise FilterError("expected a whole number of up to 63 bits after “&”", position)
        return bits

    def _membership(self, operand: Operand, read: ReadNumber) -> Node:
        self._take()
        if not self._token.is_sign("("):
            return InRanges(operand, (self._range(read),))
        self._take()
        ranges = [self._range(read)]
        while self._token.is_sign(","):
            self._take()
            ranges.append(self._range(read))
        if not self._token.is_sign(")"):
            raise self._expected("“,” or “)”")
        self._take()
        return InRanges(operand, tuple(ranges))

    def _range(self, read: ReadNumber) -> tuple[Number, Number]:
        low = self._number("a number or a range such as 0x100..0x1FF", read)
        if not self._token.is_sign(".."):
            return low, low
        position = self._take().position
        high = self._number("the range's last number", read)
        if high < low:
            raise FilterError("the range ends before it begins", position)
        return low, high

    def _number(self, what: str, read: ReadNumber) -> Number:
        token = self._token
        number = read(token.text) if token.kind is TokenKind.WORD else None
        if number is None:
            hint = "; hexadecimal numbers begin with 0x" if is_hex(token.text) else ""
            raise FilterError(f"expected {what}, found {token}{hint}", token.position)
        self._take()
        return number


def _unless(sign: Token, node: Node) -> Node:
    return Not(node) if sign.text in ("!=", "!~") else node
