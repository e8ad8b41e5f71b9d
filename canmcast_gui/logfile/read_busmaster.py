"""BUSMASTER's log files: sessions, each with its date, its base and its way of giving times.

Format: the file's own header lines. Times are hours:minutes:seconds:tenths of milliseconds: of the day in
SYSTEM mode, since the session's start in ABSOLUTE mode, since the frame before in RELATIVE mode. Dates are
local time.
"""

from __future__ import annotations

import re
from datetime import datetime

from canmcast_gui.logfile import bits
from canmcast_gui.logfile.rows import NANOSECONDS, Row, checked_start, code_of, payload_of

LINE = re.compile(r"\*\*\*BUSMASTER|\d+:\d\d:\d\d:\d{3,4}\s+[RT]x\s+\d+\s+(0x)?[0-9A-Fa-f]+\s+[sx]")
_START = re.compile(r"\*\*\*START DATE AND TIME (\d+):(\d+):(\d+) (\d+):(\d+):(\d+):(\d+)")
_DAY_NS = 86_400 * NANOSECONDS


class BusmasterParser:
    """Lines of one file. ``start_ns`` is what the running session's times count from."""

    def __init__(self) -> None:
        self.start_ns = 0
        self._base = 16
        self._mode = "SYSTEM"
        self._begun_ns = 0
        self._last_ns = 0
        self._days_ns = 0

    def parse(self, line: str) -> Row | None:
        """The frame in a line."""
        if not line:
            return None
        if line.startswith("***"):
            self._header(line)
            return None
        cells = line.split()
        moment, direction, channel, number, kind = cells[:5]
        flags = bits.TX if direction.lower() == "tx" else 0
        if direction.lower() not in ("rx", "tx"):
            raise ValueError(f"a direction of {direction}")
        letters = kind.lower()
        flags |= bits.EXTENDED if "x" in letters else 0
        arbitration_id = int(number, 16 if number[:2].lower() == "0x" else self._base)
        time = self._time(moment)
        if "r" in letters:
            code = code_of(cells[5], 10)
            return Row(time, arbitration_id, flags | bits.REMOTE, int(channel), b"", code)
        length = int(cells[5])
        pairs = cells[6 : 6 + length]
        if len(pairs) < length:
            raise IndexError
        flags |= bits.FD if length > 8 or "fd" in letters else 0
        return Row(time, arbitration_id, flags, int(channel), payload_of(pairs, self._base))

    def _header(self, line: str) -> None:
        word = line.strip("* ").upper()
        started = _START.match(line.upper())
        if started is not None:
            self._start(*map(int, started.groups()))
        elif word in ("HEX", "DEC"):
            self._base = 16 if word == "HEX" else 10
        elif word.endswith(" MODE"):
            self._mode = word.split()[0]
            self.start_ns = self._day_ns() if self._mode == "SYSTEM" else self._begun_ns

    def _start(self, day: int, month: int, year: int, hour: int, minute: int, second: int, part: int) -> None:
        begun = datetime(year, month, day, hour, minute, second)
        self._begun_ns = checked_start(int(begun.timestamp()) * NANOSECONDS + part * 1_000_000)
        self._last_ns = self._days_ns = 0
        self.start_ns = self._day_ns() if self._mode == "SYSTEM" else self._begun_ns

    def _day_ns(self) -> int:
        """Midnight before the session's start, local time; 0 before any start."""
        if not self._begun_ns:
            return 0
        day = datetime.fromtimestamp(self._begun_ns // NANOSECONDS).replace(hour=0, minute=0, second=0)
        return int(day.timestamp()) * NANOSECONDS

    def _time(self, text: str) -> int:
        """Nanoseconds since ``start_ns``; a time of day that falls by half a day is one of the next."""
        hours, minutes, seconds, part = text.split(":")
        whole = (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
        time = whole * NANOSECONDS + int(part[:9].ljust(9, "0")) + self._days_ns
        if self._mode == "RELATIVE":
            time += self._last_ns
        elif self._mode == "SYSTEM" and self._last_ns - time > _DAY_NS // 2:
            self._days_ns += _DAY_NS
            time += _DAY_NS
        self._last_ns = time
        return time
