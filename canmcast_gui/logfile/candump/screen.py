"""What candump shows on the screen, with every option: ``(time)  can0  RX - -  123   [8]  11 22 33 ...``.

Format: can-utils' candump.c and lib.c (snprintf_long_canframe). Times are absolute, from zero, from the line
before, or dates in local time; remote frames and errors say so in words; reversed bytes have backquotes
between them. Early versions wrote "<0x123> [8]", and devices that imitate it leave out leading zeros of ids.
"""

from __future__ import annotations

import re
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import numpy as np

from canmcast_gui.frames import INLINE_BYTES, MAX_PAYLOAD, FrameBatch, bits
from canmcast_gui.frames.arrays import Mask, Numbers, Places
from canmcast_gui.frames.units import MAX_EXTENDED_ID, NS_PER_SECOND
from canmcast_gui.logfile.candump.columns import channels_of, is_sending
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

_ERROR_CLASS = 0x20000000
_USUAL_DIGITS = 3  # of an id of 11 bits; longer ones have 29 bits

# Enough lines to see times go back where they count from the line before.
_HEAD_BYTES = 65536


def is_screen_line(line: str) -> bool:
    """Whether a line looks like one; a short number that is not an id may stand in other texts."""
    found = _LINE.match(line)
    if found is None:
        return False
    if found[8] or len(found[6]) >= _USUAL_DIGITS:
        return True
    try:
        row = parse(line, {})
    except (ValueError, IndexError):
        return False
    return row is not None and bool(found[1] or row[2].payload)


def parse(line: str, channel_of: dict[str, int]) -> tuple[str, str, Row] | None:
    """The time as it stands there, or nothing, the interface and the frame, its time 0; None for others.

    Raises ValueError for a line that is damaged.
    """
    found = _LINE.match(line)
    if found is None:
        return None
    time, interface, turn, brs, esi, number, old_interface, old_number, length, code, rest = found.groups()
    interface, number = interface or old_interface or "", number or old_number
    flags = bits.TX if turn == "T" or is_sending(interface) else 0
    arbitration_id = int(number, 16)
    if len(number) > _USUAL_DIGITS:
        is_error = bool(arbitration_id & _ERROR_CLASS)
        flags |= bits.ERROR if is_error else bits.EXTENDED
        arbitration_id &= MAX_EXTENDED_ID if is_error else 0xFFFFFFFF
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
    """Bytes in hexadecimal, forwards or reversed, or as bits; behind them they may stand in ASCII."""
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
    """A time in parentheses in nanoseconds; a date is local time. Raises ValueError."""
    date = _DATE.match(text)
    if date is None:
        return parse_seconds_ns(text.strip())
    seconds = int(datetime.fromisoformat(date[1]).timestamp())
    return seconds * NS_PER_SECOND + int((date[2] or "").ljust(9, "0"))


def counts_from_line_before(path: Path) -> bool:
    """Whether times on the screen are differences (-td): then they go up and down."""
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


# Times from there on are absolute; they may go back for other reasons.
_EPOCH_NS = 100_000_000 * NS_PER_SECOND


_LAYOUT_COLUMNS = 128

# Year to minute, with the space between date and time of day: "2015-07-10 09:50".
_MINUTE = 16


class Shape(NamedTuple):
    """How a line is built: how many words its time has, 0 to 2, and whether it says direction and more."""

    time_words: int
    turned: bool

    @property
    def words(self) -> int:
        """How many words there are before the data."""
        return self.time_words + 1 + 3 * self.turned + 2


def shape_of(line: str) -> Shape | None:
    """The shape of a line that is one of the screen."""
    words = line.split()
    time_words = 0 if not line.startswith("(") else 1 if words[0].endswith(")") else 2
    behind = words[time_words + 1 :]
    return Shape(time_words, behind[0] in ("RX", "TX")) if behind else None


def frames(lines: Lines, shape: Shape, channels: dict[str, int]) -> tuple[Places, FrameBatch]:
    """The data frames on lines of that shape, their times as they stand there."""
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
    # Without data there may be a remote frame, which is said in words.
    good &= (lengths > 0) | (found.start(shape.words) == end)
    flags, flags_good = _flags(lines, found, shape)
    good &= flags_good
    sent = {name: 1 for name in channels if is_sending(name)}
    if sent:
        flags |= bits.TX * (channels_of(lines, found, sent, shape.time_words) > 0)
    long_id = found.size(number) > 3
    flags |= np.where(long_id, np.where(ids & _ERROR_CLASS, bits.ERROR, bits.EXTENDED), 0)
    flags |= bits.FD * ((lengths > INLINE_BYTES) | (flags & (bits.BRS | bits.ESI) > 0))
    content = payloads(lines, found.start(shape.words), np.where(good, lengths, 0), 3)
    good &= content.good & ((lengths <= INLINE_BYTES) | (flags & bits.ERROR == 0))
    error = flags & bits.ERROR != 0
    if error.any():
        ids = np.where(error, ids & MAX_EXTENDED_ID, ids)
    batch = batch_from(times, ids, flags, channel, content)
    return found.rows[good], batch[good]


def _flags(lines: Lines, found: Layouts, shape: Shape) -> tuple[Numbers, Mask]:
    """Direction, bit rate switch and error state, where they stand: RX - - or TX B E."""
    flags = np.zeros(len(found), dtype=np.int64)
    good = np.ones(len(found), dtype=np.bool_)
    if not shape.turned:
        return flags, good
    turn = found.start(shape.time_words + 1)
    letter = lines.text[turn]
    good &= (found.size(shape.time_words + 1) == 2) & (lines.text[turn + 1] == ord("X"))
    good &= (letter == ord("R")) | (letter == ord("T"))
    flags |= bits.TX * (letter == ord("T"))
    # The line's form asks for just one space before and between them.
    for place, (yes, flag) in enumerate(((ord("B"), bits.BRS), (ord("E"), bits.ESI))):
        switch = lines.text[turn + 3 + 2 * place]
        good &= (found.start(shape.time_words + 2 + place) == turn + 3 + 2 * place) & (
            (switch == ord("-")) | (switch == yes)
        )
        good &= found.size(shape.time_words + 2 + place) == 1
        flags |= flag * (switch == yes)
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
        times, time_good = parse_seconds(lines, found.start(1), end - 1)  # blanks stand before it
    else:
        times, time_good = _dates(lines, start + 1, end - 1)
    return times, good & time_good


def _dates(lines: Lines, starts: Places, ends: Places) -> tuple[Numbers, Mask]:
    """Dates and times of day with decimals, local time; each minute is looked up once."""
    seconds = starts + _MINUTE + 1
    good = (ends > seconds + 2) & (lines.text[seconds - 1] == ord(":"))
    within, within_good = parse_seconds(lines, np.minimum(seconds, ends), ends)
    good &= within_good & (within < 60 * NS_PER_SECOND) & (lines.text[seconds + 2] == ord("."))
    minutes, which = np.unique(lines.window(starts, _MINUTE).view(f"S{_MINUTE}")[:, 0], return_inverse=True)
    begun = np.array([_minute_ns(bytes(minute)) for minute in minutes], dtype=np.int64)[which]
    return begun + within, good & (begun >= 0)


def _minute_ns(text: bytes) -> int:
    """-1 for what is no date, or one that is better read alone."""
    try:
        date = datetime.strptime(text.decode("ascii"), "%Y-%m-%d %H:%M")
        return int(date.timestamp()) * NS_PER_SECOND
    except (ValueError, OverflowError, OSError):
        return -1
