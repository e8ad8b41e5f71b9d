"""A filter's text cut into words, quoted text and signs."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum

from canmcast_gui.frames.filters.errors import FilterError

# Longer than anybody types; what a program makes should be a list of ids handed over as such.
MOST_CHARACTERS = 16_384


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


# Words hold numbers, names with wildcards, Message.Signal, IPv4 and IPv6 addresses; two dots are a range.
_PATTERN = re.compile(
    r"""(?P<space>\s+)
      | (?P<text>"[^"]*"|'[^']*')
      | (?P<sign>\.\.|==|!=|<=|>=|!~|&&|\|\||[<>=~&|!()\[\],])
      | (?P<word>[\w*?:%$/#+-]+(?:\.(?!\.)[\w*?:%$/#+-]*)*)""",
    re.VERBOSE,
)


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


def _stray(character: str) -> str:
    if character in "\"'":
        return "this quotation mark is not closed"
    return f"“{character}” means nothing here; put text that contains it in quotation marks"
