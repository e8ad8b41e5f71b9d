"""Times of day and dates in the cells of a table."""

from __future__ import annotations

from datetime import datetime, timedelta

import numpy as np

from canmcast_gui.logfile.rows import NANOSECONDS, checked_start
from canmcast_gui.logfile.table.values import Bytes, Mask, Places

# 2018-06-29T13:00:47.000019123
_LONGEST_DATE = 29
_EPOCH = np.datetime64(0, "ns")


def date_times(content: Bytes, starts: Places, ends: Places) -> tuple[Places, Mask]:
    """Dates with the year first and a time of day, local time, to nanoseconds since 1970, UTC."""
    width = int(min(_LONGEST_DATE, (ends - starts).max(initial=1)))
    places = np.arange(width)
    texts = np.where(places < (ends - starts)[:, None], content[starts[:, None] + places], 0).astype(np.uint8)
    texts[texts == ord("/")] = ord("-")
    texts[texts == ord(",")] = ord(".")
    column = texts.view(f"S{width}")[:, 0].astype(str)
    values = np.zeros(len(starts), dtype=np.int64)
    try:
        moments = column.astype("datetime64[ns]")
        good = ~np.isnat(moments)
        values[good] = (moments[good] - _EPOCH).astype(np.int64)
    except ValueError:
        good = np.zeros(len(starts), dtype=bool)
        for row, text in enumerate(column):
            values[row], good[row] = _date_time(str(text))
    if good.any():
        values[good] += _zone_ns(int(values[good][0]))
    return values, good


def _date_time(text: str) -> tuple[int, bool]:
    try:
        moment = np.datetime64(text.strip(), "ns")
    except ValueError:
        return 0, False
    return (0, False) if np.isnat(moment) else (int((moment - _EPOCH).astype(np.int64)), True)


def _zone_ns(local_ns: int) -> int:
    """What makes UTC of a local time that was read as if it were UTC."""
    seconds = local_ns // NANOSECONDS
    try:
        local = datetime(1970, 1, 1) + timedelta(seconds=seconds)
        return (int(local.timestamp()) - seconds) * NANOSECONDS
    except (ValueError, OverflowError, OSError):
        return 0


def logger_times(digits: Places) -> Places:
    """Day of the month, hour, minute, second and millisecond as DDHHMMSSmmm, to nanoseconds."""
    milliseconds = digits % 1000
    seconds = digits // 1000 % 100
    minutes = digits // 100_000 % 100
    hours = digits // 10_000_000 % 100
    days = digits // 1_000_000_000
    whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return whole * NANOSECONDS + milliseconds * 1_000_000


def logger_start_ns(text: str) -> int:
    """The start of the month that "20231005T071031" lies in, less one day, local time; 0 for no such date.

    Day 1 of the month is then one day after the start.
    """
    try:
        start = datetime.strptime(text[:6], "%Y%m")
        return checked_start((int(start.timestamp()) - 86_400) * NANOSECONDS)
    except (ValueError, OverflowError, OSError):
        return 0
