"""The terms of a filter that compare a signal, with a number or with a text of its values."""

from __future__ import annotations

from canmcast_gui.frames.filters import fields
from canmcast_gui.frames.filters.fields import comparison
from canmcast_gui.frames.filters.nodes import AllOf, AnyOf, Compare, Node, Operand
from canmcast_gui.frames.filters.terms import Lookups
from canmcast_gui.frames.filters.tokens import Cursor, FilterError, Token, TokenKind, read_number
from canmcast_gui.wording import counted

EQUAL = ("==", "=", "!=")

# Texts of a signal that an error message lists.
MOST_LISTED = 8


def signal_term(cursor: Cursor, lookups: Lookups) -> Node:
    """The comparison of the signal at the cursor. Raises FilterError."""
    token = cursor.take()
    name = _full_name(token, lookups)
    read = lookups.signals(name) if lookups.signals is not None else None
    if read is None:
        raise _unknown(token, lookups)
    if _is_choice(cursor):
        return _choice(cursor, lookups, name, fields.signal(read))
    return comparison(cursor, fields.signal(read), token.text)


def _full_name(token: Token, lookups: Lookups) -> str:
    """The full name of a signal, which may be written without its message where only one has it."""
    if "." in token.text.strip("."):
        return token.text
    found = lookups.vocabulary().resolved(token.text)
    if not found:
        raise _unknown(token, lookups)
    if len(found) > 1:
        listed = ", ".join(found[:MOST_LISTED]) + (", …" if len(found) > MOST_LISTED else "")
        raise FilterError(
            f"{counted(len(found), 'message')} have a signal “{token.text}”: {listed}",
            token.position,
            token.text,
            found[0],
        )
    return found[0]


def _unknown(token: Token, lookups: Lookups) -> FilterError:
    similar = lookups.vocabulary().similar(token.text)
    if similar:
        message = f"unknown field “{token.text}”. Did you mean {similar}?"
        return FilterError(message, token.position, token.text, similar)
    if "." in token.text.strip("."):
        return FilterError(f"no loaded database has a signal “{token.text}”", token.position)
    known = ", ".join((*fields.FIELDS, *fields.FLAGS))
    return FilterError(
        f"unknown field “{token.text}”. Fields are {known}, and signals of the loaded databases",
        token.position,
    )


def _is_choice(cursor: Cursor) -> bool:
    """Whether a signal is compared with a text of its values."""
    value = cursor.ahead()
    is_text = value.kind is TokenKind.TEXT or (
        value.kind is TokenKind.WORD and read_number(value.text) is None
    )
    return cursor.token.is_sign(*EQUAL) and is_text


def _choice(cursor: Cursor, lookups: Lookups, name: str, operand: Operand) -> Node:
    sign = cursor.take()
    token = cursor.take()
    known = lookups.choices(name) if lookups.choices is not None else {}
    numbers = [number for text, number in known.items() if text.lower() == token.text.lower()]
    if not numbers:
        values = f"values are {', '.join(list(known)[:MOST_LISTED])}" if known else "it has numbers only"
        raise FilterError(f"“{token.text}” is not a value of {name}: {values}", token.position)
    parts = tuple(Compare(operand, sign.text, number) for number in numbers)
    return AllOf(parts) if sign.text == "!=" else AnyOf(parts)
