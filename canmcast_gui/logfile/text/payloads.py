"""Converts the payloads of many lines from digits to columns of a batch."""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, LENGTH_TO_DLC, FrameBatch
from canmcast_gui.frames.arrays import Bytes, Mask, Offsets
from canmcast_gui.logfile.text.lines import Lines
from canmcast_gui.logfile.text.numbers import hex_bytes

_SPACE = 32

# The digits of a decimal byte, and the spaces between bytes, which some tools align.
_DECIMAL_DIGITS = 3
_MOST_SPACES = 3

# By the length of a payload, 0 to 8: which of eight bytes belong to it.
_INSIDE = np.arange(INLINE_BYTES) < np.arange(INLINE_BYTES + 1)[:, None]


class Payloads(NamedTuple):
    """The payload columns of a batch, and which rows are valid."""

    lengths: npt.NDArray[np.int64]
    data: Bytes
    offsets: npt.NDArray[np.int64]
    heap: Bytes
    good: Mask


def payloads(lines: Lines, starts: Offsets, lengths: Offsets, pitch: int) -> Payloads:
    """Payloads of 0 to 64 bytes in hexadecimal that start at ``starts``.

    ``pitch`` is 3 with a space between bytes, 2 without. White space must follow.
    """
    data = np.zeros((len(starts), INLINE_BYTES), dtype=np.uint8)
    good = np.zeros(len(starts), dtype=np.bool_)
    offsets = np.zeros(len(starts), dtype=np.int64)
    heap: list[Bytes] = []
    used = 0
    if not len(starts) or lengths.max() <= INLINE_BYTES:
        data, good = _inline(lines, starts, lengths, pitch)
        return Payloads(lengths, data, offsets, np.zeros(0, dtype=np.uint8), good)
    short = np.flatnonzero(lengths <= INLINE_BYTES)
    if len(short):
        data[short], good[short] = _inline(lines, starts[short], lengths[short], pitch)
    for length in np.flatnonzero(np.bincount(lengths)):
        if length <= INLINE_BYTES or length > 64:
            continue
        rows = np.flatnonzero(lengths == length)
        values, good[rows] = _matrix(lines, starts[rows], int(length), pitch)
        data[rows] = values[:, :INLINE_BYTES]
        offsets[rows] = used + np.arange(len(rows)) * length
        heap.append(values.ravel())
        used += values.size
    return Payloads(lengths, data, offsets, np.concatenate(heap), good)


def _inline(lines: Lines, starts: Offsets, lengths: Offsets, pitch: int) -> tuple[Bytes, Mask]:
    """Payloads of up to 8 bytes, zero after the end of each."""
    characters = lines.window(starts, pitch * INLINE_BYTES)
    values, bad = hex_bytes(characters, pitch, INLINE_BYTES)
    inside = _INSIDE[lengths]
    if pitch == 3:
        bad[:, 1:] |= characters[:, 2:-1:3] != _SPACE
    bad &= inside
    values *= inside
    good = bad.view(np.uint64).ravel() == 0
    good &= (lengths == 0) | (lines.text[starts + np.maximum(pitch * lengths - (pitch - 2), 0)] <= _SPACE)
    return values, good


def _matrix(lines: Lines, starts: Offsets, length: int, pitch: int) -> tuple[Bytes, Mask]:
    """Payloads of one length."""
    width = pitch * length - (pitch - 2)
    characters = lines.window(starts, width + 1)
    values, bad = hex_bytes(characters, pitch, length)
    good = ~bad.any(axis=1)
    if pitch == 3:
        good &= (characters[:, 2:width:3] == _SPACE).all(axis=1)
    good &= characters[:, width] <= _SPACE
    return values, good


def decimal_payloads(lines: Lines, starts: Offsets, lengths: Offsets) -> Payloads:
    """Payloads of 0 to 64 bytes, each with one to three decimal digits and some spaces after it."""
    values = np.zeros((len(starts), max(INLINE_BYTES, int(lengths.max(initial=0)))), dtype=np.uint8)
    good = lengths <= values.shape[1]
    positions = starts.copy()
    for index in range(int(lengths.max(initial=0))):
        rows = np.flatnonzero(good & (index < lengths))
        found, sizes, good[rows] = _decimal(lines.window(positions[rows], _DECIMAL_DIGITS + 1))
        values[rows, index] = found
        after = positions[rows] + sizes
        for _ in range(_MOST_SPACES):
            after += lines.text.take(after) == _SPACE
        positions[rows] = after
    long = lengths > INLINE_BYTES
    inside = np.arange(values.shape[1]) < lengths[:, None]
    values *= inside
    offsets = np.where(long, np.cumsum(lengths * long) - lengths, 0)
    return Payloads(lengths, values[:, :INLINE_BYTES], offsets, values[long][inside[long]], good)


def _decimal(characters: Bytes) -> tuple[Bytes, Offsets, Mask]:
    """The numbers at the start of rows of characters, their lengths, and which are bytes."""
    digits = characters - np.uint8(ord("0"))
    inside = np.logical_and.accumulate(digits[:, :_DECIMAL_DIGITS] <= 9, axis=1)
    numbers = np.zeros(len(characters), dtype=np.int64)
    for index in range(_DECIMAL_DIGITS):
        numbers = np.where(inside[:, index], numbers * 10 + digits[:, index], numbers)
    sizes = inside.sum(axis=1)
    after = characters[np.arange(len(characters)), sizes]
    return numbers.astype(np.uint8), sizes, (sizes > 0) & (numbers < 256) & (after <= _SPACE)


def batch_from(
    timestamp_ns: npt.NDArray[np.int64],
    arbitration_id: npt.NDArray[np.int64],
    flags: npt.ArrayLike,
    channel: npt.ArrayLike,
    found: Payloads,
) -> FrameBatch:
    """A batch from columns; DLCs follow from the lengths."""
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
