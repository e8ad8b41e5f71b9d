"""Times of day and dates in the cells of a table."""

from __future__ import annotations

from calendar import monthrange
from datetime import datetime, timedelta

import numpy as np

from canmcast_gui.frames.arrays import Bytes, Mask, Places
from canmcast_gui.frames.units import NS_PER_DAY, NS_PER_MS, NS_PER_SECOND
from canmcast_gui.logfile.times import checked_start

# 2018-06-29T13:00:47.000019123
_LONGEST_DATE = 29
_EPOCH = np.datetime64(0, "ns")


def date_times(content: Bytes, starts: Places, ends: Places) -> tuple[Places, Mask]:
    """Dates with the year first and a time of day, local time, to nanoseconds since 1970, UTC."""
    width = min(_LONGEST_DATE, int((ends - starts).max(initial=1)))
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
    seconds = local_ns // NS_PER_SECOND
    try:
        local = datetime(1970, 1, 1) + timedelta(seconds=seconds)
        return (int(local.timestamp()) - seconds) * NS_PER_SECOND
    except (ValueError, OverflowError, OSError):
        return 0


def logger_times(digits: Places) -> Places:
    """Day of the month, hour, minute, second and millisecond as DDHHMMSSmmm, to nanoseconds of the month.

    Without a day, they are those of the day.
    """
    milliseconds = digits % 1000
    seconds = digits // 1000 % 100
    minutes = digits // 100_000 % 100
    hours = digits // 10_000_000 % 100
    days = np.maximum(digits // 1_000_000_000 - 1, 0)
    whole = ((days * 24 + hours) * 60 + minutes) * 60 + seconds
    return whole * NS_PER_SECOND + milliseconds * NS_PER_MS


def logger_start(text: str, with_days: bool) -> dict[str, int]:
    """What a logger's times count from, and after how long they begin again at 0, as fields of TableLayout.

    Given the date in its head, as "20231005T071031", and whether its times have the day of the month. Local
    time; 0 for no such date.
    """
    try:
        begun = datetime.strptime(text[:8], "%Y%m%d")
        start_ns = int(begun.replace(day=1 if with_days else begun.day).timestamp()) * NS_PER_SECOND
        days = monthrange(begun.year, begun.month)[1] if with_days else 1
        return {"start_ns": checked_start(start_ns), "wraps_ns": days * NS_PER_DAY}
    except (ValueError, OverflowError, OSError):
        return {"start_ns": 0, "wraps_ns": 0 if with_days else NS_PER_DAY}
