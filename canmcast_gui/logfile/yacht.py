"""Reads RAW lines of Yacht Devices' NMEA 2000 gateways: 00:17:55.475 R 0DF50B23 FF FF FF FF FF 00 00 FF.

Format: appendix "Format of messages in RAW mode" of the manuals (YDEN-02, YDWG-02, YDNR-02): time of day, in
UTC once the gateway knows it; R for frames received from the bus, T for frames sent to it; the 29-bit id and
up to eight bytes in hexadecimal. There is no date, so that times count from midnight of the first day. The
gateways can send NMEA 0183 sentences on the same connection.
"""

from __future__ import annotations

import re
from collections.abc import Hashable

import numpy as np

from canmcast_gui.frames import INLINE_BYTES, FrameBatch, bits
from canmcast_gui.frames.arrays import Mask, Offsets
from canmcast_gui.frames.units import NS_PER_DAY, NS_PER_MS, NS_PER_SECOND
from canmcast_gui.logfile.text.lines import Layouts, Lines
from canmcast_gui.logfile.text.numbers import parse_decimal, parse_hex
from canmcast_gui.logfile.text.payloads import batch_from, payloads
from canmcast_gui.logfile.text.reader import Passed, Remark
from canmcast_gui.logfile.text.rows import Row, parse_bytes, parse_int
from canmcast_gui.logfile.times import Unwrapping

is_line = re.compile(r"\d\d:\d\d:\d\d\.\d{3} [RT] [0-9A-F]{8}( [0-9A-F]{2}){0,8}$", re.IGNORECASE).match
_CLOCK = re.compile(r"(\d{1,2}):(\d\d):(\d\d)\.(\d{1,9})$")
_SENTENCE = re.compile(r"[$!][A-Z0-9]+,")
_STANDARD_DIGITS = 3


class YachtParser:
    """Parses the lines of one file."""

    start_ns = 0

    def __init__(self) -> None:
        self._days = Unwrapping(NS_PER_DAY, NS_PER_DAY // 2)

    @property
    def state(self) -> Hashable:
        """How many midnights have passed."""
        return self._days.wraps

    def columns(self, lines: Lines) -> list[tuple[Offsets, FrameBatch]]:
        """The frames in lines of the usual form; none around midnight."""
        text = lines.text
        found = Layouts(lines, np.flatnonzero(lines.plain), 3)
        times, good = _clock(lines, found.end(0), found.size(0))
        letter = text[found.start(1)]
        good &= ((letter == ord("R")) | (letter == ord("T"))) & (found.size(1) == 1)
        ids, id_good = parse_hex(lines, found.end(2), found.size(2))
        starts, ends = found.start(3), lines.ends[found.rows]
        ends = ends - (text[ends - 1] == ord(" "))
        lengths = np.where(good & (ends > starts), (ends - starts + 1) // 3, 0)
        good &= id_good & (found.size(2) > _STANDARD_DIGITS)
        good &= (lengths <= INLINE_BYTES) & ((ends <= starts) | ((ends - starts + 1) % 3 == 0))
        content = payloads(lines, starts, np.where(good, lengths, 0), 3)
        good &= content.good
        flags = bits.TX * (letter == ord("T")) | bits.EXTENDED
        if not self._days.is_plain(times[good]):
            return []
        batch = batch_from(times, ids, flags, 1, content)[good]
        batch.records["timestamp_ns"] = self._days.take(batch.timestamp_ns)
        return [(found.rows[good], batch)]

    def parse(self, line: str) -> Row | Remark | Passed | None:
        """The frame or comment in a line, or what else it is about."""
        if not line:
            return None
        if line.startswith("#"):
            return Remark(None, line[1:].strip()) if line[1:].strip() else None
        if _SENTENCE.match(line):
            return Passed("NMEA 0183 sentences")
        time, letter, number, *pairs = line.split()
        clock = _CLOCK.match(time)
        if clock is None:
            raise ValueError("no time of day")
        if letter not in ("R", "T"):
            raise ValueError(f"invalid direction {letter}")
        flags = bits.TX if letter == "T" else 0
        flags |= bits.EXTENDED if len(number) > _STANDARD_DIGITS else 0
        arbitration_id, payload = parse_int(number, "id", 16), parse_bytes(pairs)
        return Row(self._time(*clock.groups()), arbitration_id, flags, 1, payload)

    def _time(self, hours: str, minutes: str, seconds: str, decimals: str) -> int:
        whole_seconds = (int(hours) * 60 + int(minutes)) * 60 + int(seconds)
        return self._days.take_one(whole_seconds * NS_PER_SECOND + int(decimals.ljust(9, "0")))


def _clock(lines: Lines, ends: Offsets, sizes: Offsets) -> tuple[Offsets, Mask]:
    """Times such as 14:08:20.400 in nanoseconds, and which are valid."""
    text = lines.text
    good = (sizes == 12) & (text[ends - 10] == ord(":")) & (text[ends - 7] == ord(":"))
    good &= text[ends - 4] == ord(".")
    parts = []
    for after, digits in ((10, 2), (7, 2), (4, 2), (0, 3)):
        part, part_good = parse_decimal(lines, ends - after, np.full(len(ends), digits, dtype=np.int64))
        good &= part_good
        parts.append(part)
    hours, minutes, seconds, part = parts
    return ((hours * 60 + minutes) * 60 + seconds) * NS_PER_SECOND + part * NS_PER_MS, good
