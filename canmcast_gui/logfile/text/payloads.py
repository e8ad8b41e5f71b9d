"""Payloads of many lines, from their hexadecimal digits into the columns of a batch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, LENGTH_TO_DLC, FrameBatch
from canmcast_gui.frames.arrays import Bytes, Mask, Places
from canmcast_gui.logfile.text.lines import Lines
from canmcast_gui.logfile.text.numbers import hex_bytes

_SPACE = 32

# A byte in decimal, and what may stand before the next: some tools align them.
_DECIMAL_DIGITS = 3
_MOST_SPACES = 3

# Which of eight bytes belong to a payload of 0..8.
_INSIDE = np.arange(INLINE_BYTES) < np.arange(INLINE_BYTES + 1)[:, None]


class Payloads(NamedTuple):
    """The data columns of a batch, and which rows could be read."""

    lengths: npt.NDArray[np.int64]
    data: Bytes
    offsets: npt.NDArray[np.int64]
    heap: Bytes
    good: Mask


def payloads(lines: Lines, places: Places, lengths: Places, pitch: int) -> Payloads:
    """Payloads of 0..64 bytes, two digits each, that begin at ``places``.

    ``pitch`` is 3 where a space stands between two bytes, 2 where nothing does. White space must follow.
    """
    data = np.zeros((len(places), INLINE_BYTES), dtype=np.uint8)
    good = np.zeros(len(places), dtype=np.bool_)
    offsets = np.zeros(len(places), dtype=np.int64)
    heap: list[Bytes] = []
    used = 0
    if not len(places) or lengths.max() <= INLINE_BYTES:
        data, good = _inline(lines, places, lengths, pitch)
        return Payloads(lengths, data, offsets, np.zeros(0, dtype=np.uint8), good)
    short = np.flatnonzero(lengths <= INLINE_BYTES)
    if len(short):
        data[short], good[short] = _inline(lines, places[short], lengths[short], pitch)
    for length in np.flatnonzero(np.bincount(lengths)):
        if length <= INLINE_BYTES or length > 64:
            continue
        rows = np.flatnonzero(lengths == length)
        values, good[rows] = _matrix(lines, places[rows], int(length), pitch)
        data[rows] = values[:, :INLINE_BYTES]
        offsets[rows] = used + np.arange(len(rows)) * length
        heap.append(values.ravel())
        used += values.size
    return Payloads(lengths, data, offsets, np.concatenate(heap), good)


def _inline(lines: Lines, places: Places, lengths: Places, pitch: int) -> tuple[Bytes, Mask]:
    """Payloads of up to 8 bytes, zero beyond each one's end."""
    characters = lines.window(places, pitch * INLINE_BYTES)
    values, bad = hex_bytes(characters, pitch, INLINE_BYTES)
    inside = _INSIDE[lengths]
    if pitch == 3:
        bad[:, 1:] |= characters[:, 2:-1:3] != _SPACE
    bad &= inside
    values *= inside
    good = bad.view(np.uint64).ravel() == 0
    good &= (lengths == 0) | (lines.text[places + np.maximum(pitch * lengths - (pitch - 2), 0)] <= _SPACE)
    return values, good


def _matrix(lines: Lines, places: Places, length: int, pitch: int) -> tuple[Bytes, Mask]:
    """Payloads of one length, each whole."""
    width = pitch * length - (pitch - 2)
    characters = lines.window(places, width + 1)
    values, bad = hex_bytes(characters, pitch, length)
    good = ~bad.any(axis=1)
    if pitch == 3:
        good &= (characters[:, 2:width:3] == _SPACE).all(axis=1)
    good &= characters[:, width] <= _SPACE
    return values, good


def decimal_payloads(lines: Lines, places: Places, lengths: Places) -> Payloads:
    """Payloads of 0..64 bytes, each in one to three decimal digits with some spaces behind it."""
    values = np.zeros((len(places), max(INLINE_BYTES, int(lengths.max(initial=0)))), dtype=np.uint8)
    good = lengths <= values.shape[1]
    at = places.copy()
    for place in range(int(lengths.max(initial=0))):
        rows = np.flatnonzero(good & (place < lengths))
        found, sizes, good[rows] = _decimal(lines.window(at[rows], _DECIMAL_DIGITS + 1))
        values[rows, place] = found
        behind = at[rows] + sizes
        for _ in range(_MOST_SPACES):
            behind += lines.text.take(behind) == _SPACE
        at[rows] = behind
    long = lengths > INLINE_BYTES
    inside = np.arange(values.shape[1]) < lengths[:, None]
    values *= inside
    offsets = np.where(long, np.cumsum(lengths * long) - lengths, 0)
    return Payloads(lengths, values[:, :INLINE_BYTES], offsets, values[long][inside[long]], good)


def _decimal(characters: Bytes) -> tuple[Bytes, Places, Mask]:
    """The numbers at the beginning of rows of characters, how long they are, and which are bytes."""
    digits = characters - np.uint8(ord("0"))
    inside = np.logical_and.accumulate(digits[:, :_DECIMAL_DIGITS] <= 9, axis=1)
    numbers = np.zeros(len(characters), dtype=np.int64)
    for place in range(_DECIMAL_DIGITS):
        numbers = np.where(inside[:, place], numbers * 10 + digits[:, place], numbers)
    sizes = inside.sum(axis=1)
    behind = characters[np.arange(len(characters)), sizes]
    return numbers.astype(np.uint8), sizes, (sizes > 0) & (numbers < 256) & (behind <= _SPACE)


def batch_from(
    timestamp_ns: npt.NDArray[np.int64],
    arbitration_id: npt.NDArray[np.int64],
    flags: npt.ArrayLike,
    channel: npt.ArrayLike,
    found: Payloads,
) -> FrameBatch:
    """A batch from columns; DLC codes follow from the lengths."""
    records = np.zeros(len(timestamp_ns), dtype=FRAME_DTYPE)
    records["timestamp_ns"] = timestamp_ns
    records["arbitration_id"] = arbitration_id
    records["flags"] = flags
    records["channel"] = channel
    records["length"] = found.lengths
    records["dlc"] = LENGTH_TO_DLC[found.lengths]
    records["data"] = found.data
    records["payload_offset"] = found.offsets
    return FrameBatch(records, found.heap)
