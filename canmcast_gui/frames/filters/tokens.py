"""The tokens of a filter's text: words, numbers, quoted text and signs, and the cursor that reads them."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import Enum

from canmcast_gui.frames.errors import UserError
from canmcast_gui.frames.filters.nodes import Number
from canmcast_gui.frames.units import NS_PER_SECOND

# Longer than users type. Programs should pass lists of ids as such.
MOST_CHARACTERS = 16_384

# Words hold numbers, names with wildcards, Message.Signal, IPv4 and IPv6 addresses; two dots are a range.
_PATTERN = re.compile(
    r"""(?P<space>\s+)
      | (?P<text>"[^"]*"|'[^']*')
      | (?P<sign>\.\.|==|!=|<=|>=|!~|&&|\|\||[<>=~&|!()\[\],])
      | (?P<word>[\w*?:%$/#+-]+(?:\.(?!\.)[\w*?:%$/#+-]*)*)""",
    re.VERBOSE,
)
_INTEGER = re.compile(r"[+-]?(0x[0-9a-f]+|0b[01]+|[0-9]+)", re.IGNORECASE)
_DECIMAL = re.compile(r"[+-]?([0-9]+\.[0-9]*|\.[0-9]+|[0-9]+)(e[+-]?[0-9]{1,3})?", re.IGNORECASE)

# Numbers are compared with columns of 64 bits, signed or not.
_LEAST, _MOST = -(1 << 63), (1 << 64) - 1
# Python does not read thousands of decimal digits. Binary numbers of 64 bits have 64 digits, and leading
# zeros.
_MOST_DIGITS = 200
HEX_ID = re.compile(r"(0x)?([0-9a-f]{1,8})", re.IGNORECASE)
_HEX_PAIR = re.compile(r"[0-9a-f]{2}", re.IGNORECASE)

ReadNumber = Callable[[str], Number | None]


class FilterError(UserError, ValueError):
    """A text that is not a filter.

    ``message`` says what was expected; ``position`` is the character, from 0, at which it was. ``suggestion``
    is "", or what was probably meant instead of the ``wrong`` text there.
    """

    def __init__(self, message: str, position: int, wrong: str = "", suggestion: str = "") -> None:
        super().__init__(f"{message} (at character {position + 1})")
        self.message = message
        self.position = position
        self.wrong = wrong
        self.suggestion = suggestion


class TokenKind(Enum):
    """What a token is."""

    WORD = "a word"
    TEXT = "quoted text"
    SIGN = "a sign"
    END = "the end"


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of a filter: ``text`` without quotes, ``position`` of its first character."""

    kind: TokenKind
    text: str
    position: int

    def is_sign(self, *signs: str) -> bool:
        """Whether it is one of these signs."""
        return self.kind is TokenKind.SIGN and self.text in signs

    def is_word(self, *words: str) -> bool:
        """Whether it is one of these words, in upper or lower case."""
        return self.kind is TokenKind.WORD and self.text.lower() in words

    def __str__(self) -> str:
        return "the end" if self.kind is TokenKind.END else f"“{self.text}”"


def tokenize(text: str) -> list[Token]:
    """All tokens of ``text`` and the END; raises FilterError."""
    if len(text) > MOST_CHARACTERS:
        raise FilterError(f"a filter of more than {MOST_CHARACTERS} characters", MOST_CHARACTERS)
    tokens = []
    position = 0
    while position < len(text):
        match = _PATTERN.match(text, position)
        if match is None:
            raise FilterError(_stray(text[position]), position)
        if match["text"] is not None:
            tokens.append(Token(TokenKind.TEXT, match["text"][1:-1], position))
        elif match["sign"] is not None:
            tokens.append(Token(TokenKind.SIGN, match["sign"], position))
        elif match["word"] is not None:
            tokens.append(Token(TokenKind.WORD, match["word"], position))
        position = match.end()
    tokens.append(Token(TokenKind.END, "", len(text)))
    return tokens


def scan(text: str) -> Iterator[tuple[int, int, str, str]]:
    """Start, end, kind and text of all pieces of any text, valid or not.

    Kinds are "space", "text" (with its quotation marks), "sign", "word", "stray" for a character without a
    meaning, and "open" for a quotation mark that is not closed and all that follows.
    """
    position = 0
    while position < len(text):
        match = _PATTERN.match(text, position)
        if match is not None:
            yield position, match.end(), match.lastgroup or "", match[0]
            position = match.end()
        elif text[position] in "\"'":
            yield position, len(text), "open", text[position:]
            return
        else:
            yield position, position + 1, "stray", text[position]
            position += 1


def _stray(character: str) -> str:
    if character in "\"'":
        return "this quotation mark is not closed"
    return f"“{character}” has no meaning here; put text that contains it in quotation marks"


def read_number(text: str) -> int | float | None:
    """The number in ``text``; None for other texts and for integers of more than 64 bits."""
    if _INTEGER.fullmatch(text):
        if len(text) > _MOST_DIGITS:
            return None
        value = int(text, _base(text))
        return value if _LEAST <= value <= _MOST else None
    return float(text) if _DECIMAL.fullmatch(text) else None


def read_nanoseconds(text: str) -> int | None:
    """Seconds as whole ns; None for texts that are not decimal numbers or too large for 64 bits."""
    if not _DECIMAL.fullmatch(text):
        return None
    value = round(Decimal(text) * NS_PER_SECOND)
    return value if _LEAST <= value < -_LEAST else None


def _base(text: str) -> int:
    digits = text.lstrip("+-").lower()
    return 16 if digits.startswith("0x") else 2 if digits.startswith("0b") else 10


def is_hex(word: str) -> bool:
    """Whether it is hexadecimal digits, with or without 0x."""
    return HEX_ID.fullmatch(word) is not None


def is_hex_pair(word: str) -> bool:
    """Whether it is two hexadecimal digits, as a payload byte is written."""
    return _HEX_PAIR.fullmatch(word) is not None


class Cursor:
    """A position in a list of tokens that ends with END."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0

    @property
    def token(self) -> Token:
        """The token to be read next."""
        return self._tokens[self._next]

    def ahead(self, count: int = 1) -> Token:
        """A token further on; END beyond the end."""
        return self._tokens[min(self._next + count, len(self._tokens) - 1)]

    def at_end(self) -> bool:
        """Whether nothing is left."""
        return self.token.kind is TokenKind.END

    def at_byte(self) -> bool:
        """Whether two hexadecimal digits are next."""
        return self.token.kind is TokenKind.WORD and is_hex_pair(self.token.text)

    def take(self) -> Token:
        """Read a token."""
        token = self.token
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    def take_if(self, *choices: str) -> bool:
        """Read a token if it is one of these signs or words; returns whether it was."""
        found = self.token.is_sign(*choices) or self.token.is_word(*choices)
        if found:
            self.take()
        return found

    def take_sign(self, signs: tuple[str, ...], what: str) -> Token:
        """Read one of these signs. Raises FilterError."""
        if not self.token.is_sign(*signs):
            raise self.expected(what)
        return self.take()

    def take_text(self, what: str) -> str:
        """Read a word or quoted text; raises FilterError."""
        if self.token.kind not in (TokenKind.WORD, TokenKind.TEXT):
            raise self.expected(what)
        return self.take().text

    def take_number(self, what: str, read: ReadNumber) -> Number:
        """Read a number with the function ``read``. Raises FilterError."""
        token = self.token
        number = read(token.text) if token.kind is TokenKind.WORD else None
        if number is None:
            hint = "; hexadecimal numbers begin with 0x" if is_hex(token.text) else ""
            raise FilterError(f"expected {what}, found {token}{hint}", token.position)
        self.take()
        return number

    def expected(self, what: str) -> FilterError:
        """The error that another token was found here."""
        return FilterError(f"expected {what}, found {self.token}", self.token.position)
