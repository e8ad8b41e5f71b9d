"""Columns of numbers out of text: eight digits at a time, as one integer.

The way to add up digits within an integer is that of D. Lemire's "Quickly parsing eight digits" (2018).
"""

from __future__ import annotations

from typing import cast

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import Bytes, Mask, Numbers, Places, Words
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.text.lines import Lines, Text
from canmcast_gui.logfile.times import TIME_LIMIT_NS

_ZEROS = np.uint64(0x3030303030303030)
_HIGH_BITS = np.uint64(0x8080808080808080)
_ABOVE_NINE = np.uint64(0x4646464646464646)
_HIGH_HALVES = np.uint64(0xF0F0F0F0F0F0F0F0)

# Which bits of eight bytes belong to the last 0..8 of them.
_LAST_BYTES = np.array([(1 << 64) - (1 << 8 * (8 - count)) for count in range(9)], dtype=np.uint64)

# Which bits of eight bytes belong to the first 0..8 of them.
FIRST_BYTES = np.array([(1 << 8 * count) - 1 for count in range(9)], dtype=np.uint64)

_BAD = 0x100


def _hex_tables() -> tuple[Bytes, npt.NDArray[np.uint16]]:
    """The value of a digit, and of two, the first of which has the lower bits."""
    digits = np.full(256, 0xFF, dtype=np.uint8)
    for value, names in enumerate(zip(b"0123456789ABCDEF", b"0123456789abcdef", strict=True)):
        digits[list(names)] = value
    single = digits.astype(np.uint16)
    single[digits == 0xFF] = _BAD
    pairs = (single & 0xFF) << 4 | single[:, None] | single & _BAD
    return digits, pairs.ravel().astype(np.uint16)


_DIGITS, _PAIRS = _hex_tables()

# The longest whole part of a time that is read here: seconds for a hundred years and more.
_MOST_WHOLE = 4_000_000_000
_TENS = 10 ** np.arange(10, dtype=np.int64)


def parse_decimal(lines: Text, ends: Places, sizes: Places) -> tuple[Numbers, Mask]:
    """Decimal integers of 1 to 8 digits that end at ``ends``; and which of them are that."""
    kept = _LAST_BYTES.take(sizes, mode="clip")
    words = (lines.integers(ends - 8) & kept) | (_ZEROS & ~kept)
    good = ((words + _ABOVE_NINE) | (words - _ZEROS)) & _HIGH_BITS == 0
    good &= (sizes > 0) & (sizes <= 8)
    return _eight_digits(words), cast(Mask, good)


def parse_long_decimal(lines: Text, ends: Places, sizes: Places) -> tuple[Numbers, Mask]:
    """Decimal integers of 1 to 16 digits that end at ``ends``; and which of them are that."""
    if not len(sizes) or sizes.max() <= 8:
        return parse_decimal(lines, ends, sizes)
    low, good = parse_decimal(lines, ends, np.minimum(sizes, 8))
    places, sizes = ends - 8, sizes - 8
    words = lines.integers(places - 8) & _LAST_BYTES.take(sizes, mode="clip")
    if (words == words[0]).all() and (sizes == sizes[0]).all():
        places, sizes = places[:1], sizes[:1]  # of times, the first digits hardly ever change
    high, high_good = parse_decimal(lines, places, sizes)
    low += np.where(sizes > 0, high, 0) * 100_000_000
    good &= high_good | (sizes <= 0)
    return low, good


def _eight_digits(words: Words) -> Numbers:
    words = (words & np.uint64(0x0F0F0F0F0F0F0F0F)) * np.uint64(2561) >> np.uint64(8)
    words = (words & np.uint64(0x00FF00FF00FF00FF)) * np.uint64(6553601) >> np.uint64(16)
    words = (words & np.uint64(0x0000FFFF0000FFFF)) * np.uint64(42949672960001) >> np.uint64(32)
    return words.view(np.int64)


def parse_hex(lines: Text, ends: Places, sizes: Places) -> tuple[Numbers, Mask]:
    """Hexadecimal integers of 1 to 8 digits that end at ``ends``; and which of them are that."""
    kept = _LAST_BYTES.take(sizes, mode="clip")
    words = (lines.integers(ends - 8) & kept) | (_ZEROS & ~kept)
    words = _DIGITS.take(words.view(np.uint8)).view("<u8")
    good = (words & _HIGH_HALVES == 0) & (sizes > 0) & (sizes <= 8)
    words = (words << np.uint64(4) | words >> np.uint64(8)) & np.uint64(0x00FF00FF00FF00FF)
    words = (words << np.uint64(8) | words >> np.uint64(16)) & np.uint64(0x0000FFFF0000FFFF)
    words = (words << np.uint64(16) | words >> np.uint64(32)) & np.uint64(0xFFFFFFFF)
    return words.view(np.int64), cast(Mask, good)


def parse_seconds(lines: Text, starts: Places, ends: Places) -> tuple[Numbers, Mask]:
    """Decimal numbers with 1 to 9 digits behind the point, times 10**9; and which of them are that."""
    times = np.zeros(len(starts), dtype=np.int64)
    good = np.zeros(len(starts), dtype=np.bool_)
    rest = np.arange(len(starts))
    for places in _decimals(lines, ends):
        has_point = lines.text.take(ends[rest] - places - 1) == ord(".")
        rows = rest if has_point.all() else rest[has_point]
        if len(rows):
            times[rows], good[rows] = _with_places(lines, starts[rows], ends[rows], places)
            rest = rest[~has_point]
        if not len(rest):
            break
    return times, good


def _decimals(lines: Text, ends: Places) -> list[int]:
    """Numbers of digits behind the point, the likely ones first: as many as the first number has."""
    usual = [6, 3, 9, 4, 1, 5, 2, 7, 8]
    first = 9 - lines.text[ends[0] - 10 : ends[0]].tobytes().rfind(b".") if len(ends) else 0
    return [first, *usual] if first in usual else usual


def _with_places(lines: Text, starts: Places, ends: Places, places: int) -> tuple[Numbers, Mask]:
    point = ends - places - 1
    whole_part, good = parse_long_decimal(lines, point, point - starts)
    part, part_good = parse_long_decimal(lines, ends, np.full(len(ends), places, dtype=np.int64))
    good &= part_good & (whole_part < _MOST_WHOLE)
    return whole_part * NS_PER_SECOND + part * _TENS[9 - places], good


def hex_bytes(characters: Bytes, pitch: int, count: int) -> tuple[Bytes, Mask]:
    """The first ``count`` bytes of each row, which stand ``pitch`` characters apart; and which are none."""
    shape, strides = (len(characters), count), (characters.shape[1], pitch)
    values = _PAIRS.take(np.ndarray(shape, dtype="<u2", buffer=characters, strides=strides))
    return values.astype(np.uint8), values >= _BAD


# To sum fewer frames at once and then look again at what is behind them takes longer than line by line.
_FEW = 16


class RunningSum:
    """The sum of the times of all frames so far, where only reading a line alone tells whether it is one.

    ``state`` is to be part of the parser's: it changes with each such line that has frames before it which
    were read at once, so that those behind it are looked at again.
    """

    def __init__(self) -> None:
        self.now_ns = 0
        self._stops = False

    @property
    def state(self) -> int:
        """What those lines are read by that stand behind one with a time."""
        return self.now_ns if self._stops else 0

    def take(self, lines: Lines, rows: Places, batch: FrameBatch) -> tuple[Places, FrameBatch]:
        """The frames up to the first line that is neither one of the rows nor empty, with summed times."""
        count = int(np.searchsorted(rows, _first_other(lines, rows)))
        rows, batch = rows[:count], batch[:count]
        sums = summed(self.now_ns, batch.timestamp_ns) if count >= _FEW else None
        self._stops = sums is not None
        if sums is None:
            return rows[:0], batch[:0]
        batch.records["timestamp_ns"], self.now_ns = sums
        return rows, batch


def _first_other(lines: Lines, rows: Places) -> int:
    others = np.ones(lines.count, dtype=np.bool_)
    others[rows] = False
    others &= lines.starts < lines.ends
    return next((row for row in np.flatnonzero(others).tolist() if lines.line(row).strip()), lines.count)


def summed(start_ns: int, steps: Numbers) -> tuple[Numbers, int] | None:
    """The sums of each step and all before it, from ``start_ns`` on, and the last.

    None where they are beyond all measure.
    """
    if abs(start_ns) + float(np.abs(steps).sum(dtype=np.float64)) >= TIME_LIMIT_NS:
        return None
    times = start_ns + np.cumsum(steps)
    return times, int(times[-1]) if len(times) else start_ns
