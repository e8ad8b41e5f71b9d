"""Data frames on candump's screen in columns: of the lines that are built as the first of a block is."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

import numpy as np

from canmcast_gui.frames import INLINE_BYTES, MAX_PAYLOAD, FrameBatch, bits
from canmcast_gui.frames.arrays import Mask, Numbers, Places
from canmcast_gui.frames.units import MAX_EXTENDED_ID, NS_PER_SECOND
from canmcast_gui.logfile.candump.columns import channels_of
from canmcast_gui.logfile.candump.interfaces import is_sending
from canmcast_gui.logfile.text.lines import Layouts, Lines
from canmcast_gui.logfile.text.numbers import hexadecimal, nanoseconds, whole
from canmcast_gui.logfile.text.payloads import batch_from, payloads

_ERROR_CLASS = 0x20000000
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
    ids, id_good = hexadecimal(lines, found.end(number), found.size(number))
    good &= (channel >= 0) & id_good
    start, end = found.start(length), found.end(length)
    lengths, length_good = whole(lines, end - 1, end - start - 2)
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
        times, time_good = nanoseconds(lines, start + 1, end - 1)
    elif len(found) and (found.size(0) == 1).all():
        times, time_good = nanoseconds(lines, found.start(1), end - 1)  # blanks stand before it
    else:
        times, time_good = _dates(lines, start + 1, end - 1)
    return times, good & time_good


def _dates(lines: Lines, starts: Places, ends: Places) -> tuple[Numbers, Mask]:
    """Dates and times of day with decimals, local time; each minute is looked up once."""
    seconds = starts + _MINUTE + 1
    good = (ends > seconds + 2) & (lines.text[seconds - 1] == ord(":"))
    within, within_good = nanoseconds(lines, np.minimum(seconds, ends), ends)
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
