"""BUSMASTER's log files: sessions, each with its date, its base and its way of giving times.

Format: the file's own header lines. Times are hours:minutes:seconds:tenths of milliseconds: of the day in
SYSTEM mode, since the session's start in ABSOLUTE mode, since the frame before in RELATIVE mode. Dates are
local time.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import datetime

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import INLINE_BYTES, FrameBatch, bits
from canmcast_gui.logfile.rows import (
    HIGHEST_ID,
    NANOSECONDS,
    Row,
    checked_start,
    code_of,
    payload_of,
)
from canmcast_gui.logfile.text.layouts import Layouts
from canmcast_gui.logfile.text.lines import Lines, Mask, Places
from canmcast_gui.logfile.text.numbers import hexadecimal, long_whole, whole
from canmcast_gui.logfile.text.payloads import batch_from, decimal_payloads, payloads
from canmcast_gui.logfile.text.sums import RunningSum

is_line = re.compile(r"\*\*\*BUSMASTER|\d+:\d\d:\d\d:\d{3,4}\s+[RT]x\s+\d+\s+(0x)?[0-9A-Fa-f]+\s+[sx]").match
_START = re.compile(r"\*\*\*START DATE AND TIME (\d+):(\d+):(\d+) (\d+):(\d+):(\d+):(\d+)")
_DAY_NS = 86_400 * NANOSECONDS


class BusmasterParser:
    """Lines of one file. ``start_ns`` is what the running session's times count from."""

    def __init__(self) -> None:
        self.start_ns = 0
        self._base = 16
        self._mode = "SYSTEM"
        self._begun_ns = 0
        self._last = RunningSum()
        self._days_ns = 0

    @property
    def state(self) -> Hashable:
        """What the running session's lines are read by."""
        sums = self._last.state if self._mode == "RELATIVE" else 0
        return (self.start_ns, self._base, self._mode, self._days_ns, sums)

    def columns(self, lines: Lines) -> list[tuple[Places, FrameBatch]]:
        """The data frames on usual lines of a session, away from midnight."""
        text = lines.text
        found = Layouts(lines, np.flatnonzero(lines.plain), 6)
        times, good = _clock(lines, found.end(0), found.size(0))
        turn = text[found.start(1)]
        good &= ((turn == ord("R")) | (turn == ord("T"))) & (found.size(1) == 2)
        channel, channel_good = whole(lines, found.end(2), found.size(2))
        start = found.start(3)
        prefix = 2 * ((text[start] == ord("0")) & (text[start + 1] | 0x20 == ord("x")))
        if self._base == 16:
            ids, id_good = hexadecimal(lines, found.end(3), found.size(3) - prefix)
        else:
            ids, id_good = long_whole(lines, found.end(3), found.size(3))
        kind = text[found.start(4)] | 0x20
        good &= ((kind == ord("s")) | (kind == ord("x"))) & (found.size(4) == 1)
        lengths, length_good = whole(lines, found.end(5), found.size(5))
        good &= channel_good & (channel < 256) & id_good & length_good & (lengths <= INLINE_BYTES)
        lengths = np.where(good, lengths, 0)
        if self._base == 16:
            content = payloads(lines, found.start(6), lengths, 3)
        else:
            content = decimal_payloads(lines, found.start(6), lengths)
        good &= content.good
        flags = bits.TX * (turn == ord("T")) | bits.EXTENDED * (kind == ord("x"))
        batch = batch_from(times, ids & HIGHEST_ID, flags, channel, content)[good]
        rows = found.rows[good]
        if self._mode == "RELATIVE":
            return [self._last.take(lines, rows, batch)]
        batch.records["timestamp_ns"] += self._days_ns
        if len(batch) and not self._is_one_day(batch.timestamp_ns):
            return []
        return [(rows, batch)]

    def _is_one_day(self, times: npt.NDArray[np.int64]) -> bool:
        """Whether no time falls by half a day, as it does at midnight; the last one is remembered."""
        before = np.concatenate(([self._last.now_ns], times[:-1]))
        if self._mode == "SYSTEM" and (before - times > _DAY_NS // 2).any():
            return False
        self._last.now_ns = int(times[-1])
        return True

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
            self._last.now_ns = 0  # columns behind this line were looked at before it was known
            self.start_ns = self._day_ns() if self._mode == "SYSTEM" else self._begun_ns

    def _start(self, day: int, month: int, year: int, hour: int, minute: int, second: int, part: int) -> None:
        begun = datetime(year, month, day, hour, minute, second)
        self._begun_ns = checked_start(int(begun.timestamp()) * NANOSECONDS + part * 1_000_000)
        self._last.now_ns = self._days_ns = 0
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
            time += self._last.now_ns
        elif self._mode == "SYSTEM" and self._last.now_ns - time > _DAY_NS // 2:
            self._days_ns += _DAY_NS
            time += _DAY_NS
        self._last.now_ns = time
        return time


def _clock(lines: Lines, ends: Places, sizes: Places) -> tuple[npt.NDArray[np.int64], Mask]:
    """Times as 14:08:20:4009, to nanoseconds; and which of them are that."""
    text = lines.text
    good = sizes == 13
    for colon in (5, 8, 11):
        good &= text[ends - colon] == ord(":")
    parts = []
    for behind, digits in ((11, 2), (8, 2), (5, 2), (0, 4)):
        part, part_good = whole(lines, ends - behind, np.full(len(ends), digits, dtype=np.int64))
        good &= part_good
        parts.append(part)
    hours, minutes, seconds, part = parts
    return ((hours * 60 + minutes) * 60 + seconds) * NANOSECONDS + part * 100_000, good
