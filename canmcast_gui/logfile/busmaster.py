"""BUSMASTER's log files: sessions, each with its date, its base and its way of giving times.

Format: the file's own header lines, and BUSMASTER's sources (LogObjectCAN.cpp, LogObjectJ1939.cpp). Times
are of the day in SYSTEM mode, since the session's start in ABSOLUTE mode, since the frame before in RELATIVE
mode; dates are local time. Sessions of J1939 have columns of their own.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import INLINE_BYTES, FrameBatch, bits
from canmcast_gui.frames.arrays import Mask, Numbers, Places
from canmcast_gui.frames.units import NS_PER_DAY, NS_PER_HOUR, NS_PER_MS, NS_PER_SECOND
from canmcast_gui.logfile.opening import open_log
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

_PART = re.compile(rb"^\s*\d+:\d+:\d+:(\d{1,9})\s", re.MULTILINE)
_HEAD_BYTES = 65536
_MILLISECOND_DIGITS, _NANOSECOND_DIGITS = 3, 9
_MOST_DIGITS = 6  # in columns; BUSMASTER writes four
_TENS = 10 ** np.arange(10, dtype=np.int64)
_COLON = ord(":")


class _Words(NamedTuple):
    """Which words of a line are what; the type is -1 where all ids are extended. Data follow the length."""

    turn: int
    channel: int
    number: int
    kind: int
    length: int

    @property
    def data(self) -> int:
        """The first of the data."""
        return self.length + 1


_CAN, _J1939 = _Words(1, 2, 3, 4, 5), _Words(8, 1, 2, -1, 9)
_PROTOCOLS = {"CAN": _CAN, "J1939": _J1939}
_LAYOUT_COLUMNS = {_CAN: 64, _J1939: 128}


def busmaster_reader(path: Path, problems: Problems) -> TextReader:
    """What reads a file of BUSMASTER's, or one that another tool wrote like it."""
    return TextReader(path, BusmasterParser(parts_of(path)), problems)


class Parts(NamedTuple):
    """What the digits after the last colon are, where there are fewer than ``digits``.

    They are the decimals of a second where ``decimals`` is set, otherwise a number that counts the last of
    that many decimals.
    """

    digits: int = _MILLISECOND_DIGITS
    decimals: bool = False

    def nanoseconds(self, part: str) -> int:
        """What those digits stand for. Raises ValueError."""
        number = parse_int(part, "a part of a second")
        places = len(part) if self.decimals else max(len(part), self.digits)
        return number * int(_TENS[_NANOSECOND_DIGITS - min(_NANOSECOND_DIGITS, places)])

    def column(self, parts: Numbers, sizes: Places) -> Numbers:
        """As nanoseconds(), for the numbers that so many digits make."""
        factors: Numbers = _TENS[_NANOSECOND_DIGITS - np.maximum(sizes, 1 if self.decimals else self.digits)]
        return parts * factors


class BusmasterParser:
    """Lines of one file. ``start_ns`` is what the running session's times count from.

    ``parts`` are what its times have for parts of a second.
    """

    def __init__(self, parts: Parts = Parts()) -> None:  # noqa: B008 - it does not change
        self.start_ns = 0
        self._parts = parts
        self._words: _Words | None = _CAN
        self._base = 16
        self._mode = "SYSTEM"
        self._begun_ns = 0
        self._last = RunningSum()
        self._days = _days()

    @property
    def state(self) -> Hashable:
        """What the running session's lines are read by."""
        sums = self._last.state if self._mode == "RELATIVE" else 0
        return (self.start_ns, self._words, self._base, self._mode, self._days.wraps, sums)

    def columns(self, lines: Lines) -> list[tuple[Places, FrameBatch]]:
        """The data frames on usual lines of a session, away from midnight."""
        words = self._words
        if words is None:
            return []
        text = lines.text
        found = Layouts(lines, np.flatnonzero(lines.plain), words.data, _LAYOUT_COLUMNS[words])
        times, good = clock(lines, found.start(0), found.end(0), self._parts)
        turn = text[found.start(words.turn)]
        good &= ((turn == ord("R")) | (turn == ord("T"))) & (found.size(words.turn) == 2)
        good &= text[found.start(words.turn) + 1] == ord("x")
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
        flags = bits.TX * (turn == ord("T")) | bits.EXTENDED * extended
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
            words = self._words = _J1939  # no header says so
        turn = cells[words.turn]
        if turn.lower() not in ("rx", "tx"):
            raise ValueError(f"a direction of {turn!r}")
        kind = cells[words.kind].lower() if words.kind >= 0 else "x"
        if kind[0] not in "sx":
            raise ValueError(f"a frame of type {cells[words.kind]!r}")
        number, size = cells[words.number], cells[words.length]
        flags = bits.TX if turn.lower() == "tx" else 0
        flags |= bits.EXTENDED if "x" in kind else 0
        channel = parse_int(cells[words.channel], "a channel")
        arbitration_id = parse_int(number, "an id", 16 if number[:2].lower() == "0x" else self._base)
        time = self._time(cells[0])
        if "r" in kind:
            return Row(time, arbitration_id, flags | bits.REMOTE, channel, b"", parse_dlc(size, 10))
        length = parse_int(size, "a length")
        if words is _J1939 and length > INLINE_BYTES:
            return Passed("J1939 transport messages")  # several frames, put together
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
            # Columns behind this line were looked at before it was known.
            self._last.now_ns, self._days = 0, _days()
            self._set_start()

    def _set_protocol(self, name: str) -> None:
        self._words = _PROTOCOLS.get(name)
        if self._words is None:
            raise ValueError(f"a {name} bus, which has no CAN frames,")

    def _start(self, date: str) -> None:
        """A session begins; SavvyCAN leaves its date out. One that cannot be read is as if it had none."""
        found = _DATE.match(date)
        self._begun_ns = 0
        try:
            self._begun_ns = _moment(*map(int, found.groups())) if found else 0
        except (ValueError, OverflowError, OSError):
            found = None
        self._last.now_ns, self._days = 0, _days()
        self._set_start()
        if found is None and date:
            raise ValueError("a date that cannot be read")

    def _set_start(self) -> None:
        of_day = self._mode == "SYSTEM" and self._begun_ns != 0
        self.start_ns = midnight_before(self._begun_ns) if of_day else self._begun_ns

    def _time(self, text: str) -> int:
        """Nanoseconds since ``start_ns``; a time of day that falls is one of the next day."""
        fields = text.split(":")
        if len(fields) != 4:
            raise ValueError(f"a time of {text!r}")
        hours, minutes, seconds = (parse_int(field, "hours, minutes or seconds") for field in fields[:3])
        time = ((hours * 60 + minutes) * 60 + seconds) * NS_PER_SECOND + self._parts.nanoseconds(fields[3])
        if self._mode == "SYSTEM":
            return self._days.take_one(time)
        if self._mode == "RELATIVE":
            self._last.now_ns = time = self._last.now_ns + time
        return time


def _days() -> Unwrapping:
    """Times of day, one day after the other."""
    return Unwrapping(NS_PER_DAY, NS_PER_DAY // 2)


def _moment(day: int, month: int, year: int, hour: int, minute: int, second: int, part: int) -> int:
    """Local time and milliseconds to nanoseconds since 1970. Raises ValueError."""
    begun = datetime(year, month, day, hour, minute, second)
    return checked_start(int(begun.timestamp()) * NS_PER_SECOND + part * NS_PER_MS)


def parts_of(path: Path) -> Parts:
    """How a file writes them, by the times near its beginning."""
    try:
        with open_log(path) as file:
            found = set(_PART.findall(file.read(_HEAD_BYTES)))
    except OSError:
        return Parts()
    digits = max([_MILLISECOND_DIGITS, *map(len, found)])
    short = [part for part in found if 1 < len(part) < digits]
    return Parts(digits, any(part.startswith(b"0") for part in short))


def clock(lines: Lines, starts: Places, ends: Places, style: Parts) -> tuple[npt.NDArray[np.int64], Mask]:
    """Times to nanoseconds; and which of them are that."""
    parts, sizes, good = _field(lines, ends, _MOST_DIGITS)
    times = style.column(parts, sizes)
    ends = ends - sizes - 1
    for unit_s in (1, 60):
        numbers, sizes, number_good = _field(lines, ends, 2)
        times += numbers * (unit_s * NS_PER_SECOND)
        good &= number_good
        ends = ends - sizes - 1
    hours, hours_good = parse_decimal(lines, ends, np.clip(ends - starts, 0, 9))
    good &= hours_good & (hours < 1000)
    return times + hours * NS_PER_HOUR, good


def _field(lines: Lines, ends: Places, most: int) -> tuple[Numbers, Places, Mask]:
    """The numbers of up to ``most`` digits after a colon, how many digits they have, and which are that.

    Mostly all have as many as the first.
    """
    usual = next((size for size in range(1, most + 1) if len(ends) and _ends(lines, ends[:1], size)), 0)
    sizes = np.full(len(ends), usual, dtype=np.int64)
    numbers, good = parse_decimal(lines, ends, sizes)
    if (good & _ends(lines, ends, usual)).all():
        return numbers, sizes, good
    sizes[:] = 0
    for size in range(most, 0, -1):
        sizes[_ends(lines, ends, size)] = size
    numbers, good = parse_decimal(lines, ends, sizes)
    return np.where(good, numbers, 0), sizes, good


def _ends(lines: Lines, ends: Places, size: int) -> Mask:
    """Whether a colon stands so many characters before."""
    is_colon: Mask = lines.text.take(ends - size - 1) == _COLON
    return is_colon
