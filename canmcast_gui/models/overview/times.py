"""Times of a recording as text, and text that a user types as a time."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from canmcast_gui.frames.units import NS_PER_SECOND

# Frames before this time are from a file without a date.
FIRST_DATE_NS = 315_532_800 * NS_PER_SECOND  # 1980

HINT = "seconds (83.2), a time of day (14:05:30.250) or a date and time (2026-01-31 14:05:30)"

_SECONDS = re.compile(r"([+-]?\d{1,12}(?:[.,]\d{1,9})?)\s*(s|ms|min|h)?$", re.IGNORECASE)
_CLOCK = re.compile(r"(\d{1,2}):(\d\d)(?::(\d\d)(?:[.,](\d{1,9}))?)?$")
_DATE = re.compile(r"(\d{4})-(\d\d?)-(\d\d?)(?:[T ]+(.+))?$")
_UNITS = {"ms": 1_000_000, "s": NS_PER_SECOND, "min": 60 * NS_PER_SECOND, "h": 3600 * NS_PER_SECOND}


def has_date(time_ns: int) -> bool:
    """Whether a time is one of a calendar, and not relative to the start of a file."""
    return time_ns >= FIRST_DATE_NS


def date_text(time_ns: int) -> str:
    """The local date and time with milliseconds; "" without a date."""
    if not has_date(time_ns):
        return ""
    moment = datetime.fromtimestamp(time_ns // NS_PER_SECOND)
    return f"{moment:%Y-%m-%d %H:%M:%S}.{time_ns % NS_PER_SECOND // 1_000_000:03d}"


def relative_text(time_ns: int) -> str:
    """A time relative to time zero, in seconds."""
    return f"{time_ns / NS_PER_SECOND:,.3f} s"


def duration_text(span_ns: int) -> str:
    """A duration: "12.3 s", "2 min 27 s", "3 h 05 min"."""
    seconds = span_ns / NS_PER_SECOND
    if seconds < 60:
        return f"{seconds:.3g} s" if seconds < 10 else f"{seconds:.1f} s"
    minutes, rest = divmod(round(seconds), 60)
    if minutes < 60:
        return f"{minutes} min {rest:02d} s"
    hours, minutes = divmod(minutes, 60)
    if hours < 48:
        return f"{hours} h {minutes:02d} min"
    return f"{hours // 24} days {hours % 24} h"


@dataclass(frozen=True)
class TimeRange:
    """The times of a recording, and the time zero that relative times count from."""

    first_ns: int
    last_ns: int
    zero_ns: int

    def parse(self, text: str) -> int:
        """The time that a text means, in ns. Raises ValueError with a sentence.

        A time of day is on the first day of the recording on which it has such a time.
        """
        text = text.strip()
        if found := _SECONDS.match(text):
            unit = _UNITS[(found[2] or "s").lower()]
            return self._checked(self.zero_ns + round(float(found[1].replace(",", ".")) * unit))
        if _CLOCK.match(text):
            return self._of_day(text)
        if found := _DATE.match(text):
            try:
                day = datetime(int(found[1]), int(found[2]), int(found[3]))
            except ValueError:
                raise ValueError(f"{text} is not a date of the calendar.") from None
            return self._checked(_on(day, found[4] or "0:00"))
        raise ValueError(f"Type {HINT}.")

    def _of_day(self, text: str) -> int:
        if not has_date(self.first_ns):
            raise ValueError("The file has no date: type seconds.")
        day = datetime.fromtimestamp(self.first_ns // NS_PER_SECOND).replace(hour=0, minute=0, second=0)
        time_ns = _on(day, text)
        # The time of day is given to the second or finer: what precedes the first frame is the next day's.
        if time_ns < self.first_ns - NS_PER_SECOND and _on(day + timedelta(days=1), text) <= self.last_ns:
            return _on(day + timedelta(days=1), text)
        return self._checked(time_ns)

    def _checked(self, time_ns: int) -> int:
        """The time, moved by up to a second into the recording, since users type what they see rounded."""
        if self.first_ns - NS_PER_SECOND <= time_ns <= self.last_ns + NS_PER_SECOND:
            return min(max(time_ns, self.first_ns), self.last_ns)
        raise ValueError(
            f"The recording has frames from {self._text(self.first_ns)} to {self._text(self.last_ns)}."
        )

    def _text(self, time_ns: int) -> str:
        relative = relative_text(time_ns - self.zero_ns)
        return f"{relative} ({date_text(time_ns)})" if has_date(time_ns) else relative

    def describe(self, time_ns: int) -> str:
        """A time for a preview: relative, and its date."""
        return self._text(time_ns)


def _on(day: datetime, text: str) -> int:
    """A time of day of a day in local time, in ns. Raises ValueError with a sentence."""
    found = _CLOCK.match(text.strip())
    hour, minute, second = (int(part or 0) for part in found.groups()[:3]) if found else (24, 0, 0)
    if found is None or hour > 23 or minute > 59 or second > 59:
        raise ValueError(f"{text.strip()} is not a time of day.")
    moment = day.replace(hour=hour, minute=minute, second=second)
    return round(moment.timestamp()) * NS_PER_SECOND + int((found[4] or "0").ljust(9, "0"))
