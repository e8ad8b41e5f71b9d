"""Reads screen output of candump, with all options: ``(time)  can0  RX - -  123   [8]  11 22 33 ...``.

Format: can-utils' candump.c and lib.c (snprintf_long_canframe). Times are absolute, from zero, from the line
before, or dates in local time; remote frames and errors have a text; reversed bytes have backquotes between
them. Early versions wrote "<0x123> [8]", and devices that imitate candump omit leading zeros of ids.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from canmcast_gui.frames import INLINE_BYTES, MAX_PAYLOAD, FrameBatch, bits
from canmcast_gui.frames.arrays import Mask, Numbers, Offsets
from canmcast_gui.frames.units import MAX_EXTENDED_ID, NS_PER_SECOND, SOCKETCAN_ERROR_FLAG
from canmcast_gui.logfile.candump.columns import STANDARD_DIGITS, channels_of, id_and_flags, is_sending
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.text.lines import Layouts, Lines
from canmcast_gui.logfile.text.numbers import parse_decimal, parse_hex, parse_seconds
from canmcast_gui.logfile.text.payloads import batch_from, payloads
from canmcast_gui.logfile.text.rows import Row, parse_int, parse_seconds_ns

_LINE = re.compile(
    r"(?:\(([^)]+)\)\s+)?"
    r"(?:(\S+)\s+(?:([RT])X ([-B]) ([-E])\s+)?([0-9A-Fa-f]{1,8})|(?:(\S+)\s+)?<0x([0-9A-Fa-f]{1,8})>)\s+"
    r"(?:\[(\d+)\]|\{([0-9A-Fa-f])\})(?:\s+(.*))?$"
)
_DATE = re.compile(r"(\d{4}-\d\d-\d\d \d\d:\d\d:\d\d)(?:\.(\d{1,9}))?$")
_BYTES = re.compile(r"(?:[0-9A-Fa-f]{2}(?:[ `]|$))*")
_BITS = re.compile(r"(?:[01]{8}(?: |$))+")


# Enough lines for times to fall where they count from the line before.
_HEAD_BYTES = 65536


def is_screen_line(line: str) -> bool:
    """Whether a line is one of screen output; short numbers also occur in other texts."""
    found = _LINE.match(line)
    if found is None:
        return False
    if found[8] or len(found[6]) >= STANDARD_DIGITS:
        return True
    try:
        row = parse(line, {})
    except (ValueError, IndexError):
        return False
    return row is not None and bool(found[1] or row[2].payload)


def parse(line: str, channel_of: dict[str, int]) -> tuple[str, str, Row] | None:
    """The text of the time or "", the interface, and the frame with time 0; None for other lines.

    Raises ValueError for a damaged line.
    """
    found = _LINE.match(line)
    if found is None:
        return None
    time, interface, direction, brs, esi, number, old_interface, old_number, length, code, rest = (
        found.groups()
    )
    interface = interface or old_interface or ""
    arbitration_id, flags = id_and_flags(number or old_number)
    flags |= bits.TX if direction == "T" or is_sending(interface) else 0
    size = int(length) if length else 8
    rest = rest or ""
    channel = channel_of.get(interface, 0)
    if rest.startswith("remote request"):
        return time or "", interface, Row(0, arbitration_id, flags | bits.REMOTE, channel, b"", min(size, 8))
    if size > 8 or brs == "B" or esi == "E":
        flags |= bits.FD | (bits.BRS if brs == "B" else 0) | (bits.ESI if esi == "E" else 0)
    payload = _payload(rest, size)
    dlc = int(code, 16) if code else None
    return (
        time or "",
        interface,
        Row(0, arbitration_id, flags, channel, payload, dlc),
    )


def _payload(text: str, size: int) -> bytes:
    """Bytes in hexadecimal, also reversed, or as bits; they may be repeated in ASCII."""
    if size and _BITS.match(text):
        cells = text.split()[:size]
        payload = bytes(parse_int(cell, "data byte", 2) for cell in cells)
    else:
        found = _BYTES.match(text)
        digits = found[0] if found else ""
        payload = bytes.fromhex(digits.replace("`", " "))[:size]
        payload = payload[::-1] if "`" in digits else payload
    if len(payload) < size:
        raise IndexError
    return payload


def time_of(text: str) -> int:
    """The text of a time in nanoseconds; a date is local time. Raises ValueError."""
    date = _DATE.match(text)
    if date is None:
        return parse_seconds_ns(text.strip())
    seconds = int(datetime.fromisoformat(date[1]).timestamp())
    return seconds * NS_PER_SECOND + int((date[2] or "").ljust(9, "0"))


def counts_from_line_before(path: Path) -> bool:
    """Whether times are differences (option -td): then they rise and fall."""
    try:
        with open_log(path) as file:
            head = file.read(_HEAD_BYTES).decode("latin-1").splitlines()
    except OSError:
        return False
    last = -1
    for line in head:
        found = _LINE.match(line.strip())
        if found is None or found[1] is None or _DATE.match(found[1]):
            continue
        try:
            time = parse_seconds_ns(found[1])
        except ValueError:
            continue
        if time < last:
            return time < _EPOCH_NS
        last = time
    return False


# Later times are absolute; they may fall for other reasons.
_EPOCH_NS = 100_000_000 * NS_PER_SECOND


_LAYOUT_COLUMNS = 128

# The characters of year to minute: "2015-07-10 09:50".
_MINUTE = 16


class Shape(NamedTuple):
    """The form of a line: how many words its time has, 0 to 2, and whether it has a direction and flags."""

    time_words: int
    directed: bool

    @property
    def words(self) -> int:
        """The number of words before the data."""
        return self.time_words + 1 + 3 * self.directed + 2


def shape_of(line: str) -> Shape | None:
    """The shape of a line of screen output."""
    words = line.split()
    time_words = 0 if not line.startswith("(") else 1 if words[0].endswith(")") else 2
    after = words[time_words + 1 :]
    return Shape(time_words, after[0] in ("RX", "TX")) if after else None


def frames(lines: Lines, shape: Shape, channels: dict[str, int]) -> tuple[Offsets, FrameBatch]:
    """The data frames in lines of that shape, with their times as in the file."""
    text = lines.text
    found = Layouts(lines, np.flatnonzero(lines.plain), shape.words, _LAYOUT_COLUMNS)
    times, good = _times(lines, found, shape.time_words)
    channel = channels_of(lines, found, channels, shape.time_words)
    number, length = shape.words - 2, shape.words - 1
    ids, id_good = parse_hex(lines, found.end(number), found.size(number))
    good &= (channel >= 0) & id_good
    start, end = found.start(length), found.end(length)
    lengths, length_good = parse_decimal(lines, end - 1, end - start - 2)
    good &= length_good & (text[start] == ord("[")) & (text[end - 1] == ord("]")) & (lengths <= MAX_PAYLOAD)
    # Without data there may be the text of a remote frame.
    good &= (lengths > 0) | (found.start(shape.words) == end)
    flags, flags_good = _flags(lines, found, shape)
    good &= flags_good
    sent = {name: 1 for name in channels if is_sending(name)}
    if sent:
        flags |= bits.TX * (channels_of(lines, found, sent, shape.time_words) > 0)
    long_id = found.size(number) > 3
    flags |= np.where(long_id, np.where(ids & SOCKETCAN_ERROR_FLAG, bits.ERROR, bits.EXTENDED), 0)
    flags |= bits.FD * ((lengths > INLINE_BYTES) | (flags & (bits.BRS | bits.ESI) > 0))
    content = payloads(lines, found.start(shape.words), np.where(good, lengths, 0), 3)
    good &= content.good & ((lengths <= INLINE_BYTES) | (flags & bits.ERROR == 0))
    error = flags & bits.ERROR != 0
    if error.any():
        ids = np.where(error, ids & MAX_EXTENDED_ID, ids)
    batch = batch_from(times, ids, flags, channel, content)
    return found.rows[good], batch[good]


def _flags(lines: Lines, found: Layouts, shape: Shape) -> tuple[Numbers, Mask]:
    """Direction, BRS and ESI, such as RX - - or TX B E, in lines that have them."""
    flags = np.zeros(len(found), dtype=np.int64)
    good = np.ones(len(found), dtype=np.bool_)
    if not shape.directed:
        return flags, good
    start = found.start(shape.time_words + 1)
    letter = lines.text[start]
    good &= (found.size(shape.time_words + 1) == 2) & (lines.text[start + 1] == ord("X"))
    good &= (letter == ord("R")) | (letter == ord("T"))
    flags |= bits.TX * (letter == ord("T"))
    # There is exactly one space before each of them.
    for index, (letter_set, flag) in enumerate(((ord("B"), bits.BRS), (ord("E"), bits.ESI))):
        position, word = start + 3 + 2 * index, shape.time_words + 2 + index
        letter = lines.text[position]
        good &= (found.start(word) == position) & ((letter == ord("-")) | (letter == letter_set))
        good &= found.size(word) == 1
        flags |= flag * (letter == letter_set)
    return flags, good


def _times(lines: Lines, found: Layouts, words: int) -> tuple[Numbers, Mask]:
    if not words:
        head = lines.text[found.start(0)]
        return np.zeros(len(found), dtype=np.int64), head != ord("(")
    start, end = found.start(0), found.end(words - 1)
    good = (lines.text[start] == ord("(")) & (lines.text[end - 1] == ord(")"))
    if words == 1:
        times, time_good = parse_seconds(lines, start + 1, end - 1)
    elif len(found) and (found.size(0) == 1).all():
        times, time_good = parse_seconds(lines, found.start(1), end - 1)  # there are spaces before it
    else:
        times, time_good = _dates(lines, start + 1, end - 1)
    return times, good & time_good


def _dates(lines: Lines, starts: Offsets, ends: Offsets) -> tuple[Numbers, Mask]:
    """Dates and times of day with decimals, local time; each minute is converted once."""
    seconds = starts + _MINUTE + 1
    good = (ends > seconds + 2) & (lines.text[seconds - 1] == ord(":"))
    within, within_good = parse_seconds(lines, np.minimum(seconds, ends), ends)
    good &= within_good & (within < 60 * NS_PER_SECOND) & (lines.text[seconds + 2] == ord("."))
    minutes, which = np.unique(lines.window(starts, _MINUTE).view(f"S{_MINUTE}")[:, 0], return_inverse=True)
    minute_ns = np.array([_minute_ns(bytes(minute)) for minute in minutes], dtype=np.int64)[which]
    return minute_ns + within, good & (minute_ns >= 0)


def _minute_ns(text: bytes) -> int:
    """The time of a minute, -1 where it is invalid or left to the parser."""
    try:
        date = datetime.strptime(text.decode("ascii"), "%Y-%m-%d %H:%M")
        return int(date.timestamp()) * NS_PER_SECOND
    except (ValueError, OverflowError, OSError):
        return -1
