"""Whether times of an ASC file are of the day, as BUSMASTER's converter writes them, or since its date.

Source: files that BUSMASTER converted from its log files ("version 7.1.0" in them). Each session begins with
a date and a line "base hex  no internal events logged" or none, which lacks the kind of timestamps that
Vector's specification asks for; the first time is that of the day, at or after the date's.
"""

from __future__ import annotations

import re
from pathlib import Path

from canmcast_gui.frames.units import NS_PER_DAY
from canmcast_gui.logfile.asc.dates import parse_date
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.text.rows import nanoseconds
from canmcast_gui.logfile.times import midnight_before

_HEAD_BYTES = 65536
_SAYS_SO = re.compile(r"^\s*(base\b.*\btimestamps\b|begin\s+triggerblock)", re.IGNORECASE | re.MULTILINE)
_DATE_OR_TIME = re.compile(r"^\s*(?:date\s+(.*\S)|(\d+\.\d+)\s)", re.IGNORECASE | re.MULTILINE)


def has_times_of_day(path: Path) -> bool:
    """Whether the times near the beginning of a file are of the day."""
    try:
        with open_log(path) as file:
            head = file.read(_HEAD_BYTES).decode("latin-1").replace("\r", "\n")
    except OSError:
        return False
    if _SAYS_SO.search(head):
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
        return start_ns - midnight_before(start_ns) <= nanoseconds(time) < NS_PER_DAY
    except (ValueError, OverflowError, OSError):
        return False
