"""Data frames of TRC files in columns."""

from __future__ import annotations

import numpy as np

from canmcast_gui.frames import DLC_TO_LENGTH, FrameBatch, bits
from canmcast_gui.frames.arrays import Mask, Numbers, Places
from canmcast_gui.logfile.text.lines import Layouts, Lines
from canmcast_gui.logfile.text.numbers import hexadecimal, nanoseconds, whole
from canmcast_gui.logfile.text.payloads import batch_from, payloads

_NO_ID = 0xFFFFFFFF

_DATA = int.from_bytes(b"DT", "little")
_FLAGS_BY_TYPE = {
    b"FD": bits.FD,
    b"FB": bits.FD | bits.BRS,
    b"FE": bits.FD | bits.BRS | bits.ESI,
    b"BI": bits.FD | bits.ESI,
}


def frames(lines: Lines, columns: dict[str, int]) -> list[tuple[Places, FrameBatch]]:
    """The frames on usual lines of version 2, given which word is which column; data must be the last."""
    if columns["D"] != len(columns) - 1:
        return []
    found = Layouts(lines, np.flatnonzero(lines.plain), columns["D"])
    kinds = _pairs(lines, found, columns["T"])
    flags = np.where(kinds == _DATA, 0, -1)
    if flags.any():
        for name, meaning in _FLAGS_BY_TYPE.items():
            flags[kinds == int.from_bytes(name, "little")] = meaning
    good = flags >= 0
    if "d" in columns:
        good &= _turn(lines, found, columns["d"], flags)
    size = columns.get("l", columns.get("L", 0))
    lengths, length_good = whole(lines, found.end(size), found.size(size))
    good &= length_good & (lengths <= (64 if "l" in columns else 15))
    good &= (flags & bits.FD != 0) | (lengths <= 8)
    if "l" not in columns:
        lengths = DLC_TO_LENGTH[lengths & 15].astype(np.int64)
    found_in = (columns["O"], columns["I"], columns.get("B", -1), columns["D"])
    return [_batch(lines, found, good, found_in, lengths, flags)]


def frames_v1(lines: Lines, kind: int, bus: int, number: int, dlc: int) -> list[tuple[Places, FrameBatch]]:
    """The frames on usual lines of version 1, given which words are type, bus, id and DLC; -1 is none."""
    found = Layouts(lines, np.flatnonzero(lines.plain), dlc + 1)
    flags = np.zeros(len(found), dtype=np.int64)
    lengths, good = whole(lines, found.end(dlc), found.size(dlc))
    if kind >= 0:
        good &= _turn(lines, found, kind, flags)
    else:
        marks = np.cumsum(lines.text == ord("R"))  # of RTR and ERROR
        good &= marks.take(lines.ends[found.rows]) == marks.take(found.start(0))
    good &= lengths <= 8
    return [_batch(lines, found, good, (1, number, bus, dlc + 1), lengths, flags)]


def _pairs(lines: Lines, found: Layouts, word: int) -> Numbers:
    """Words of two letters as integers; -1 for others."""
    start = found.start(word)
    both = lines.text[start].astype(np.int64) | lines.text[start + 1].astype(np.int64) << 8
    return np.where(found.size(word) == 2, both, -1)


def _turn(lines: Lines, found: Layouts, word: int, flags: Numbers) -> Mask:
    """Add the direction to the flags; which lines have one."""
    turns = _pairs(lines, found, word)
    tx = turns == int.from_bytes(b"Tx", "little")
    flags |= bits.TX * tx
    good: Mask = tx | (turns == int.from_bytes(b"Rx", "little"))
    return good


def _batch(
    lines: Lines,
    found: Layouts,
    good: Mask,
    words: tuple[int, int, int, int],
    lengths: Numbers,
    flags: Numbers,
) -> tuple[Places, FrameBatch]:
    """The frames of those lines that are good in all columns; words are time, id, bus and data."""
    time, number, bus, data = words
    times, time_good = nanoseconds(lines, found.start(time), found.end(time))
    ids, id_good = hexadecimal(lines, found.end(number), found.size(number))
    good &= time_good & id_good & (ids != _NO_ID)
    flags = flags | bits.EXTENDED * (found.size(number) > 4)
    channels: Numbers | int = 1
    if bus >= 0:
        channels, channel_good = whole(lines, found.end(bus), found.size(bus))
        good &= channel_good
        channels[channels > 255] = 0
    content = payloads(lines, found.start(data), np.where(good, lengths, 0), 3)
    good &= content.good
    batch = batch_from(times // 1000, ids, flags, channels, content)
    return (found.rows, batch) if good.all() else (found.rows[good], batch[good])
