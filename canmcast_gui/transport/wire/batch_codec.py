"""Decode many datagrams at once, and encode many frames: those of the usual layout as whole columns.

Nearly all datagrams of a bus have the layout that stock peers write: keys in their order, each number in its
smallest form, a channel of one byte. Offsets before the payload then follow from the width of the id, those
after it from the end of the payload. In both parts a template and a mask check all constant bytes, of all
rows at once. The general codec decodes the other datagrams; the result of both is the same.
"""

from __future__ import annotations

import numpy as np

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, LENGTH_TO_DLC, MAX_PAYLOAD, Flag, FrameBatch
from canmcast_gui.frames.arrays import Bytes, Mask, Numbers
from canmcast_gui.frames.batch import Records
from canmcast_gui.frames.units import MAX_EXTENDED_ID, MAX_STANDARD_ID, NS_PER_SECOND
from canmcast_gui.frames.validity import first_problem, wire_dlc
from canmcast_gui.transport.errors import FrameError
from canmcast_gui.transport.wire.templates import (
    FALSE,
    ID_AT,
    ID_WIDTH_BY_MARK,
    NIL,
    TAIL,
    TAIL_FLAGS_AT,
    TIME_AT,
    WIDTH,
    Head,
    head_of,
    slices_of,
)
from canmcast_gui.transport.wire.uniform import big_endian, read_ids, write_ids

# Records are copied whole: numpy would copy a structured one field by field.
RAW_RECORD = np.dtype(f"V{FRAME_DTYPE.itemsize}")
# By payload length: a mask of the bytes among the first 8 that the payload has, as one word.
_INLINE_MASK = (
    np.where(np.arange(INLINE_BYTES) < np.arange(MAX_PAYLOAD + 1)[:, None], 0xFF, 0)
    .astype(np.uint8)
    .view(np.uint64)[:, 0]
)
_SWITCHES = np.uint8(Flag.BRS | Flag.ESI)


def decode_columns(matrix: Bytes, sizes: Numbers, records: Records) -> tuple[Mask, Bytes]:
    """Decode the datagrams of the usual layout among n, up to ROWS.

    ``matrix`` uint8 (n, WIDTH) C-contiguous has one datagram in each row, of ``sizes`` int64 (n,) bytes.
    ``records`` (n,) of FRAME_DTYPE, all zero, gets the columns id, flags, channel, dlc, length, data and
    payload_offset. Returns which rows were decoded, bool (n,), and the heap for payloads longer than 8. The
    other rows have undefined content.
    """
    heap: list[Bytes] = []
    id_widths = ID_WIDTH_BY_MARK[matrix[:, ID_AT]]
    present = np.flatnonzero(np.bincount(id_widths)).tolist()
    if len(present) == 1 and present[0]:
        done = _decode_part(matrix, sizes, head_of(present[0]), records, heap)
    else:
        done = np.zeros(len(matrix), dtype=np.bool_)
        for id_width in filter(None, present):
            rows = np.flatnonzero(id_widths == id_width)
            part = np.zeros(len(rows), dtype=FRAME_DTYPE)
            done[rows] = _decode_part(matrix[rows], sizes[rows], head_of(id_width), part, heap)
            records.view(RAW_RECORD)[rows] = part.view(RAW_RECORD)
    return done, np.concatenate(heap) if heap else np.zeros(0, dtype=np.uint8)


def _decode_part(cells: Bytes, sizes: Numbers, head: Head, records: Records, heap: list[Bytes]) -> Mask:
    """Decode rows whose ids have one width; payloads longer than 8 are appended to ``heap``."""
    start = head.part.size
    lengths = cells[:, head.length_at]
    bounded = np.minimum(lengths, MAX_PAYLOAD)
    ends = np.arange(len(cells)) * WIDTH + start + bounded
    tails = slices_of(cells, len(TAIL.sample))[ends].view(np.uint8).reshape(len(cells), -1)
    ids = read_ids(cells, head.id_width)
    channel = cells[:, head.channel_at]
    extended, error = cells[:, head.extended_at] & 1, cells[:, head.error_at] & 1
    fd, brs, esi = (tails[:, at] & 1 for at in TAIL_FLAGS_AT)
    flags = extended | error << 2 | fd << 3 | brs << 4 | esi << 5
    fits = head.part.fits(cells.view(np.uint64)) & TAIL.fits(tails.view(np.uint64))
    fits &= (cells[:, head.dlc_at] == lengths) & (sizes == start + TAIL.size + lengths.astype(np.int64))
    # These checks are needed only if there are such ids, flags, lengths or channels.
    if head.id_width > 2:
        fits &= ids <= np.where(extended, np.uint32(MAX_EXTENDED_ID), np.uint32(MAX_STANDARD_ID))
    if flags.max() >= Flag.FD or lengths.max() > INLINE_BYTES:
        fits &= np.where(fd, lengths <= MAX_PAYLOAD, (lengths <= INLINE_BYTES) & (flags & _SWITCHES == 0))
    if (channel != NIL).any():
        fits &= (channel < 0x80) | (channel == NIL)
        records["channel"] = np.where(channel == NIL, 0, channel + 1)
    records["arbitration_id"] = ids
    records["flags"] = flags
    records["length"] = bounded
    records["dlc"] = LENGTH_TO_DLC[bounded]
    data = np.ascontiguousarray(cells[:, start : start + INLINE_BYTES]).view(np.uint64)[:, 0]
    records["data"].view(np.uint64)[:, 0] = data & _INLINE_MASK[bounded]
    if bounded.max() > INLINE_BYTES:
        _collect_long_payloads(cells, start, np.where(fits, bounded, 0), records, heap)
    return fits


def _collect_long_payloads(
    cells: Bytes, at: int, lengths: Bytes, records: Records, heap: list[Bytes]
) -> None:
    filled = sum(len(part) for part in heap)
    for length in np.flatnonzero(np.bincount(lengths)).tolist():
        if length > INLINE_BYTES:
            rows = np.flatnonzero(lengths == length)
            heap.append(cells[rows, at : at + length].ravel())
            records["payload_offset"][rows] = filled + np.arange(len(rows)) * length
            filled += heap[-1].size


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
    cells[:, TIME_AT : TIME_AT + 8] = big_endian(batch.timestamp_ns / NS_PER_SECOND, ">f8")
    write_ids(batch.arbitration_id, head.id_width, cells)
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
