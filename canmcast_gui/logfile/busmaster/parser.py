"""Parses the lines of BUSMASTER log files."""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from canmcast_gui.frames import INLINE_BYTES, FrameBatch, bits
from canmcast_gui.frames.arrays import Mask, Numbers, Offsets
from canmcast_gui.frames.units import NS_PER_DAY, NS_PER_MS, NS_PER_SECOND
from canmcast_gui.logfile.busmaster.clock import Fractions, clock, fractions_of
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.text.lines import Layouts, Lines
from canmcast_gui.logfile.text.numbers import RunningSum, parse_decimal, parse_hex, parse_long_decimal
from canmcast_gui.logfile.text.payloads import batch_from, decimal_payloads, payloads
from canmcast_gui.logfile.text.reader import Passed, TextReader
from canmcast_gui.logfile.text.rows import Row, parse_bytes, parse_dlc, parse_int
from canmcast_gui.logfile.times import Unwrapping, checked_start, midnight_before

is_line = re.compile(
    r"\*\*\*(BUSMASTER|PROTOCOL )"
    r"|\d+:\d{1,2}:\d{1,2}:\d{1,9}\s+"
    r"([RT]x\s+\d+\s+(0x)?[0-9A-Fa-f]+\s+[sx]r?\s+\d|\d+\s+[0-9A-Fa-f]+\s+0x[0-9A-Fa-f]+\s+\w+\s+\S+\s)"
).match
_START = re.compile(r"\*\*\*START DATE AND TIME (.*?)\*\*\*")
_DATE = re.compile(r"(\d+):(\d+):(\d+) (\d+):(\d+):(\d+):(\d+)$")


class _Words(NamedTuple):
    """The index of each word of a line; ``kind`` is -1 where all ids are extended. Data follow the length."""

    direction: int
    channel: int
    number: int
    kind: int
    length: int

    @property
    def data(self) -> int:
        """The first word of the data."""
        return self.length + 1


_CAN, _J1939 = _Words(1, 2, 3, 4, 5), _Words(8, 1, 2, -1, 9)
_PROTOCOLS = {"CAN": _CAN, "J1939": _J1939}
_LAYOUT_COLUMNS = {_CAN: 64, _J1939: 128}


def busmaster_reader(path: Path, problems: Problems) -> TextReader:
    """A reader for a log file of BUSMASTER, or of another tool in its format."""
    return TextReader(path, BusmasterParser(fractions_of(path)), problems)


class BusmasterParser:
    """Parses the lines of one file. ``start_ns`` is what the times of the current session count from."""

    def __init__(self, fractions: Fractions = Fractions()) -> None:  # noqa: B008 - immutable
        self.start_ns = 0
        self._fractions = fractions
        self._words: _Words | None = _CAN
        self._base = 16
        self._mode = "SYSTEM"
        self._date_ns = 0
        self._last = RunningSum()
        self._days = _days()

    @property
    def state(self) -> Hashable:
        """How the lines of the current session are read."""
        sums = self._last.state if self._mode == "RELATIVE" else 0
        return (self.start_ns, self._words, self._base, self._mode, self._days.wraps, sums)

    def columns(self, lines: Lines) -> list[tuple[Offsets, FrameBatch]]:
        """The data frames in lines of the usual form; none around midnight."""
        words = self._words
        if words is None:
            return []
        text = lines.text
        found = Layouts(lines, np.flatnonzero(lines.plain), words.data, _LAYOUT_COLUMNS[words])
        times, good = clock(lines, found.start(0), found.end(0), self._fractions)
        letter = text[found.start(words.direction)]
        good &= ((letter == ord("R")) | (letter == ord("T"))) & (found.size(words.direction) == 2)
        good &= text[found.start(words.direction) + 1] == ord("x")
        channel, channel_good = parse_decimal(lines, found.end(words.channel), found.size(words.channel))
        ids, id_good = self._ids(lines, found, words)
        extended: Mask | bool = True
        if words.kind >= 0:
            kind = text[found.start(words.kind)] | 0x20
            good &= ((kind == ord("s")) | (kind == ord("x"))) & (found.size(words.kind) == 1)
            extended = kind == ord("x")
        lengths, length_good = parse_decimal(lines, found.end(words.length), found.size(words.length))
        good &= channel_good & (channel < 256) & id_good & length_good & (lengths <= INLINE_BYTES)
        lengths = np.where(good, lengths, 0)
        if self._base == 16:
            content = payloads(lines, found.start(words.data), lengths, 3)
        else:
            content = decimal_payloads(lines, found.start(words.data), lengths)
        good &= content.good
        flags = bits.TX * (letter == ord("T")) | bits.EXTENDED * extended
        batch = batch_from(times, ids, flags, channel, content)[good]
        rows = found.rows[good]
        if self._mode == "RELATIVE":
            return [self._last.take(lines, rows, batch)]
        if self._mode == "SYSTEM":
            if not self._days.is_plain(batch.timestamp_ns):
                return []
            batch.records["timestamp_ns"] = self._days.take(batch.timestamp_ns)
        return [(rows, batch)]

    def _ids(self, lines: Lines, found: Layouts, words: _Words) -> tuple[Numbers, Mask]:
        start, end, size = found.start(words.number), found.end(words.number), found.size(words.number)
        prefix = 2 * ((lines.text[start] == ord("0")) & (lines.text[start + 1] | 0x20 == ord("x")))
        if self._base == 16:
            return parse_hex(lines, end, size - prefix)
        return parse_long_decimal(lines, end, size)

    def parse(self, line: str) -> Row | Passed | None:
        """The frame in a line."""
        if not line:
            return None
        if line.startswith("***"):
            self._header(line)
            return None
        if self._words is None:
            return Passed("frames of other buses")
        return self._frame(line.split(), self._words)

    def _frame(self, cells: list[str], words: _Words) -> Row | Passed:
        if words is _CAN and cells[8:9] in (["Rx"], ["Tx"]) and cells[1] not in ("Rx", "Tx"):
            words = self._words = _J1939  # without a header
        direction = cells[words.direction]
        if direction.lower() not in ("rx", "tx"):
            raise ValueError(f"invalid direction {direction!r}")
        kind = cells[words.kind].lower() if words.kind >= 0 else "x"
        if kind[0] not in "sx":
            raise ValueError(f"a frame of type {cells[words.kind]!r}")
        number, size = cells[words.number], cells[words.length]
        flags = bits.TX if direction.lower() == "tx" else 0
        flags |= bits.EXTENDED if "x" in kind else 0
        channel = parse_int(cells[words.channel], "channel")
        arbitration_id = parse_int(number, "id", 16 if number[:2].lower() == "0x" else self._base)
        time = self._time(cells[0])
        if "r" in kind:
            return Row(time, arbitration_id, flags | bits.REMOTE, channel, b"", parse_dlc(size, 10))
        length = parse_int(size, "length")
        if words is _J1939 and length > INLINE_BYTES:
            return Passed("J1939 transport messages")  # joined from several frames
        pairs = cells[words.data : words.data + length]
        if not 0 <= length == len(pairs):
            raise IndexError
        flags |= bits.FD if length > INLINE_BYTES or "fd" in kind else 0
        return Row(time, arbitration_id, flags, channel, parse_bytes(pairs, self._base))

    def _header(self, line: str) -> None:
        word = line.strip("* ").upper()
        started = _START.match(line.upper())
        if started is not None:
            self._start(started[1].strip())
        elif word.startswith("PROTOCOL "):
            self._set_protocol(word.removeprefix("PROTOCOL "))
        elif word.startswith("<TIME><CHANNEL><CAN ID><PGN>"):
            self._words = _J1939
        elif word in ("HEX", "DEC"):
            self._base = 16 if word == "HEX" else 10
        elif word.endswith(" MODE"):
            self._mode = word.split()[0]
            # Lines after this one may have been read as columns before it.
            self._last.now_ns, self._days = 0, _days()
            self._set_start()

    def _set_protocol(self, name: str) -> None:
        self._words = _PROTOCOLS.get(name)
        if self._words is None:
            raise ValueError(f"frames of {name}, which is not supported,")

    def _start(self, date: str) -> None:
        """Start a session; SavvyCAN omits the date, and an invalid date is ignored. Raises ValueError."""
        found = _DATE.match(date)
        self._date_ns = 0
        try:
            self._date_ns = _time_ns(*map(int, found.groups())) if found else 0
        except (ValueError, OverflowError, OSError):
            found = None
        self._last.now_ns, self._days = 0, _days()
        self._set_start()
        if found is None and date:
            raise ValueError("invalid date")

    def _set_start(self) -> None:
        of_day = self._mode == "SYSTEM" and self._date_ns != 0
        self.start_ns = midnight_before(self._date_ns) if of_day else self._date_ns

    def _time(self, text: str) -> int:
        """Nanoseconds since ``start_ns``; a time of day that falls is on the next day."""
        fields = text.split(":")
        if len(fields) != 4:
            raise ValueError(f"invalid time {text!r}")
        hours, minutes, seconds = (parse_int(field, "hours, minutes or seconds") for field in fields[:3])
        time = ((hours * 60 + minutes) * 60 + seconds) * NS_PER_SECOND + self._fractions.nanoseconds(
            fields[3]
        )
        if self._mode == "SYSTEM":
            return self._days.take_one(time)
        if self._mode == "RELATIVE":
            self._last.now_ns = time = self._last.now_ns + time
        return time


def _days() -> Unwrapping:
    """Unwraps times of day."""
    return Unwrapping(NS_PER_DAY, NS_PER_DAY // 2)


def _time_ns(day: int, month: int, year: int, hour: int, minute: int, second: int, millisecond: int) -> int:
    """Local time and milliseconds as nanoseconds since 1970. Raises ValueError."""
    date = datetime(year, month, day, hour, minute, second)
    return checked_start(int(date.timestamp()) * NS_PER_SECOND + millisecond * NS_PER_MS)
