"""The terms of a filter that compare the channel, with a number or with a name."""

from __future__ import annotations

from collections.abc import Mapping

from canmcast_gui.frames.filters import fields
from canmcast_gui.frames.filters.fields import comparison
from canmcast_gui.frames.filters.nodes import Node, Number
from canmcast_gui.frames.filters.terms import Lookups
from canmcast_gui.frames.filters.tokens import Cursor, FilterError, Token, TokenKind, read_number
from canmcast_gui.frames.filters.vocabulary import closest, quoted

_ORDER = ("<", "<=", ">", ">=", "&")

# No frame has this channel.
NO_CHANNEL = -1


def channel_term(cursor: Cursor, lookups: Lookups) -> Node:
    """The comparison after ``channel``. Raises FilterError.

    A number means the channel of that number, any other word and all text in quotation marks a name.
    """
    operand = fields.column("channel")
    if cursor.token.is_sign(*_ORDER):  # names have no order
        return comparison(cursor, operand, "channel")

    def take(cursor: Cursor, what: str) -> Number:
        token = cursor.token
        if token.kind is TokenKind.TEXT or (token.kind is TokenKind.WORD and read_number(token.text) is None):
            return _number(cursor.take(), lookups.channels)
        return cursor.take_number(f"{what} or the name of a channel", read_number)

    return comparison(cursor, operand, "channel", take)


def _number(token: Token, names: Mapping[int, str] | None) -> int:
    """The channel of a name: the one written exactly so, else in upper or lower case."""
    if names is None:
        return NO_CHANNEL
    wanted = token.text.lower()
    found = [number for number, name in names.items() if name == token.text]
    found += [number for number, name in names.items() if name.lower() == wanted]
    if found:
        return found[0]
    if not names:
        raise FilterError(f"no channel is called “{token.text}”: channels have no names", token.position)
    message = f"no channel is called “{token.text}”"
    similar = closest(wanted, {name.lower(): quoted(name) for name in names.values()})
    if not similar:
        raise FilterError(f"{message}; channels are {', '.join(names.values())}", token.position)
    return _mistyped(token, f"{message}. Did you mean {similar}?", similar)


def _mistyped(token: Token, message: str, similar: str) -> int:
    if token.kind is TokenKind.TEXT:  # the replacement would be within the quotation marks
        raise FilterError(message, token.position)
    raise FilterError(message, token.position, token.text, similar)
