"""Reads data frames of candump logs as columns; maps interfaces to channels."""

from __future__ import annotations

import re

import numpy as np

from canmcast_gui.frames import FrameBatch, bits
from canmcast_gui.frames.arrays import Mask, Numbers, Offsets
from canmcast_gui.frames.units import MAX_EXTENDED_ID, SOCKETCAN_ERROR_FLAG
from canmcast_gui.logfile.text.lines import Layouts, Lines
from canmcast_gui.logfile.text.numbers import parse_hex, parse_seconds
from canmcast_gui.logfile.text.payloads import batch_from, payloads

STANDARD_DIGITS = 3
_LOWER = 0x20
_LONGEST_NAME = 16


def frames(lines: Lines, channels: dict[str, int], blanks: bool) -> list[tuple[Offsets, FrameBatch]]:
    """The frames in lines of the usual form: (time) interface id#data, and R or T or nothing.

    With ``blanks`` there are spaces before the time within the parentheses.
    """
    text = lines.text
    time = int(blanks)
    found = Layouts(lines, np.flatnonzero(lines.plain), time + 2)
    good = (text[found.start(0)] == ord("(")) & (text[found.end(time) - 1] == ord(")"))
    if blanks:
        good &= found.size(0) == 1
    times, time_good = parse_seconds(lines, found.start(time) + (not blanks), found.end(time) - 1)
    channel = channels_of(lines, found, channels, time + 1)
    number = found.start(time + 2)
    extended = text[number + 3] != ord("#")
    mark = number + np.where(extended, 8, 3)
    ids, id_good = parse_hex(lines, mark, mark - number)
    good &= time_good & (channel >= 0) & id_good & (text[mark] == ord("#"))
    fd = text[mark + 1] == ord("#")
    fd_flags = np.zeros(len(found), dtype=np.int64)
    if fd.any():
        digit, digit_good = parse_hex(lines, mark + 3, fd.astype(np.int64))
        good &= digit_good | ~fd
        fd_flags = np.where(fd, bits.FD | (digit & 1) * bits.BRS | (digit >> 1 & 1) * bits.ESI, 0)
    end = lines.ends[found.rows]
    letter = text[end - 1] | _LOWER
    directed = (text[end - 2] == ord(" ")) & ((letter == ord("r")) | (letter == ord("t")))
    digits = end - 2 * directed - (mark + 1 + 2 * fd)
    good &= (digits >= 0) & (digits & 1 == 0) & (digits <= np.where(fd, 128, 16))
    content = payloads(lines, mark + 1 + 2 * fd, np.where(good, digits >> 1, 0), 2)
    good &= content.good
    error = extended & (ids & SOCKETCAN_ERROR_FLAG != 0)
    flags = np.where(error, bits.ERROR, bits.EXTENDED * extended)
    flags |= fd_flags | bits.TX * (directed & (letter == ord("t")))
    if error.any():
        ids = np.where(error, ids & MAX_EXTENDED_ID, ids)
    batch = batch_from(times, ids, flags, channel, content)
    return [(found.rows, batch) if good.all() else (found.rows[good], batch[good])]


def channels_of(lines: Lines, found: Layouts, channels: dict[str, int], word: int) -> Numbers:
    """The channel of the interface in the word with that index, for each line; -1 if unknown."""
    start, size = found.start(word), found.size(word)
    column = np.full(len(found), -1, dtype=np.int64)
    low = lines.integers(start)
    for name, channel in channels.items():
        if len(name) <= _LONGEST_NAME and name.isascii():
            same = (size == len(name)) & _starts_with(low, name[:8].encode())
            if len(name) > 8:
                same &= _starts_with(lines.integers(start + 8), name[8:].encode())
            column[same] = channel if channel <= 255 else 0
    return column


def _starts_with(words: np.ndarray[tuple[int], np.dtype[np.uint64]], name: bytes) -> Mask:
    mask = np.uint64((1 << 8 * len(name)) - 1)
    same: Mask = words & mask == np.uint64(int.from_bytes(name, "little"))
    return same


_NUMBER_AT_END = re.compile(r"\d+$")
# See is_sending().
DIRECTED = re.compile(r"[RT]X\d+$")


def is_sending(interface: str) -> bool:
    """Whether frames of that interface were sent.

    Battery-Emulator's logs look like candump's screen output, with a direction as the interface: RX0 and TX1
    are its first bus, RX2 and TX3 the second (comm_can.cpp).
    """
    return interface.startswith("TX") and DIRECTED.match(interface) is not None


def id_and_flags(number: str) -> tuple[int, int]:
    """The id and its flags: up to 3 hexadecimal digits are a standard id, others extended or an error."""
    arbitration_id = int(number, 16)
    if len(number) <= STANDARD_DIGITS:
        return arbitration_id, 0
    if arbitration_id & SOCKETCAN_ERROR_FLAG:
        return arbitration_id & MAX_EXTENDED_ID, bits.ERROR
    return arbitration_id, bits.EXTENDED


def channel_of(interface: str, known: dict[str, int]) -> int:
    """The channel of a new interface: 1 for can0; the next free one where two names have the same number."""
    number = _NUMBER_AT_END.search(interface)
    index = int(number[0][-3:]) if number else 0
    if DIRECTED.match(interface) and index % 2 == is_sending(interface):
        return index // 2 + 1
    channel = index + 1
    while channel in known.values():
        channel += 1
    return channel
