"""Converts the cells of a column to numbers and times, for a block of lines at once.

A column is ``starts`` and ``ends`` (int64, n) of its cells in ``content`` (uint8), which has BEFORE bytes of
zeros before the first cell and ROOM after the last. Functions also return which cells are valid (bool, n).
Most numbers are read eight digits at a time, others digit by digit.
"""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta
from typing import cast

import numpy as np

from canmcast_gui.frames.arrays import Bytes, Mask, Offsets
from canmcast_gui.frames.units import NS_PER_DAY, NS_PER_MS, NS_PER_SECOND, NS_PER_US
from canmcast_gui.logfile.text.lines import Text
from canmcast_gui.logfile.text.numbers import parse_decimal, parse_hex, parse_long_decimal, parse_seconds
from canmcast_gui.logfile.times import checked_start

# How far reads reach after the start of the last cell: 64 bytes as "0x" and pairs with separators.
ROOM = 256

# And before the first cell: the digits of a time.
BEFORE = 32

_NO_DIGIT = 255
_DIGITS = np.full(256, _NO_DIGIT, dtype=np.uint8)
_DIGITS[list(b"0123456789")] = np.arange(10)
_DIGITS[list(b"abcdef")] = np.arange(10, 16)
_DIGITS[list(b"ABCDEF")] = np.arange(10, 16)

_BLANK = np.zeros(256, dtype=bool)
_BLANK[list(b" \t\r\"'")] = True


# "seconds" and some spaces. The micro sign has two bytes in UTF-8, and one in Windows' Western code page.
_LONGEST_UNIT = 10
_PREFIXES = {ord("m"): NS_PER_MS, ord("u"): NS_PER_US, ord("n"): 1}
_MICRO = np.zeros(256, dtype=bool)
_MICRO[[0xC2, 0xCE, 0xB5]] = True

# "Length:"
_LONGEST_LABEL = 12

# Longer numbers are invalid.
_LONGEST_NUMBER = 40


def stripped(content: Bytes, starts: Offsets, ends: Offsets) -> tuple[Offsets, Offsets]:
    """The cells without white space and quotes around them."""
    while (blank := _BLANK.take(content.take(starts)) & (starts < ends)).any():
        starts = starts + blank
    while (blank := _BLANK.take(content.take(np.maximum(ends - 1, 0))) & (starts < ends)).any():
        ends = ends - blank
    return starts, ends


def without_prefix(content: Bytes, starts: Offsets, ends: Offsets) -> Offsets:
    """Starts of hexadecimal numbers after their 0x or $."""
    first, second = content.take(starts), content.take(starts + 1) | 0x20
    prefixed = (first == ord("0")) & (second == ord("x"))
    dollar = first == ord("$")
    if not prefixed.any() and not dollar.any():
        return starts
    widths = ends - starts
    begin: Offsets = starts + 2 * (prefixed & (widths > 2)) + (dollar & (widths > 1))
    return begin


def without_label(content: Bytes, starts: Offsets, ends: Offsets) -> Offsets:
    """Starts of numbers after a name and a colon."""
    begin = starts.copy()
    for index in range(min(_LONGEST_LABEL, int((ends - starts).max(initial=0)))):
        is_colon = (content.take(starts + index) == ord(":")) & (starts + index < ends)
        begin = np.where(is_colon, starts + index + 1, begin)
    return begin


def whole_numbers(content: Bytes, starts: Offsets, ends: Offsets, base: int) -> tuple[Offsets, Mask]:
    """Numbers without sign, up to 15 digits."""
    widths = ends - starts
    if len(widths) and widths.max() == 1 == widths.min():
        digits = _DIGITS.take(content.take(starts))
        good = digits < base
        return np.where(good, digits, 0).astype(np.int64), good
    values, good = (parse_decimal if base == 10 else parse_hex)(Text(content), ends, widths)
    rest = np.flatnonzero(~good)
    if len(rest):
        values[rest], good[rest] = _by_digits(content, starts[rest], ends[rest], base)
    return values, good


def _by_digits(content: Bytes, starts: Offsets, ends: Offsets, base: int) -> tuple[Offsets, Mask]:
    widths = ends - starts
    good = (widths > 0) & (widths <= 15)
    values = np.zeros(len(starts), dtype=np.int64)
    for index in range(min(15, int(widths.max(initial=0)))):
        inside = index < widths
        digits = _DIGITS.take(content.take(starts + index))
        good &= ~inside | (digits < base)
        values = np.where(inside & good, values * base + digits, values)
    return values, good


def times(content: Bytes, starts: Offsets, ends: Offsets, unit_ns: int) -> tuple[Offsets, Mask]:
    """Decimal numbers times ``unit_ns``, exactly, to a nanosecond; or hours:minutes:seconds.

    The decimal mark is a point, a comma, or a colon after seconds if three digits follow. Exponents are not
    supported.
    """
    if unit_ns == NS_PER_SECOND:
        values, good = parse_seconds(Text(content), starts, ends)
    else:
        values, good = parse_long_decimal(Text(content), ends, ends - starts)
        good &= values < (1 << 62) // unit_ns
        values = np.where(good, values, 0) * unit_ns
    rest = np.flatnonzero(~good)
    if len(rest):
        values[rest], good[rest] = _unusual_times(content, starts[rest], ends[rest], unit_ns)
    return values, good


def _unusual_times(content: Bytes, starts: Offsets, ends: Offsets, unit_ns: int) -> tuple[Offsets, Mask]:
    negative = content[starts] == ord("-")
    first = starts + (negative | (content[starts] == ord("+")))
    widths = ends - first
    units = np.zeros(len(starts), dtype=np.int64)
    fraction, scale = units.copy(), np.full(len(starts), unit_ns, dtype=np.int64)
    sixtieth, colons = units.copy(), units.copy()
    after_mark = np.zeros(len(starts), dtype=bool)
    good = (widths > 0) & (widths <= _LONGEST_NUMBER)
    for index in range(min(_LONGEST_NUMBER, int(widths.max(initial=0)))):
        inside = index < widths
        character = content.take(first + index)
        digit = _DIGITS.take(character)
        is_digit = inside & (digit < 10)
        mark = inside & ((character == ord(".")) | (character == ord(","))) & ~after_mark
        colon = inside & (character == ord(":")) & ~after_mark
        # After seconds, three digits or more are a fraction.
        mark |= colon & (colons == 2) & (index < widths - 3)
        colon &= ~mark
        colons += colon
        good &= ~inside | is_digit | mark | colon
        good &= units < 10**17
        units = np.where(is_digit & ~after_mark & good, units * 10 + digit, units)
        scale = np.where(is_digit & after_mark, scale // 10, scale)
        fraction += np.where(is_digit & after_mark, digit * scale, 0)
        sixtieth = np.where(colon, (sixtieth + units) * 60, sixtieth)
        units = np.where(colon, 0, units)
        after_mark |= mark
    good &= (units + sixtieth) < (1 << 62) // unit_ns
    values = np.where(good, (units + sixtieth) * unit_ns + fraction, 0)
    return np.where(negative, -values, values), good


def digits_only(content: Bytes, starts: Offsets, ends: Offsets) -> tuple[Offsets, Mask]:
    """All decimal digits of a cell as one number, up to 17, ignoring other characters."""
    widths = ends - starts
    values = np.zeros(len(starts), dtype=np.int64)
    count = values.copy()
    for index in range(min(_LONGEST_NUMBER, int(widths.max(initial=0)))):
        digit = _DIGITS.take(content.take(starts + index))
        is_digit = (index < widths) & (digit < 10) & (count < 17)
        values = np.where(is_digit, values * 10 + digit, values)
        count += is_digit
    return values, (count > 0) & (widths <= _LONGEST_NUMBER)


def is_letter(characters: Bytes) -> Mask:
    """Which characters are ASCII letters."""
    return (characters | 0x20) - np.uint8(ord("a")) < 26


def without_unit(content: Bytes, starts: Offsets, ends: Offsets) -> tuple[Offsets, Offsets]:
    """Where numbers end before a unit of time, and the unit in nanoseconds: 0 without one, -1 if invalid."""
    number_ends = ends.copy()
    for _ in range(_LONGEST_UNIT):
        number_ends -= (_DIGITS.take(content.take(number_ends - 1)) > 9) & (number_ends > starts)
    first = number_ends + (content.take(number_ends) == ord(" "))
    letter, next_letter = content.take(first) | 0x20, content.take(first + 1) | 0x20
    units = np.where(letter == ord("s"), NS_PER_SECOND, -1)
    for prefix, unit_ns in _PREFIXES.items():
        units[(letter == prefix) & (next_letter == ord("s"))] = unit_ns
    units[_MICRO.take(content.take(first))] = NS_PER_US
    units[number_ends == ends] = 0
    return number_ends, units


def is_digit(characters: Bytes) -> Mask:
    """Which characters are hexadecimal digits."""
    return cast(Mask, _DIGITS.take(characters) != _NO_DIGIT)


# 2018-06-29T13:00:47.000019123
_LONGEST_DATE = 29
_EPOCH = np.datetime64(0, "ns")


def date_times(content: Bytes, starts: Offsets, ends: Offsets) -> tuple[Offsets, Mask]:
    """Dates with the year first and a time of day, local time, in nanoseconds since 1970, UTC."""
    width = min(_LONGEST_DATE, int((ends - starts).max(initial=1)))
    offsets = np.arange(width)
    inside = offsets < (ends - starts)[:, None]
    texts = np.where(inside, content[starts[:, None] + offsets], 0).astype(np.uint8)
    texts[texts == ord("/")] = ord("-")
    texts[texts == ord(",")] = ord(".")
    column = texts.view(f"S{width}")[:, 0].astype(str)
    values = np.zeros(len(starts), dtype=np.int64)
    try:
        dates = column.astype("datetime64[ns]")
        good = ~np.isnat(dates)
        values[good] = (dates[good] - _EPOCH).astype(np.int64)
    except ValueError:
        good = np.zeros(len(starts), dtype=bool)
        for row, text in enumerate(column):
            values[row], good[row] = _date_time(str(text))
    if good.any():
        values[good] += _zone_ns(int(values[good][0]))
    return values, good


def _date_time(text: str) -> tuple[int, bool]:
    try:
        date = np.datetime64(text.strip(), "ns")
    except ValueError:
        return 0, False
    return (0, False) if np.isnat(date) else (int((date - _EPOCH).astype(np.int64)), True)


def _zone_ns(local_ns: int) -> int:
    """The difference between UTC and a local time that was read as UTC."""
    seconds = local_ns // NS_PER_SECOND
    try:
        local = datetime(1970, 1, 1) + timedelta(seconds=seconds)
        return (int(local.timestamp()) - seconds) * NS_PER_SECOND
    except (ValueError, OverflowError, OSError):
        return 0


def logger_times(digits: Offsets) -> Offsets:
    """Day of the month, hour, minute, second and millisecond as DDHHMMSSmmm, in nanoseconds of the month.

    Without a day, in nanoseconds of the day.
    """
    milliseconds = digits % 1000
    seconds = digits // 1000 % 100
    minutes = digits // 100_000 % 100
    hours = digits // 10_000_000 % 100
    days = np.maximum(digits // 1_000_000_000 - 1, 0)
    whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return whole * NS_PER_SECOND + milliseconds * NS_PER_MS


def logger_start(text: str, with_days: bool) -> dict[str, int]:
    """The start and period of the times of a logger, as fields of TableLayout.

    ``text`` is the date in the head of the file, such as "20231005T071031", in local time; ``with_days`` is
    whether times have the day of the month. The start is 0 for an invalid date.
    """
    try:
        date = datetime.strptime(text[:8], "%Y%m%d")
        start_ns = int(date.replace(day=1 if with_days else date.day).timestamp()) * NS_PER_SECOND
        days = monthrange(date.year, date.month)[1] if with_days else 1
        return {"start_ns": checked_start(start_ns), "wraps_ns": days * NS_PER_DAY}
    except (ValueError, OverflowError, OSError):
        return {"start_ns": 0, "wraps_ns": 0 if with_days else NS_PER_DAY}
