"""Dates as Vector's ASC files write them: "Wed Nov 05 12:00:00.123 pm 2025", German months too."""

from __future__ import annotations

import re
from datetime import datetime

from canmcast_gui.logfile.rows import NANOSECONDS, checked_start

_DATE = re.compile(
    r"(?:\S+\s+)?(\D{3,4}?)\.?\s+(\d{1,2})\s+(\d{1,2}):(\d\d):(\d\d)(?:\.(\d+))?\s*(am|pm)?\s+(\d{4})",
    re.IGNORECASE,
)
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")
_GERMAN = {"mär": 3, "mrz": 3, "mai": 5, "okt": 10, "dez": 12}
_NAMES = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_DAYS = ("Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun")


def parse_date(text: str) -> int:
    """Local time to nanoseconds since 1970, UTC. Raises ValueError for what is no date."""
    found = _DATE.match(text.strip())
    if found is None:
        raise ValueError("a date that cannot be read")
    name, day, hour, minute, second, fraction, half, year = found.groups()
    month = _month(name.lower())
    hours = int(hour) % 12 + 12 * (half.lower() == "pm") if half else int(hour)
    local = datetime(int(year), month, int(day), hours, int(minute), int(second))
    return checked_start(int(local.timestamp()) * NANOSECONDS + _fraction_ns(fraction or ""))


def date_text(start_s: int) -> str:
    """A whole second since 1970 as ASC files have it, in local time, whatever the locale."""
    date = datetime.fromtimestamp(start_s)
    return f"{_DAYS[date.weekday()]} {_NAMES[date.month - 1]} {date:%d %H:%M:%S}.000 {date.year}"


def _month(name: str) -> int:
    if name in _GERMAN:
        return _GERMAN[name]
    if name[:3] in _MONTHS:
        return _MONTHS.index(name[:3]) + 1
    raise ValueError(f"a month called {name}")


def _fraction_ns(digits: str) -> int:
    """Up to three digits are milliseconds: python-can writes 12 s and 5 ms as "12.5"."""
    if len(digits) <= 3:
        return int(digits or 0) * 1_000_000
    return int(digits[:9].ljust(9, "0"))
