"""What can follow a value in a filter: a comparison with a number, or with several."""

from __future__ import annotations

from canmcast_gui.frames.filters import fields
from canmcast_gui.frames.filters.cursor import Cursor, ReadNumber
from canmcast_gui.frames.filters.errors import FilterError
from canmcast_gui.frames.filters.nodes import COMPARISONS, Compare, InRanges, Node, Not, Number, Operand
from canmcast_gui.frames.filters.numbers import read_number

SIGNS = tuple(COMPARISONS)


def comparison(cursor: Cursor, operand: Operand, name: str, read: ReadNumber = read_number) -> Node:
    """``== 5``, ``in …``, ``& 0x80`` and so on behind the value called ``name``; raises FilterError."""
    masked = cursor.take_if("&")
    if masked:
        operand = fields.masked(operand, _bits(cursor))
    if cursor.token.is_sign(*SIGNS):
        return Compare(operand, cursor.take().text, cursor.take_number("a number", read))
    if cursor.token.is_word("not") and cursor.ahead().is_word("in"):
        cursor.take()
        return Not(_membership(cursor, operand, read))
    if cursor.token.is_word("in"):
        return _membership(cursor, operand, read)
    if masked:
        return Compare(operand, "!=", 0)
    raise cursor.expected(f"a comparison (== != < <= > >= in) after {name}")


def _bits(cursor: Cursor) -> int:
    position = cursor.token.position
    bits = cursor.take_number("a whole number", read_number)
    if not isinstance(bits, int) or not 0 <= bits < 1 << 63:
        raise FilterError("expected a whole number of up to 63 bits after “&”", position)
    return bits


def _membership(cursor: Cursor, operand: Operand, read: ReadNumber) -> Node:
    cursor.take()
    if not cursor.take_if("("):
        return InRanges(operand, (_range(cursor, read),))
    ranges = [_range(cursor, read)]
    while cursor.take_if(","):
        ranges.append(_range(cursor, read))
    cursor.take_sign((")",), "“,” or “)”")
    return InRanges(operand, tuple(ranges))


def _range(cursor: Cursor, read: ReadNumber) -> tuple[Number, Number]:
    low = cursor.take_number("a number or a range such as 0x100..0x1FF", read)
    position = cursor.token.position
    if not cursor.take_if(".."):
        return low, low
    high = cursor.take_number("the range's last number", read)
    if high < low:
        raise FilterError("the range ends before it begins", position)
    return low, high
