"""Dates of ASC files, such as "Wed Nov 05 12:00:00.123 pm 2025", in several languages; times of day."""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path

from canmcast_gui.frames.units import NS_PER_DAY, NS_PER_MS, NS_PER_SECOND
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.text.rows import parse_seconds_ns
from canmcast_gui.logfile.times import checked_start, midnight_before

# Day of the week, month, day, time, half of the day, year; the month by its name or number.
_DATE = re.compile(
    r"(?:\S+\s+)?(\d{1,2}|[^\W\d]+)[.月]?\s+(\d{1,2})\s+(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d+))?"
    r"\s*([ap])?\.?(?:m\.?)?\s+(\d{4})",
    re.IGNORECASE,
)
# In the format of some locales: 5.11.2025, 05/11/2025 or 2025-11-05 before the time.
_CLOCK = r"[ T]+(\d{1,2}):(\d\d):(\d\d)(?:[.,](\d+))?\s*(?:([ap])m)?$"
_DAY_FIRST = re.compile(r"(?:\D+\s+)?(\d{1,2})[./-](\d{1,2})[./-](\d{4})" + _CLOCK, re.IGNORECASE)
_YEAR_FIRST = re.compile(r"(?:\D+\s+)?(\d{4})[./-](\d{1,2})[./-](\d{1,2})" + _CLOCK, re.IGNORECASE)

# The first letters of months in English, German, French, Italian, Spanish and Portuguese.
_MONTHS = (
    ("jan", "jän", "gen", "ene"),
    ("feb", "fév", "fev"),
    ("mar", "mär", "mrz"),
    ("apr", "avr", "abr"),
    ("may", "mai", "mag"),
    ("jun", "juin", "giu"),
    ("jul", "juil", "lug"),
    ("aug", "aoû", "ago"),
    ("sep", "set"),
    ("oct", "okt", "ott", "out"),
    ("nov",),
    ("dec", "dez", "déc", "dic"),
)
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def parse_date(text: str) -> int:
    """Local time in nanoseconds since 1970, UTC. Raises ValueError for invalid date."""
    text = text.strip()
    if found := _DATE.match(text):
        name, day, *clock, year = found.groups()
        return _time_ns(year, str(_month(name.lower())), day, *clock)
    if found := _YEAR_FIRST.match(text):
        return _time_ns(*found.groups())
    if found := _DAY_FIRST.match(text):
        day, month, year, *clock = found.groups()
        return _time_ns(year, month, day, *clock)
    raise ValueError("invalid date")


def _time_ns(
    year: str,
    month: str,
    day: str,
    hour: str,
    minute: str,
    second: str,
    fraction: str | None,
    half: str | None,
) -> int:
    hours = int(hour) % 12 + 12 * (half.lower() == "p") if half else int(hour)
    local = datetime(int(year), int(month), int(day), hours, int(minute), int(second))
    return checked_start(int(local.timestamp()) * NS_PER_SECOND + _fraction_ns(fraction or ""))


def date_text(start_s: int) -> str:
    """A whole second since 1970 as ASC files have it, in local time and English."""
    date = datetime.fromtimestamp(start_s)
    return f"{_DAYS[date.weekday()]} {_NAMES[date.month - 1]} {date:%d %H:%M:%S}.000 {date.year}"


def _month(name: str) -> int:
    if name.isdigit():
        return int(name)
    for number, names in enumerate(_MONTHS, 1):
        if name.startswith(names):
            return number
    raise ValueError(f"an unknown month {name}")


def _fraction_ns(digits: str) -> int:
    """Up to three digits are milliseconds, as python-can writes 12 s and 5 ms as "12.5"."""
    if len(digits) <= 3:
        return int(digits or 0) * NS_PER_MS
    return int(digits[:9].ljust(9, "0"))


_HEAD_BYTES = 65536
_COUNTS_FROM_DATE = re.compile(
    r"^\s*(base\b.*\btimestamps\b|begin\s+triggerblock)", re.IGNORECASE | re.MULTILINE
)
_DATE_OR_TIME = re.compile(r"^\s*(?:date\s+(.*\S)|(\d+\.\d+)\s)", re.IGNORECASE | re.MULTILINE)


def has_times_of_day(path: Path) -> bool:
    """Whether times are times of day, as in files that BUSMASTER converted from its log files.

    In these files ("version 7.1.0" in them) each session starts with a date and a line "base hex  no internal
    events logged" or none, without the kind of timestamps that Vector's specification requires; the first
    time is that of the day, at or after the date.
    """
    try:
        with open_log(path) as file:
            head = file.read(_HEAD_BYTES).decode("latin-1").replace("\r", "\n")
    except OSError:
        return False
    if _COUNTS_FROM_DATE.search(head):
        return False
    date = ""
    for found in _DATE_OR_TIME.finditer(head):
        if found[2] and date:
            return _is_of_day(found[2], date)
        date = found[1] or ""
    return False


def _is_of_day(time: str, date: str) -> bool:
    try:
        start_ns = parse_date(date)
        return start_ns - midnight_before(start_ns) <= parse_seconds_ns(time) < NS_PER_DAY
    except (ValueError, OverflowError, OSError):
        return False
