"""Raw values to physical ones: value = raw * scale + offset, exact where whole numbers allow it.

The arithmetic is that of cantools: whole numbers as long as scale and offset are whole, else Python floats.
"""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.database.model import Signal

Column = npt.NDArray[Any]

_INT64 = range(-(1 << 63), 1 << 63)
_UINT64 = range(1 << 64)
_WORD = (1 << 64) - 1

# A signal scaled by 1e-16 (positions in NMEA 2000) would fill a cell with digits that nobody reads.
_MOST_DECIMALS = 9


def physical_column(signal: Signal, raw: Column) -> Column:
    """Physical values of a raw column: int64 or uint64 where scale is 1 and offset whole, else float64."""
    if signal.is_float:
        # Payloads can hold any bits: not-a-number and infinity are values like others.
        with np.errstate(all="ignore"):
            return raw * float(signal.scale) + float(signal.offset)
    if not _is_whole(signal.scale):
        # Processors convert signed words to float several times faster than unsigned ones.
        fits = signal.length < 64 or signal.signed
        scaled = (raw.view(np.int64) if fits else raw).astype(np.float64)
        scaled *= signal.scale
        scaled += float(signal.offset)
        return scaled
    offset = int(signal.offset) if _is_whole(signal.offset) else 0
    column: Column = _whole_numbers(signal, raw, int(signal.scale), offset)
    if signal.scale == 1 and _is_whole(signal.offset) and column.dtype != object:
        return column
    return column.astype(np.float64) + (signal.offset if not _is_whole(signal.offset) else 0)


def physical_value(signal: Signal, raw: int | float) -> int | float:
    """The physical value of one raw value; an int where scale and offset are whole."""
    if not signal.is_float and _is_whole(signal.scale) and _is_whole(signal.offset):
        return raw * int(signal.scale) + int(signal.offset)
    return raw * signal.scale + signal.offset


def value_text(signal: Signal, raw: int | float, value: int | float) -> str:
    """The value as a cell shows it: the choice's text, or a number with the decimals its scale implies."""
    if signal.choices and raw == raw and abs(raw) != float("inf"):
        text = signal.choices.get(int(raw))
        if text is not None:
            return text
    if isinstance(value, int):
        return str(value)
    if signal.is_float:
        return f"{value:.7g}" if signal.length <= 32 else f"{value:.12g}"
    return f"{value:.{min(_MOST_DECIMALS, max(_decimals(signal.scale), _decimals(signal.offset)))}f}"


def _whole_numbers(signal: Signal, raw: Column, scale: int, offset: int) -> Column:
    """raw * scale + offset as int64, uint64 or, beyond both, Python's own ints.

    64-bit arithmetic wraps around, so only the result has to fit, not what is in between.
    """
    low, high = _raw_range(signal)
    ends = sorted((low * scale + offset, high * scale + offset))
    for kind, fits in ((np.int64, _INT64), (np.uint64, _UINT64)):
        if ends[0] in fits and ends[1] in fits:
            words = raw.view(np.uint64)
            if scale != 1:
                words = words * np.uint64(scale & _WORD)
            if offset:
                words = words + np.uint64(offset & _WORD)
            return words.view(kind)
    return raw.astype(object) * scale + offset


def _raw_range(signal: Signal) -> tuple[int, int]:
    if signal.signed:
        return -(1 << (signal.length - 1)), (1 << (signal.length - 1)) - 1
    return 0, (1 << signal.length) - 1


def _is_whole(number: float) -> bool:
    return isinstance(number, int) or number.is_integer()


def _decimals(number: float) -> int:
    """How many decimals a number needs: 2 for 0.25."""
    exponent = Decimal(repr(number)).normalize().as_tuple().exponent
    return max(0, -exponent) if isinstance(exponent, int) else 0
