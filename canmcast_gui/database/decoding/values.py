"""Raw values to physical ones: value = raw * scale + offset, exact where whole numbers allow it.

The arithmetic is that of cantools: whole numbers as long as scale and offset are whole, else Python floats.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal

import numpy as np

from canmcast_gui.database.model import Signal
from canmcast_gui.frames.arrays import Column
from canmcast_gui.frames.bitfield import WORD_BITS

_INT64 = range(-(1 << 63), 1 << 63)
_UINT64 = range(1 << 64)
_WORD = (1 << 64) - 1

# A signal scaled by 1e-16 (positions in NMEA 2000) would fill a cell with digits that nobody reads.
_MOST_DECIMALS = 9

# A scaled number of hundreds of digits is shown by its exponent.
_MOST_DIGITS = 10**21

# Above this many bits a whole number may be larger than any float, and is shown by its hexadecimal digits.
_FLOAT_BITS = 1023


def physical_reader(signal: Signal) -> Callable[[Column], Column]:
    """What turns raw columns into physical ones.

    They are int64 or uint64 where the scale is 1 and the offset whole, else float64.
    Signals of more than 64 bits become Python's ints, or float64 where they are scaled.
    """
    scale, offset = signal.scale, signal.offset
    if signal.is_float:
        return lambda raw: _float_column(raw, float(scale), float(offset))
    if not _is_whole(scale) or (signal.length > WORD_BITS and not _is_whole(offset)):
        # Processors convert signed words to float several times faster than unsigned ones.
        fits = signal.length < WORD_BITS or (signal.signed and signal.length == WORD_BITS)
        return lambda raw: _scaled_column(raw, fits, scale, float(offset))
    whole = int(offset) if _is_whole(offset) else 0
    numbers = _whole_reader(signal, int(scale), whole)
    if scale == 1 and _is_whole(offset) and (numbers is not None or signal.length > WORD_BITS):
        return numbers or (lambda raw: raw + whole)
    reader = numbers or (lambda raw: raw.astype(object) * int(scale) + whole)
    if _is_whole(offset):
        return lambda raw: _floats(reader(raw))
    return lambda raw: _floats(reader(raw)) + offset


def _float_column(raw: Column, scale: float, offset: float) -> Column:
    # Payloads can hold any bits: not-a-number and infinity are values like others.
    with np.errstate(all="ignore"):
        return (_floats(raw) if raw.dtype == object else raw) * scale + offset


def _scaled_column(raw: Column, fits_signed: bool, scale: float, offset: float) -> Column:
    scaled = _floats(raw.view(np.int64) if fits_signed else raw)
    with np.errstate(over="ignore", invalid="ignore"):
        scaled *= scale
        scaled += offset
    return scaled


def _floats(column: Column) -> Column:
    """The numbers of a column as float64; whole ones beyond the floats as infinity."""
    try:
        floats: Column = column.astype(np.float64)
    except OverflowError:
        floats = np.array([_float(number) for number in column], dtype=np.float64)
    return floats


def _float(number: int | float) -> float:
    try:
        return float(number)
    except OverflowError:
        return math.inf if number > 0 else -math.inf


def physical_value(signal: Signal, raw: int | float) -> int | float:
    """The physical value of one raw value; an int where scale and offset are whole.

    A scaled value beyond the floats is infinite, as it is in a column.
    """
    scale, offset = signal.scale, signal.offset
    if not signal.is_float and _is_whole(scale) and _is_whole(offset):
        value = raw * int(scale) + int(offset)
        is_large = isinstance(value, int) and value.bit_length() > _FLOAT_BITS and scale != 1
        return _float(value) if is_large else value
    try:
        return (float(raw) if signal.is_float else raw) * scale + offset
    except OverflowError:
        return _float(raw) * _float(scale) + _float(offset)


def value_text(signal: Signal, raw: int | float, value: int | float) -> str:
    """The value as a cell shows it: the choice's text, or a number with the decimals its scale implies."""
    if signal.choices and raw == raw and abs(raw) != math.inf:
        text = signal.choices.get(int(raw))
        if text is not None:
            return text
    if isinstance(value, int) and (signal.scale == 1 or abs(value) < _MOST_DIGITS):
        return str(value) if value.bit_length() <= _FLOAT_BITS else hex(value)
    if abs(value) >= _MOST_DIGITS and value - value == 0:
        return f"{value:.12g}"
    if signal.is_float:
        return f"{value:.7g}" if signal.length <= 32 else f"{value:.12g}"
    return f"{value:.{min(_MOST_DECIMALS, max(_decimals(signal.scale), _decimals(signal.offset)))}f}"


def number_text(signal: Signal, value: int | float) -> str:
    """value_text() of a physical value whose raw one is not known."""
    try:
        raw = round((value - signal.offset) / signal.scale)
    except (ArithmeticError, ValueError):  # no scale, or a value that no raw one can have
        raw = None
    return value_text(signal, value if raw is None or signal.is_float else raw, value)


def _whole_reader(signal: Signal, scale: int, offset: int) -> Callable[[Column], Column] | None:
    """raw * scale + offset as int64 or uint64; None where neither holds all of it.

    64-bit arithmetic wraps around, so only the result has to fit, not what is in between.
    """
    if signal.length > WORD_BITS:
        return None
    low, high = signal.field.limits
    ends = sorted((low * scale + offset, high * scale + offset))
    for kind, fits in ((np.int64, _INT64), (np.uint64, _UINT64)):
        if ends[0] in fits and ends[1] in fits:
            return lambda raw, kind=kind: _whole_column(raw, kind, scale, offset)  # type: ignore[misc]
    return None


def _whole_column(
    raw: Column, kind: type[np.signedinteger | np.unsignedinteger], scale: int, offset: int
) -> Column:
    words = raw.view(np.uint64)
    if scale != 1:
        words = words * np.uint64(scale & _WORD)
    if offset:
        words = words + np.uint64(offset & _WORD)
    return words.view(kind)


def _is_whole(number: float) -> bool:
    return isinstance(number, int) or number.is_integer()


def _decimals(number: float) -> int:
    """How many decimals a number needs: 2 for 0.25."""
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
