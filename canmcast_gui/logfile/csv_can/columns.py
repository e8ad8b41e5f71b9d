"""Frames of python-can's CSV in columns."""

from __future__ import annotations

import numpy as np

from canmcast_gui.frames import INLINE_BYTES, FrameBatch, bits
from canmcast_gui.frames.arrays import Bytes, Mask, Places
from canmcast_gui.logfile.text.lines import Layouts, Lines
from canmcast_gui.logfile.text.numbers import hexadecimal, nanoseconds
from canmcast_gui.logfile.text.payloads import Payloads, batch_from

_LETTERS = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/"
_LONGEST = 12

_BAD = 0xFF
_SIX_BITS = np.full(256, _BAD, dtype=np.uint8)
_SIX_BITS[np.frombuffer(_LETTERS, dtype=np.uint8)] = np.arange(64)

_INSIDE = np.arange(_LONGEST) < np.arange(_LONGEST + 1)[:, None]


def frames(lines: Lines) -> list[tuple[Places, FrameBatch]]:
    """The data frames on usual lines: time, 0x and id, extended, remote, error, DLC, data in base64."""
    text = lines.text
    found = Layouts(lines, np.flatnonzero(lines.plain), 6, comma=True)
    times, good = nanoseconds(lines, found.start(0), found.end(0))
    good &= found.without_empty_cells()
    number = found.start(1)
    good &= (text[number] == ord("0")) & (text[number + 1] == ord("x"))
    ids, id_good = hexadecimal(lines, found.end(1), found.size(1) - 2)
    good &= id_good
    flags = np.zeros(len(found), dtype=np.int64)
    for word, flag in ((2, bits.EXTENDED), (3, bits.REMOTE), (4, bits.ERROR)):
        switch = text[found.start(word)]
        good &= ((switch | 1) == ord("1")) & (found.size(word) == 1)
        flags |= flag * (switch == ord("1"))
    good &= flags & bits.REMOTE == 0
    place = found.end(5) + 1
    content = _payloads(lines, place, lines.ends[found.rows] - place, good)
    good &= content.good
    batch = batch_from(times, ids, flags, 0, content)
    return [(found.rows, batch) if good.all() else (found.rows[good], batch[good])]


def _payloads(lines: Lines, places: Places, sizes: Places, good: Mask) -> Payloads:
    """Payloads of up to 8 bytes in base64."""
    text = lines.text
    good = good & (sizes >= 0) & (sizes <= _LONGEST) & (sizes & 3 == 0)
    ends = places + sizes
    padding = (text[ends - 1] == ord("=")) * (1 + (text[ends - 2] == ord("=")).astype(np.int64))
    padding[sizes <= 0] = 0
    letters = np.where(good, sizes - padding, 0)
    lengths = letters * 3 // 4
    good &= lengths <= INLINE_BYTES
    values = _SIX_BITS.take(lines.window(places, _LONGEST))
    inside = _INSIDE[letters]
    good &= ~((values == _BAD) & inside).any(axis=1)
    lengths = np.where(good, lengths, 0)
    data = _bytes_of(values * inside)[:, :INLINE_BYTES] * (np.arange(INLINE_BYTES) < lengths[:, None])
    return Payloads(lengths, data, np.zeros_like(lengths), np.zeros(0, dtype=np.uint8), good)


def _bytes_of(values: Bytes) -> Bytes:
    """Three bytes of each four values of six bits; uint8 (n, 9) of (n, 12)."""
    four = values.view("<u4")
    three = (four & 0x3F) << 18 | (four & 0x3F00) << 4 | (four & 0x3F0000) >> 10 | four >> 24
    found = np.empty((len(values), 9), dtype=np.uint8)
    found[:, 0::3] = three >> 16
    found[:, 1::3] = three >> 8 & 0xFF
    found[:, 2::3] = three & 0xFF
    return found
