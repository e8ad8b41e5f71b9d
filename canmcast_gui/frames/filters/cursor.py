"""Where a parser stands in its tokens, and what it says when something else stands there."""

from __future__ import annotations

from collections.abc import Callable

from canmcast_gui.frames.filters.errors import FilterError
from canmcast_gui.frames.filters.nodes import Number
from canmcast_gui.frames.filters.terms import is_hex, is_hex_pair
from canmcast_gui.frames.filters.tokens import Token, TokenKind

ReadNumber = Callable[[str], Number | None]


class Cursor:
    """A place in a list of tokens that ends with END."""

    def __init__(self, tokens: list[Token]) -> None:
        self._tokens = tokens
        self._next = 0

    @property
    def token(self) -> Token:
        """The token to be read next."""
        return self._tokens[self._next]

    def ahead(self, places: int = 1) -> Token:
        """A token further on; END beyond the end."""
        return self._tokens[min(self._next + places, len(self._tokens) - 1)]

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
        """Read a token if it is one of these signs or words; whether it was."""
        found = self.token.is_sign(*choices) or self.token.is_word(*choices)
        if found:
            self.take()
        return found

    def take_sign(self, signs: tuple[str, ...], what: str) -> Token:
        """Read one of these signs; raises FilterError."""
        if not self.token.is_sign(*signs):
            raise self.expected(what)
        return self.take()

    def take_text(self, what: str) -> str:
        """Read a word or quoted text; raises FilterError."""
        if self.token.kind not in (TokenKind.WORD, TokenKind.TEXT):
            raise self.expected(what)
        return self.take().text

    def take_number(self, what: str, read: ReadNumber) -> Number:
        """Read a number in the way of ``read``; raises FilterError."""
        token = self.token
        number = read(token.text) if token.kind is TokenKind.WORD else None
        if number is None:
            hint = "; hexadecimal numbers begin with 0x" if is_hex(token.text) else ""
            raise FilterError(f"expected {what}, found {token}{hint}", token.position)
        self.take()
        return number

    def expected(self, what: str) -> FilterError:
        """The error that something else stands here."""
        return FilterError(f"expected {what}, found {self.token}", self.token.position)
