"""Raw values to physical values, value = raw * scale + offset, and their texts.

Integers are exact. The arithmetic is that of cantools: integers where scale and offset are whole, else
floats.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from decimal import Decimal
from functools import lru_cache

import numpy as np

from canmcast_gui.database.model import Signal
from canmcast_gui.frames.arrays import Column
from canmcast_gui.frames.bitfield import WORD_BITS

_INT64 = range(-(1 << 63), 1 << 63)
_UINT64 = range(1 << 64)
_WORD = (1 << 64) - 1

# A signal with a scale of 1e-16 (positions in NMEA 2000) would fill a cell with useless digits.
_MAX_DECIMALS = 9

# A scaled number from here on, which may have hundreds of digits, is shown with an exponent.
_MAX_PLAIN = 10**21

# An integer of more bits can exceed the range of floats, and is shown in hexadecimal.
_FLOAT_BITS = 1023

Converter = Callable[[Column], Column]


def physical_reader(signal: Signal) -> Converter:
    """A function that converts columns of raw values to physical values.

    They are int64 or uint64 where the scale is 1 and the offset whole, else float64. Signals of more than 64
    bits become Python ints in an object array, or float64 where they are scaled.
    """
    scale, offset = signal.scale, signal.offset
    if signal.is_float:
        return lambda raw: _float_column(raw, float(scale), float(offset))
    if not _is_whole(scale) or (signal.length > WORD_BITS and not _is_whole(offset)):
        # Processors convert signed words to float several times faster than unsigned ones.
        fits = signal.length < WORD_BITS or (signal.signed and signal.length == WORD_BITS)
        return lambda raw: _scaled_column(raw, fits, scale, float(offset))
    return _whole_scale_reader(signal, int(scale))


def _whole_scale_reader(signal: Signal, scale: int) -> Converter:
    """physical_reader() of a signal with a whole scale."""
    offset, is_whole = signal.offset, _is_whole(signal.offset)
    whole = int(offset) if is_whole else 0
    words = _word_reader(signal, scale, whole)
    if scale == 1 and is_whole and (words is not None or signal.length > WORD_BITS):
        return words or (lambda raw: raw + whole)
    integers = words or (lambda raw: raw.astype(object) * scale + whole)
    if is_whole:
        return lambda raw: _floats(integers(raw))
    return lambda raw: _floats(integers(raw)) + offset


def _float_column(raw: Column, scale: float, offset: float) -> Column:
    # A payload can have any bits: NaN and infinity are values like others.
    with np.errstate(all="ignore"):
        return (_floats(raw) if raw.dtype == object else raw) * scale + offset


def _scaled_column(raw: Column, fits_signed: bool, scale: float, offset: float) -> Column:
    scaled = _floats(raw.view(np.int64) if fits_signed else raw)
    with np.errstate(over="ignore", invalid="ignore"):
        scaled *= scale
        scaled += offset
    return scaled


def _floats(column: Column) -> Column:
    """The numbers of a column as float64; integers beyond the range of floats as infinity."""
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

    A scaled value beyond the range of floats is infinity, as in a column.
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
    """The text of a value: that of the choice, or the number with the decimals of its scale."""
    if signal.choices and raw == raw and abs(raw) != math.inf:
        text = signal.choices.get(int(raw))
        if text is not None:
            return text
    if isinstance(value, int) and (signal.scale == 1 or abs(value) < _MAX_PLAIN):
        return str(value) if value.bit_length() <= _FLOAT_BITS else hex(value)
    if abs(value) >= _MAX_PLAIN and value - value == 0:
        return f"{value:.12g}"
    if signal.is_float:
        return f"{value:.7g}" if signal.length <= 32 else f"{value:.12g}"
    return f"{value:.{min(_MAX_DECIMALS, max(_decimals(signal.scale), _decimals(signal.offset)))}f}"


def number_text(signal: Signal, value: int | float) -> str:
    """value_text() of a physical value with an unknown raw value."""
    try:
        raw = round((value - signal.offset) / signal.scale)
    except (ArithmeticError, ValueError):  # a scale of 0, or a value that no raw value has
        raw = None
    return value_text(signal, value if raw is None or signal.is_float else raw, value)


def _word_reader(signal: Signal, scale: int, offset: int) -> Callable[[Column], Column] | None:
    """raw * scale + offset as int64 or uint64; None where neither has the range.

    64-bit arithmetic wraps around: only results must fit, not intermediate values.
    """
    if signal.length > WORD_BITS:
        return None
    low, high = signal.field.limits
    ends = sorted((low * scale + offset, high * scale + offset))
    for kind, fits in ((np.int64, _INT64), (np.uint64, _UINT64)):
        if ends[0] in fits and ends[1] in fits:
            return lambda raw, kind=kind: _word_column(raw, kind, scale, offset)  # type: ignore[misc]
    return None


def _word_column(
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


@lru_cache(maxsize=4096)
def _decimals(number: float) -> int:
    """The number of decimals of a number: 2 for 0.25."""
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
