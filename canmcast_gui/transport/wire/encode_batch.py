"""Encode many frames as datagrams at once: the inverse of decode_batch.py."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.arrays import Bytes, Mask, Numbers
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.frames.validity import first_problem, wire_dlc
from canmcast_gui.transport.errors import FrameError
from canmcast_gui.transport.wire.templates import (
    FALSE,
    ID_AT,
    NIL,
    TAIL,
    TAIL_FLAGS_AT,
    TIME_AT,
    WIDTH,
    Head,
    head_of,
    slices_of,
)

# The highest channel column whose number (one less) takes a single byte in the usual layout.
HIGHEST_USUAL_CHANNEL = 128

# The sizes of an id in bytes.
_ID_WIDTHS = (1, 2, 3, 5)


def check_batch(batch: FrameBatch, allow_fd: bool) -> None:
    """Raise FrameError, with the number of a bad row, unless all frames are valid and may be sent."""
    problem = first_problem(batch)
    if problem is None and not allow_fd:
        problem = _first(batch.has(Flag.FD), "CAN FD is switched off on this bus")
    if problem is None:
        problem = _first(batch.timestamp_ns < 0, "its timestamp is negative")
    if problem is not None:
        raise FrameError(f"frame {problem[0]} of {len(batch)}: {problem[1]}")


def _first(bad: Mask, sentence: str) -> tuple[int, str] | None:
    return (int(bad.argmax()), sentence) if bad.any() else None


def encode_columns(batch: FrameBatch, memory: Bytes) -> tuple[Bytes, Numbers]:
    """The datagrams of valid frames with channels up to HIGHEST_USUAL_CHANNEL, as stock peers encode them.

    They are written into ``memory``, uint8 (at least n * WIDTH,). Returns the used part of it as a matrix
    with one datagram in each row, and their sizes, int64 (n,). Datagrams of one size have no gaps between
    them, so that many of them can be sent as one piece.
    """
    widths = np.searchsorted([0x80, 0x100, 0x10000], batch.arbitration_id, side="right")
    present = np.flatnonzero(np.bincount(widths)).tolist()
    if len(present) == 1:
        return _encode_part(batch, head_of(_ID_WIDTHS[present[0]]), memory)
    matrix, sizes = _matrix(memory, len(batch), WIDTH), np.zeros(len(batch), dtype=np.int64)
    for index in present:
        rows = np.flatnonzero(widths == index)
        room = np.empty(len(rows) * WIDTH, dtype=np.uint8)
        part, sizes[rows] = _encode_part(batch[rows], head_of(_ID_WIDTHS[index]), room)
        matrix[rows, : part.shape[1]] = part
    return matrix, sizes


def _matrix(memory: Bytes, rows: int, width: int) -> Bytes:
    return memory[: rows * width].reshape(rows, width)


def _encode_part(batch: FrameBatch, head: Head, memory: Bytes) -> tuple[Bytes, Numbers]:
    """The datagrams of frames whose ids have one width, and their sizes."""
    start = head.part.size
    lengths = batch.length.astype(np.int64)
    longest = int(lengths.max())
    is_one_size = int(lengths.min()) == longest
    cells = _matrix(memory, len(batch), start + longest + TAIL.size if is_one_size else WIDTH)
    used = Flag(int(np.bitwise_or.reduce(batch.flags)))
    cells[:, :start] = head.part.sample[:start]
    cells[:, TIME_AT : TIME_AT + 8] = _big_endian(batch.timestamp_ns / NS_PER_SECOND, ">f8")
    _write_ids(batch, head.id_width, cells)
    for flag, at in (
        (Flag.EXTENDED, head.extended_at),
        (Flag.REMOTE, head.remote_at),
        (Flag.ERROR, head.error_at),
    ):
        if flag in used:
            cells[:, at] = _truth(batch, flag)
    if batch.channel.any():
        cells[:, head.channel_at] = np.where(batch.channel, batch.channel - 1, NIL)
    cells[:, head.dlc_at] = wire_dlc(batch) if Flag.REMOTE in used else lengths
    cells[:, head.length_at] = lengths
    # All rows get the length of the longest payload; the tails then overwrite the excess of shorter ones.
    if longest:
        cells[:, start : start + longest] = batch.payload_matrix(longest)
    if is_one_size:
        _write_tails(batch, used, cells[:, start + longest :])
    else:
        tails = np.empty((len(batch), TAIL.size), dtype=np.uint8)
        _write_tails(batch, used, tails)
        ends = np.arange(len(cells)) * WIDTH + start + lengths
        slices_of(cells, TAIL.size)[ends] = tails.view(f"V{TAIL.size}")[:, 0]
    return cells, start + lengths + TAIL.size


def _write_tails(batch: FrameBatch, used: Flag, tails: Bytes) -> None:
    tails[:] = TAIL.sample[: TAIL.size]
    for flag, at in zip((Flag.FD, Flag.BRS, Flag.ESI), TAIL_FLAGS_AT, strict=True):
        if flag in used:
            tails[:, at] = _truth(batch, flag)


def _truth(batch: FrameBatch, flag: Flag) -> Bytes:
    truth: Bytes = (FALSE + batch.has(flag)).astype(np.uint8)
    return truth


def _write_ids(batch: FrameBatch, id_width: int, cells: Bytes) -> None:
    ids = batch.arbitration_id
    if id_width <= 2:
        cells[:, ID_AT + id_width - 1] = ids
    else:
        cells[:, ID_AT + 1 : ID_AT + id_width] = _big_endian(ids, ">u2" if id_width == 3 else ">u4")


def _big_endian(numbers: npt.NDArray[Any], form: str) -> Bytes:
    return numbers.astype(form).view(np.uint8).reshape(len(numbers), -1)
