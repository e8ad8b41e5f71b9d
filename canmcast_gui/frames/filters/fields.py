"""The fields and signals of frames that filters use, and comparisons of them with numbers."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Column, Mask
from canmcast_gui.frames.batch import FrameBatch
from canmcast_gui.frames.filters.nodes import (
    COMPARISONS,
    Compare,
    InRanges,
    MatchedId,
    Node,
    Not,
    Number,
    Operand,
)
from canmcast_gui.frames.filters.tokens import Cursor, FilterError, read_number
from canmcast_gui.frames.layout import INLINE_BYTES, Flag

# The ids of the messages whose names match a glob pattern.
NameLookup = Callable[[str], Collection[MatchedId]]

# The rows of a batch that carry a signal, and its values there; no column for an unknown name.
SignalColumn = Callable[[FrameBatch], tuple[npt.NDArray[np.signedinteger], npt.NDArray[Any]]]
SignalLookup = Callable[[str], SignalColumn | None]

# The texts of the values of a signal, with the values.
ChoiceLookup = Callable[[str], Mapping[str, Number]]

NUMBER_FIELDS: dict[str, Callable[[FrameBatch], Column]] = {
    "id": lambda batch: batch.arbitration_id,
    "dlc": lambda batch: batch.dlc,
    "length": lambda batch: batch.length,
    "channel": lambda batch: batch.channel,
}

FLAGS = {
    "fd": Flag.FD,
    "brs": Flag.BRS,
    "esi": Flag.ESI,
    "error": Flag.ERROR,
    "remote": Flag.REMOTE,
    "extended": Flag.EXTENDED,
}

FIELDS = (*NUMBER_FIELDS, "data", "dir", "name", "source", "time")

SIGNS = tuple(COMPARISONS)


def column(name: str) -> Operand:
    """One of NUMBER_FIELDS."""
    read = NUMBER_FIELDS[name]
    return lambda batch: (read(batch), None)


def seconds_since(start_ns: Callable[[], int]) -> Operand:
    """The time of each frame since a start, in ns."""
    return lambda batch: (batch.timestamp_ns - np.int64(start_ns()), None)


def data_byte(index: int) -> Operand:
    """One payload byte; shorter frames have none."""

    def read(batch: FrameBatch) -> tuple[Column, Mask | None]:
        present = batch.length > index
        if index < INLINE_BYTES:
            return batch.data[:, index], present
        values = np.zeros(len(batch), dtype=np.uint8)
        rows = np.flatnonzero(present)
        values[rows] = batch.heap[batch.records["payload_offset"][rows].astype(np.int64) + index]
        return values, present

    return read


def signal(read_column: SignalColumn) -> Operand:
    """A signal's physical value; frames that do not carry it have none."""

    def read(batch: FrameBatch) -> tuple[Column, Mask | None]:
        rows, there = read_column(batch)
        present = np.zeros(len(batch), dtype=np.bool_)
        present[rows] = True
        values = np.zeros(len(batch), dtype=there.dtype)
        values[rows] = there
        return values, present

    return read


def masked(operand: Operand, bits: int) -> Operand:
    """Some bits of a value."""

    def read(batch: FrameBatch) -> tuple[Column, Mask | None]:
        values, present = operand(batch)
        if values.dtype == np.uint8 and bits <= 0xFF:
            return values & np.uint8(bits), present
        return values.astype(np.int64) & bits, present

    return read


def take_number(cursor: Cursor, what: str) -> Number:
    """Read a number. Raises FilterError, which says ``what`` was expected."""
    return cursor.take_number(what, read_number)


# Reads what a value is compared with, as take_number() does.
TakeNumber = Callable[[Cursor, str], Number]


def comparison(cursor: Cursor, operand: Operand, name: str, take: TakeNumber = take_number) -> Node:
    """``== 5``, ``in …``, ``& 0x80`` and so on after the value called ``name``; raises FilterError."""
    is_masked = cursor.take_if("&")
    if is_masked:
        operand = masked(operand, _bits(cursor))
    if cursor.token.is_sign(*SIGNS):
        return Compare(operand, cursor.take().text, take(cursor, "a number"))
    if cursor.token.is_word("not") and cursor.ahead().is_word("in"):
        cursor.take()
        return Not(_membership(cursor, operand, take))
    if cursor.token.is_word("in"):
        return _membership(cursor, operand, take)
    if is_masked:
        return Compare(operand, "!=", 0)
    raise cursor.expected(f"a comparison (== != < <= > >= in) after {name}")


def _bits(cursor: Cursor) -> int:
    position = cursor.token.position
    bits = cursor.take_number("a whole number", read_number)
    if not isinstance(bits, int) or not 0 <= bits < 1 << 63:
        raise FilterError("expected a whole number of up to 63 bits after “&”", position)
    return bits


def _membership(cursor: Cursor, operand: Operand, take: TakeNumber) -> Node:
    cursor.take()
    if not cursor.take_if("("):
        return InRanges(operand, (_range(cursor, take),))
    ranges = [_range(cursor, take)]
    while cursor.take_if(","):
        ranges.append(_range(cursor, take))
    cursor.take_sign((")",), "“,” or “)”")
    return InRanges(operand, tuple(ranges))


def _range(cursor: Cursor, take: TakeNumber) -> tuple[Number, Number]:
    low = take(cursor, "a number or a range such as 0x100..0x1FF")
    position = cursor.token.position
    if not cursor.take_if(".."):
        return low, low
    high = take(cursor, "the range's last number")
    if high < low:
        raise FilterError("the range ends before it begins", position)
    return low, high
