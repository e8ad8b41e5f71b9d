"""The times in BUSMASTER log files, whose fractions of a second tools write in different ways."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Mask, Numbers, Offsets
from canmcast_gui.frames.units import NS_PER_HOUR, NS_PER_SECOND
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.text.lines import Lines
from canmcast_gui.logfile.text.numbers import parse_decimal
from canmcast_gui.logfile.text.rows import parse_int

_PART = re.compile(rb"^\s*\d+:\d+:\d+:(\d{1,9})\s", re.MULTILINE)
_HEAD_BYTES = 65536
_MILLISECOND_DIGITS, _NANOSECOND_DIGITS = 3, 9
_MOST_DIGITS = 6  # in columns; BUSMASTER writes four
_TENS = 10 ** np.arange(10, dtype=np.int64)
_COLON = ord(":")


class Fractions(NamedTuple):
    """What the digits after the last colon mean where there are fewer than ``digits``.

    With ``decimals`` they are the decimal places of a second, otherwise a number in units of the last of
    ``digits`` decimal places.
    """

    digits: int = _MILLISECOND_DIGITS
    decimals: bool = False

    def nanoseconds(self, digits: str) -> int:
        """The nanoseconds of some digits. Raises ValueError."""
        number = parse_int(digits, "fraction of a second")
        count = len(digits) if self.decimals else max(len(digits), self.digits)
        return number * int(_TENS[_NANOSECOND_DIGITS - min(_NANOSECOND_DIGITS, count)])

    def column(self, parts: Numbers, sizes: Offsets) -> Numbers:
        """Like nanoseconds(), for numbers of ``sizes`` digits."""
        factors: Numbers = _TENS[_NANOSECOND_DIGITS - np.maximum(sizes, 1 if self.decimals else self.digits)]
        return parts * factors


def fractions_of(path: Path) -> Fractions:
    """How a file writes fractions of seconds, by the times at its start."""
    try:
        with open_log(path) as file:
            found = set(_PART.findall(file.read(_HEAD_BYTES)))
    except OSError:
        return Fractions()
    digits = max([_MILLISECOND_DIGITS, *map(len, found)])
    short = [part for part in found if 1 < len(part) < digits]
    return Fractions(digits, any(part.startswith(b"0") for part in short))


def clock(
    lines: Lines, starts: Offsets, ends: Offsets, style: Fractions
) -> tuple[npt.NDArray[np.int64], Mask]:
    """Times in nanoseconds, and which are valid."""
    parts, sizes, good = _field(lines, ends, _MOST_DIGITS)
    times = style.column(parts, sizes)
    ends = ends - sizes - 1
    for unit_s in (1, 60):
        numbers, sizes, number_good = _field(lines, ends, 2)
        times += numbers * (unit_s * NS_PER_SECOND)
        good &= number_good
        ends = ends - sizes - 1
    hours, hours_good = parse_decimal(lines, ends, np.clip(ends - starts, 0, 9))
    good &= hours_good & (hours < 1000)
    return times + hours * NS_PER_HOUR, good


def _field(lines: Lines, ends: Offsets, most: int) -> tuple[Numbers, Offsets, Mask]:
    """The numbers of up to ``most`` digits after a colon, their digits, and which are valid.

    Most files have the same number of digits in all lines.
    """
    common = next(
        (size for size in range(1, most + 1) if len(ends) and _is_after_colon(lines, ends[:1], size)), 0
    )
    sizes = np.full(len(ends), common, dtype=np.int64)
    numbers, good = parse_decimal(lines, ends, sizes)
    if (good & _is_after_colon(lines, ends, common)).all():
        return numbers, sizes, good
    sizes[:] = 0
    for size in range(most, 0, -1):
        sizes[_is_after_colon(lines, ends, size)] = size
    numbers, good = parse_decimal(lines, ends, sizes)
    return np.where(good, numbers, 0), sizes, good


def _is_after_colon(lines: Lines, ends: Offsets, size: int) -> Mask:
    """Which fields of that size have a colon before them."""
    is_colon: Mask = lines.text.take(ends - size - 1) == _COLON
    return is_colon
