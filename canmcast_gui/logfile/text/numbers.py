"""Converts columns of text to numbers: eight digits at a time, as one integer; sums of times.

The digits within an integer are combined as in D. Lemire's "Quickly parsing eight digits" (2018). Functions
return the numbers and a mask of the valid ones.
"""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import Bytes, Mask, Numbers, Offsets, Words
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.text.lines import Lines, Text
from canmcast_gui.logfile.times import TIME_LIMIT_NS

_ZEROS = np.uint64(0x3030303030303030)
_HIGH_BITS = np.uint64(0x8080808080808080)
_ABOVE_NINE = np.uint64(0x4646464646464646)
_HIGH_HALVES = np.uint64(0xF0F0F0F0F0F0F0F0)

# By a number of bytes, 0 to 8: the bits of the last ones of eight.
_LAST_BYTES = np.array([(1 << 64) - (1 << 8 * (8 - count)) for count in range(9)], dtype=np.uint64)

# By a number of bytes, 0 to 8: the bits of the first ones of eight.
FIRST_BYTES = np.array([(1 << 8 * count) - 1 for count in range(9)], dtype=np.uint64)

_BAD = 0x100


def _hex_tables() -> tuple[Bytes, npt.NDArray[np.uint16]]:
    """The value of a digit, and of two digits, the first of which is in the lower bits."""
    digits = np.full(256, 0xFF, dtype=np.uint8)
    for value, names in enumerate(zip(b"0123456789ABCDEF", b"0123456789abcdef", strict=True)):
        digits[list(names)] = value
    single = digits.astype(np.uint16)
    single[digits == 0xFF] = _BAD
    pairs = (single & 0xFF) << 4 | single[:, None] | single & _BAD
    return digits, pairs.ravel().astype(np.uint16)


_DIGITS, _PAIRS = _hex_tables()

# The largest whole part of a time in seconds: more than a hundred years.
_MOST_WHOLE = 4_000_000_000
_TENS = 10 ** np.arange(10, dtype=np.int64)


def parse_decimal(lines: Text, ends: Offsets, sizes: Offsets) -> tuple[Numbers, Mask]:
    """Decimal integers of 1 to 8 digits that end at ``ends``, and which are valid."""
    kept = _LAST_BYTES.take(sizes, mode="clip")
    words = (lines.integers(ends - 8) & kept) | (_ZEROS & ~kept)
    good = ((words + _ABOVE_NINE) | (words - _ZEROS)) & _HIGH_BITS == 0
    good &= (sizes > 0) & (sizes <= 8)
    return _eight_digits(words), cast(Mask, good)


def parse_long_decimal(lines: Text, ends: Offsets, sizes: Offsets) -> tuple[Numbers, Mask]:
    """Decimal integers of 1 to 16 digits that end at ``ends``, and which are valid."""
    if not len(sizes) or sizes.max() <= 8:
        return parse_decimal(lines, ends, sizes)
    low, good = parse_decimal(lines, ends, np.minimum(sizes, 8))
    ends, sizes = ends - 8, sizes - 8
    words = lines.integers(ends - 8) & _LAST_BYTES.take(sizes, mode="clip")
    if (words == words[0]).all() and (sizes == sizes[0]).all():
        ends, sizes = ends[:1], sizes[:1]  # the first digits of times rarely change
    high, high_good = parse_decimal(lines, ends, sizes)
    low += np.where(sizes > 0, high, 0) * 100_000_000
    good &= high_good | (sizes <= 0)
    return low, good


def _eight_digits(words: Words) -> Numbers:
    words = (words & np.uint64(0x0F0F0F0F0F0F0F0F)) * np.uint64(2561) >> np.uint64(8)
    words = (words & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601) >> np.uint64(16)
    words = (words & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001) >> np.uint64(32)
    return words.view(np.int64)


def parse_hex(lines: Text, ends: Offsets, sizes: Offsets) -> tuple[Numbers, Mask]:
    """Hexadecimal integers of 1 to 8 digits that end at ``ends``, and which are valid."""
    kept = _LAST_BYTES.take(sizes, mode="clip")
    words = (lines.integers(ends - 8) & kept) | (_ZEROS & ~kept)
    words = _DIGITS.take(words.view(np.uint8)).view("<u8")
    good = (words & _HIGH_HALVES == 0) & (sizes > 0) & (sizes <= 8)
    words = (words << np.uint64(4) | words >> np.uint64(8)) & np.uint64(0x00FF00FF00FF00FF)
    words = (words << np.uint64(8) | words >> np.uint64(16)) & np.uint64(0x0000FFFF0000FFFF)
    words = (words << np.uint64(16) | words >> np.uint64(32)) & np.uint64(0xFFFFFFFF)
    return words.view(np.int64), cast(Mask, good)


def parse_seconds(lines: Text, starts: Offsets, ends: Offsets) -> tuple[Numbers, Mask]:
    """Seconds with 1 to 9 decimal places in nanoseconds, and which are valid."""
    times = np.zeros(len(starts), dtype=np.int64)
    good = np.zeros(len(starts), dtype=np.bool_)
    rest = np.arange(len(starts))
    for digits in _decimal_places(lines, ends):
        has_point = lines.text.take(ends[rest] - digits - 1) == ord(".")
        rows = rest if has_point.all() else rest[has_point]
        if len(rows):
            times[rows], good[rows] = _seconds(lines, starts[rows], ends[rows], digits)
            rest = rest[~has_point]
        if not len(rest):
            break
    return times, good


def _decimal_places(lines: Text, ends: Offsets) -> list[int]:
    """Numbers of decimal places, that of the first number first, as it is the most likely."""
    usual = [6, 3, 9, 4, 1, 5, 2, 7, 8]
    first = 9 - lines.text[ends[0] - 10 : ends[0]].tobytes().rfind(b".") if len(ends) else 0
    return [first, *usual] if first in usual else usual


def _seconds(lines: Text, starts: Offsets, ends: Offsets, digits: int) -> tuple[Numbers, Mask]:
    point = ends - digits - 1
    whole_part, good = parse_long_decimal(lines, point, point - starts)
    part, part_good = parse_long_decimal(lines, ends, np.full(len(ends), digits, dtype=np.int64))
    good &= part_good & (whole_part < _MOST_WHOLE)
    return whole_part * NS_PER_SECOND + part * _TENS[9 - digits], good


def hex_bytes(characters: Bytes, pitch: int, count: int) -> tuple[Bytes, Mask]:
    """The first ``count`` bytes of each row, ``pitch`` characters apart; and which are not bytes."""
    shape, strides = (len(characters), count), (characters.shape[1], pitch)
    values = _PAIRS.take(np.ndarray(shape, dtype="<u2", buffer=characters, strides=strides))
    return values.astype(np.uint8), values >= _BAD


# Summing fewer frames at once, and then parsing the lines after them again, takes longer than line by line.
_FEW = 16


class RunningSum:
    """The sum of the times of all frames so far, where only parsing tells whether a line has a time.

    A parser includes ``state`` in its own: it changes with each single line after frames that were read as
    columns, so that the lines after it are read again.
    """

    def __init__(self) -> None:
        self.now_ns = 0
        self._stops = False

    @property
    def state(self) -> int:
        """Changes when the sum after a single line differs from that of the columns."""
        return self.now_ns if self._stops else 0

    def take(self, lines: Lines, rows: Offsets, batch: FrameBatch) -> tuple[Offsets, FrameBatch]:
        """The frames before the first line that is neither one of the rows nor empty, with summed times."""
        count = int(np.searchsorted(rows, _first_other(lines, rows)))
        rows, batch = rows[:count], batch[:count]
        sums = summed(self.now_ns, batch.timestamp_ns) if count >= _FEW else None
        self._stops = sums is not None
        if sums is None:
            return rows[:0], batch[:0]
        batch.records["timestamp_ns"], self.now_ns = sums
        return rows, batch


def _first_other(lines: Lines, rows: Offsets) -> int:
    others = np.ones(lines.count, dtype=np.bool_)
    others[rows] = False
    others &= lines.starts < lines.ends
    return next((row for row in np.flatnonzero(others).tolist() if lines.line(row).strip()), lines.count)


def summed(start_ns: int, steps: Numbers) -> tuple[Numbers, int] | None:
    """The sums of each step and all steps before it and ``start_ns``, and the last sum.

    None where they are out of range.
    """
    if abs(start_ns) + float(np.abs(steps).sum(dtype=np.float64)) >= TIME_LIMIT_NS:
        return None
    times = start_ns + np.cumsum(steps)
    return times, int(times[-1]) if len(times) else start_ns
