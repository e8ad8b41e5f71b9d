"""Decode and encode frames that differ in time, id and payload only: in a fraction of the time of others.

Traffic of one sender often consists of such frames, and small batches even more often. All but those three
parts is compared, or written, as one piece for all frames, instead of field by field.
"""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, FrameBatch, bits
from canmcast_gui.frames.arrays import Bytes, Numbers
from canmcast_gui.frames.batch import Records
from canmcast_gui.frames.units import MAX_EXTENDED_ID, MAX_STANDARD_ID, NS_PER_SECOND
from canmcast_gui.frames.validity import frame_problem
from canmcast_gui.transport.wire.codec import WireFrame, encode
from canmcast_gui.transport.wire.templates import (
    ID_AT,
    SMALLEST_ID,
    TAIL,
    TIME_AT,
    WIDTH,
    head_of,
    id_width_of,
)

# A record as four words: time, data, id and payload offset, and the last one, which has flags (16 bits),
# source (16), channel (8), dlc (8), length (8) and a spare byte.
WORDS = FRAME_DTYPE.itemsize // 8
_LAST = WORDS - 1
_SOURCE_SHIFT = np.uint64(16)
_NOT_SOURCE = ~(np.uint64(0xFFFF) << _SOURCE_SHIFT)
_OFFSET_SHIFT = np.uint64(32)
_SHORT_CHANNELS = range(0x80)


def words_of(records: Records) -> npt.NDArray[np.uint64]:
    """The words of contiguous records, (n, WORDS); the memory is shared."""
    return records.view(np.uint64).reshape(-1, WORDS)


class UniformDatagrams:
    """Decodes datagrams that are as one that is known already: as the first of a block that was decoded."""

    def __init__(self, row: Bytes, record: Any) -> None:
        """``row`` uint8 (WIDTH,) has a datagram of the usual layout, whose frame is ``record``."""
        self._id_width = id_width = id_width_of(int(row[ID_AT]))
        self._start = start = head_of(id_width).part.size
        self._length = length = int(record["length"])
        flags = int(record["flags"]) & ~bits.TX
        self._size = size = start + length + TAIL.size
        self.is_fd = bool(flags & bits.FD)
        self._highest = MAX_EXTENDED_ID if flags & bits.EXTENDED else MAX_STANDARD_ID
        mask = np.zeros(WIDTH, dtype=np.uint8)
        mask[:size] = 0xFF
        mask[TIME_AT : TIME_AT + 8] = mask[ID_AT + 1 : ID_AT + id_width] = mask[start : start + length] = 0
        if id_width == 1:
            mask[ID_AT] = 0x80
        words = -(-size // 8)
        self._mask = mask.view(np.uint64)[:words]
        self._constant = row.view(np.uint64)[:words] & self._mask
        known = np.array([record], dtype=FRAME_DTYPE)
        known["flags"] = flags
        known["source"] = 0
        self._last = words_of(known)[0, _LAST]
        self._data_mask = np.uint64((1 << 8 * min(length, INLINE_BYTES)) - 1)

    def fits(self, matrix: Bytes, sizes: Numbers) -> bool:
        """Whether all of n datagrams are so: ``matrix`` uint8 (n, WIDTH) C-contiguous, ``sizes`` (n,)."""
        words = matrix.view(np.uint64)[:, : len(self._mask)]
        if not (sizes == self._size).all() or not ((words & self._mask) == self._constant).all():
            return False
        return self._id_width <= 2 or bool(read_ids(matrix, self._id_width).max() <= self._highest)

    def decode(self, matrix: Bytes) -> tuple[Records, Bytes]:
        """The records, without times and sources, and the heap of datagrams that fit."""
        count, start = len(matrix), self._start
        records = np.empty(count, dtype=FRAME_DTYPE)
        words = words_of(records)
        data = np.ascontiguousarray(matrix[:, start : start + INLINE_BYTES]).view(np.uint64)[:, 0]
        np.bitwise_and(data, self._data_mask, out=words[:, 1])
        words[:, 2] = read_ids(matrix, self._id_width)
        words[:, _LAST] = self._last
        if self._length <= INLINE_BYTES:
            return records, np.zeros(0, dtype=np.uint8)
        words[:, 2] |= np.arange(count, dtype=np.uint64) * np.uint64(self._length) << _OFFSET_SHIFT
        return records, matrix[:, start : start + self._length].ravel()


def set_times_and_sources(records: Records, timestamps: Numbers, source: int, flags: int) -> None:
    """Complete the records of decode(): times, and the same source and further flags for all."""
    words = words_of(records)
    words[:, 0] = timestamps
    words[:, _LAST] |= np.uint64(source) << _SOURCE_SHIFT | np.uint64(flags)


def are_uniform(records: Records) -> bool:
    """Whether frames differ in time, id and payload only."""
    last = words_of(records)[:, _LAST]
    return bool((last == last[0]).all())


def is_usual(datagram: bytes, frame: WireFrame) -> bool:
    """Whether the datagram of a frame is as stock peers encode it, with a channel that takes one byte."""
    if frame.flags & bits.REMOTE or not (frame.channel is None or frame.channel in _SHORT_CHANNELS):
        return False
    usual = encode(frame)
    return datagram[:TIME_AT] == usual[:TIME_AT] and datagram[TIME_AT + 8 :] == usual[TIME_AT + 8 :]


def read_ids(cells: Bytes, id_width: int) -> npt.NDArray[np.uint32]:
    """The ids of datagrams, whose size in bytes is the same in all rows of ``cells``."""
    if id_width <= 2:
        return cells[:, ID_AT + id_width - 1].astype(np.uint32)
    number = ">u2" if id_width == 3 else ">u4"
    raw = np.ascontiguousarray(cells[:, ID_AT + 1 : ID_AT + id_width])
    return raw.view(number)[:, 0].astype(np.uint32)


# The templates of frames that were sent, by the last word of a record without source, and the size of the id.
_MOST_TEMPLATES = 256


class UniformFrames:
    """Encodes frames that differ in time, id and payload only, and remembers their templates."""

    def __init__(self, allow_fd: bool) -> None:
        self._allow_fd = allow_fd
        self._templates: dict[tuple[int, int], Bytes | None] = {}

    def encode(self, batch: FrameBatch) -> Bytes | None:
        """The datagrams, uint8 (n, size), byte for byte as stock peers encode them.

        None if the frames differ more, or if one may be invalid: what encodes them then finds the reason.
        """
        records = batch.records
        if not records.flags.c_contiguous:
            return None
        words = words_of(records)
        last = words[:, _LAST] & _NOT_SOURCE
        first = last[0]
        if not (last == first).all():
            return None
        ids = records["arbitration_id"]
        lowest, highest = int(np.minimum.reduce(ids)), int(np.maximum.reduce(ids))
        id_width = _width_of(lowest)
        if id_width != _width_of(highest):
            return None
        key = int(first), id_width
        if key not in self._templates:
            self._keep(key, batch)
        template = self._templates[key]
        limit = MAX_EXTENDED_ID if int(first) & bits.EXTENDED else MAX_STANDARD_ID
        times = records["timestamp_ns"]
        if template is None or highest > limit or int(np.minimum.reduce(times)) < 0:
            return None
        return self._fill(template, batch, id_width)

    def _keep(self, key: tuple[int, int], batch: FrameBatch) -> None:
        """Make a template of the first frame, or None for one that is not valid or has an unusual layout."""
        if len(self._templates) >= _MOST_TEMPLATES:
            self._templates.clear()
        _number, flags, channel, dlc, data, _time = batch.plain_frame(0)
        flags &= ~bits.TX
        usual = not flags & bits.REMOTE and (channel is None or channel < 0x80)
        if not usual or (flags & bits.FD and not self._allow_fd):
            self._templates[key] = None
            return
        problem = frame_problem(0, flags, dlc, len(data))
        frame = WireFrame(SMALLEST_ID[key[1]], flags, channel, dlc, bytes(len(data)))
        self._templates[key] = None if problem else np.frombuffer(encode(frame), dtype=np.uint8)

    def _fill(self, template: Bytes, batch: FrameBatch, id_width: int) -> Bytes:
        cells = np.empty((len(batch), len(template)), dtype=np.uint8)
        cells[:] = template
        times = batch.records["timestamp_ns"]
        if times.any():
            cells[:, TIME_AT : TIME_AT + 8] = big_endian(times / NS_PER_SECOND, ">f8")
        write_ids(batch.records["arbitration_id"], id_width, cells)
        start, length = head_of(id_width).part.size, int(batch.records["length"][0])
        if length <= INLINE_BYTES:
            cells[:, start : start + length] = batch.records["data"][:, :length]
        else:
            cells[:, start : start + length] = batch.payload_matrix(length)
        return cells


def _width_of(arbitration_id: int) -> int:
    """The size of an id in a datagram, in bytes."""
    if arbitration_id < 0x100:
        return 1 if arbitration_id < 0x80 else 2
    return 3 if arbitration_id < 0x10000 else 5


def write_ids(ids: npt.NDArray[np.uint32], id_width: int, cells: Bytes) -> None:
    """Write ids of one size into datagrams, whose other bytes of the id are there already."""
    if id_width <= 2:
        cells[:, ID_AT + id_width - 1] = ids
    else:
        cells[:, ID_AT + 1 : ID_AT + id_width] = big_endian(ids, ">u2" if id_width == 3 else ">u4")


def big_endian(numbers: npt.NDArray[Any], form: str) -> Bytes:
    """Numbers as bytes, uint8 (n, size)."""
    return numbers.astype(form).view(np.uint8).reshape(len(numbers), -1)
