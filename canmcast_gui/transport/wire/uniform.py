"""Decode and encode frames that differ in time, id and payload only: in a fraction of the time of others.

Traffic of one sender often consists of such frames, and small batches even more often. All but those three
parts is compared, or written, as one piece for all frames, instead of field by field.
"""

from __future__ import annotations

import sys
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
_SOURCE_SHIFT = 16
_NOT_SOURCE = ~np.uint64(0xFFFF << _SOURCE_SHIFT)
_OFFSET_SHIFT = np.uint64(32)
_SHORT_CHANNELS = range(0x80)
_NO_HEAP = np.zeros(0, dtype=np.uint8)


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
        self._size_bytes = size.to_bytes(8, sys.byteorder)
        self.is_fd = bool(flags & bits.FD)
        self._highest = MAX_EXTENDED_ID if flags & bits.EXTENDED else MAX_STANDARD_ID
        mask = np.zeros(WIDTH, dtype=np.uint8)
        mask[:size] = 0xFF
        mask[TIME_AT : TIME_AT + 8] = mask[ID_AT + 1 : ID_AT + id_width] = mask[start : start + length] = 0
        if id_width == 1:
            mask[ID_AT] = 0x80
        words = -(-size // 8)
        self._mask = mask.view(np.uint64)[:words]
        self._constant = (row.view(np.uint64)[:words] & self._mask).tobytes()
        known = np.array([record], dtype=FRAME_DTYPE)
        known["flags"] = flags
        known["source"] = 0
        self._last = int(words_of(known)[0, _LAST])
        self._data_mask = np.uint64((1 << 8 * min(length, INLINE_BYTES)) - 1)

    def fits(self, matrix: Bytes, sizes: Numbers) -> bool:
        """Whether all of n datagrams are so: ``matrix`` uint8 (n, WIDTH) C-contiguous, ``sizes`` (n,) int64.

        Bytes are compared in a third of the time that numpy takes for so few numbers.
        """
        count = len(matrix)
        if sizes.tobytes() != self._size_bytes * count:
            return False
        words = matrix.view(np.uint64)[:, : len(self._mask)]
        if (words & self._mask).tobytes() != self._constant * count:
            return False
        return self._id_width <= 2 or bool(read_ids(matrix, self._id_width).max() <= self._highest)

    def decode(self, matrix: Bytes, timestamps: Numbers, source: int, flags: int) -> tuple[Records, Bytes]:
        """The records and the heap of datagrams that fit, with one source and further flags for all."""
        count, start = len(matrix), self._start
        records = np.empty(count, dtype=FRAME_DTYPE)
        words = words_of(records)
        words[:, 0] = timestamps
        data = matrix[:, start : start + INLINE_BYTES].view(np.uint64)[:, 0]
        if self._length >= INLINE_BYTES:
            words[:, 1] = data
        else:
            np.bitwise_and(data, self._data_mask, out=words[:, 1])
        words[:, 2] = read_ids(matrix, self._id_width)
        words[:, _LAST] = self._last | source << _SOURCE_SHIFT | flags
        if self._length <= INLINE_BYTES:
            return records, _NO_HEAP
        words[:, 2] |= np.arange(count, dtype=np.uint64) * np.uint64(self._length) << _OFFSET_SHIFT
        return records, matrix[:, start : start + self._length].ravel()


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


def read_ids(cells: Bytes, id_width: int) -> npt.NDArray[Any]:
    """The ids of datagrams, whose size in bytes is the same in all rows of ``cells``; shares its memory."""
    if id_width <= 2:
        return cells[:, ID_AT + id_width - 1]
    return cells[:, ID_AT + 1 : ID_AT + id_width].view(">u2" if id_width == 3 else ">u4")[:, 0]


# The templates of frames that were sent, by the last word of a record without source, and the size of the id.
_MOST_TEMPLATES = 256
# The sign of a time, in an unsigned number.
_BEFORE_1970 = 1 << 63


class _Template:
    """The datagram of such frames, and where their times, ids and payloads are in it."""

    def __init__(self, datagram: bytes, id_width: int, length: int, highest_id: int) -> None:
        self._datagram = datagram
        self._payload_at = payload_at = head_of(id_width).part.size
        self._length = length
        self.highest_id = highest_id
        id_at, id_type = (ID_AT + id_width - 1, "u1") if id_width <= 2 else (ID_AT + 1, f">u{id_width - 1}")
        fields = {"time": (">f8", TIME_AT), "id": (id_type, id_at)}
        if length == INLINE_BYTES:
            fields["data"] = ("u8", payload_at)
        formats, offsets = zip(*fields.values(), strict=True)
        self._dtype = np.dtype(
            {
                "names": list(fields),
                "formats": list(formats),
                "offsets": list(offsets),
                "itemsize": len(datagram),
            }
        )

    def fill(self, batch: FrameBatch, words: npt.NDArray[np.uint64], has_times: bool) -> Bytes:
        """The datagrams of n frames, uint8 (n, size); ``words`` are those of the records."""
        size = len(self._datagram)
        rows = np.frombuffer(bytearray(self._datagram) * len(batch), dtype=self._dtype)
        cells = rows.view(np.uint8).reshape(-1, size)
        if has_times:
            rows["time"] = batch.timestamp_ns / NS_PER_SECOND
        rows["id"] = batch.arbitration_id
        start, length = self._payload_at, self._length
        if length == INLINE_BYTES:
            rows["data"] = words[:, 1]
        elif length < INLINE_BYTES:
            cells[:, start : start + length] = batch.data[:, :length]
        else:
            cells[:, start : start + length] = batch.payload_matrix(length)
        return cells


class UniformFrames:
    """Encodes frames that differ in time, id and payload only, and remembers their templates."""

    def __init__(self, allow_fd: bool) -> None:
        self._allow_fd = allow_fd
        self._templates: dict[tuple[int, int], _Template | None] = {}

    def encode(self, batch: FrameBatch) -> Bytes | None:
        """The datagrams, uint8 (n, size), byte for byte as stock peers encode them.

        None if the frames differ more, or if one may be invalid: what encodes them then finds the reason.
        """
        records = batch.records
        if not records.flags.c_contiguous:
            return None
        words = words_of(records)
        last = words[:, _LAST] & _NOT_SOURCE
        first = int(last[0])
        if last.tobytes() != first.to_bytes(8, sys.byteorder) * len(last):
            return None
        ids = batch.arbitration_id
        highest = int(np.maximum.reduce(ids))
        id_width = _width_of(highest)
        if id_width > 1 and id_width != _width_of(int(np.minimum.reduce(ids))):
            return None
        key = first, id_width
        if key not in self._templates:
            self._keep(key, batch)
        template = self._templates[key]
        latest = int(np.maximum.reduce(words[:, 0]))  # of unsigned numbers: those before 1970 are large
        if template is None or highest > template.highest_id or latest >= _BEFORE_1970:
            return None
        return template.fill(batch, words, latest > 0)

    def _keep(self, key: tuple[int, int], batch: FrameBatch) -> None:
        """Make a template of the first frame, or None for one that is not valid or has an unusual layout."""
        if len(self._templates) >= _MOST_TEMPLATES:
            self._templates.clear()
        _number, flags, channel, dlc, data, _time = batch.plain_frame(0)
        flags &= ~bits.TX
        usual = not flags & bits.REMOTE and (channel is None or channel < 0x80)
        if not usual or (flags & bits.FD and not self._allow_fd) or frame_problem(0, flags, dlc, len(data)):
            self._templates[key] = None
            return
        frame = WireFrame(SMALLEST_ID[key[1]], flags, channel, dlc, bytes(len(data)))
        highest = MAX_EXTENDED_ID if flags & bits.EXTENDED else MAX_STANDARD_ID
        self._templates[key] = _Template(encode(frame), key[1], len(data), highest)


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
