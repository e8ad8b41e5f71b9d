"""Times of BUSMASTER's log files, 14:08:20:4009: what stands after the last colon, and all of it in columns.

Sources: BUSMASTER writes four digits, tenths of milliseconds (FormatMsgCommon.cpp: "%02d:%02d:%02d:%04d");
its converters leave out leading zeros of hours, minutes and seconds. SavvyCAN (framefileio.cpp) writes
milliseconds: three digits, in older versions one to three, by Qt's "h:m:s:z": a number without leading zeros
in Qt 5, decimals without trailing zeros in Qt 6.
"""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Mask, Numbers, Places
from canmcast_gui.frames.units import NS_PER_HOUR, NS_PER_SECOND
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.text.lines import Lines
from canmcast_gui.logfile.text.numbers import whole
from canmcast_gui.logfile.text.rows import whole_number

_PART = re.compile(rb"^\s*\d+:\d+:\d+:(\d{1,9})\s", re.MULTILINE)
_HEAD_BYTES = 65536
_MILLISECOND_DIGITS, _NANOSECOND_DIGITS = 3, 9
_MOST_DIGITS = 6  # in columns; BUSMASTER writes four
_TENS = 10 ** np.arange(10, dtype=np.int64)
_COLON = ord(":")


class Parts(NamedTuple):
    """What the digits after the last colon are, where there are fewer than ``digits``.

    They are the decimals of a second where ``decimals`` is set, otherwise a number that counts the last of
    that many decimals.
    """

    digits: int = _MILLISECOND_DIGITS
    decimals: bool = False

    def nanoseconds(self, part: str) -> int:
        """What those digits stand for. Raises ValueError."""
        number = whole_number(part, "a part of a second")
        places = len(part) if self.decimals else max(len(part), self.digits)
        return number * int(_TENS[_NANOSECOND_DIGITS - min(_NANOSECOND_DIGITS, places)])

    def column(self, parts: Numbers, sizes: Places) -> Numbers:
        """As nanoseconds(), for the numbers that so many digits make."""
        factors: Numbers = _TENS[_NANOSECOND_DIGITS - np.maximum(sizes, 1 if self.decimals else self.digits)]
        return parts * factors


def parts_of(path: Path) -> Parts:
    """How a file writes them, by the times near its beginning."""
    try:
        with open_log(path) as file:
            found = set(_PART.findall(file.read(_HEAD_BYTES)))
    except OSError:
        return Parts()
    digits = max([_MILLISECOND_DIGITS, *map(len, found)])
    short = [part for part in found if 1 < len(part) < digits]
    return Parts(digits, any(part.startswith(b"0") for part in short))


def clock(lines: Lines, starts: Places, ends: Places, style: Parts) -> tuple[npt.NDArray[np.int64], Mask]:
    """Times to nanoseconds; and which of them are that."""
    parts, sizes, good = _field(lines, ends, _MOST_DIGITS)
    times = style.column(parts, sizes)
    ends = ends - sizes - 1
    for unit_s in (1, 60):
        numbers, sizes, number_good = _field(lines, ends, 2)
        times += numbers * (unit_s * NS_PER_SECOND)
        good &= number_good
        ends = ends - sizes - 1
    hours, hours_good = whole(lines, ends, np.clip(ends - starts, 0, 9))
    good &= hours_good & (hours < 1000)
    return times + hours * NS_PER_HOUR, good


def _field(lines: Lines, ends: Places, most: int) -> tuple[Numbers, Places, Mask]:
    """The numbers of up to ``most`` digits after a colon, how many digits they have, and which are that.

    Mostly all have as many as the first.
    """
    usual = next((size for size in range(1, most + 1) if len(ends) and _ends(lines, ends[:1], size)), 0)
    sizes = np.full(len(ends), usual, dtype=np.int64)
    numbers, good = whole(lines, ends, sizes)
    if (good & _ends(lines, ends, usual)).all():
        return numbers, sizes, good
    sizes[:] = 0
    for size in range(most, 0, -1):
        sizes[_ends(lines, ends, size)] = size
    numbers, good = whole(lines, ends, sizes)
    return np.where(good, numbers, 0), sizes, good


def _ends(lines: Lines, ends: Places, size: int) -> Mask:
    """Whether a colon stands so many characters before."""
    is_colon: Mask = lines.text.take(ends - size - 1) == _COLON
    return is_colon
