"""python-can's CSV: timestamp,arbitration_id,extended,remote,error,dlc,data with data in base64."""

from __future__ import annotations

from base64 import b64decode, b64encode
from collections.abc import Hashable

import numpy as np

from canmcast_gui.frames import INLINE_BYTES, Flag, FrameBatch, bits
from canmcast_gui.frames.arrays import Bytes, Mask, Offsets
from canmcast_gui.logfile.text.lines import Layouts, Lines
from canmcast_gui.logfile.text.numbers import parse_hex, parse_seconds
from canmcast_gui.logfile.text.packed_digits import (
    PackedText,
    format_fixed,
    format_hex,
    pack_texts,
    page,
    unpack_text,
)
from canmcast_gui.logfile.text.payloads import Payloads, batch_from
from canmcast_gui.logfile.text.rows import Row, parse_dlc, parse_int, parse_seconds_ns
from canmcast_gui.logfile.text.sink import TextSink

_CELLS = 7

# The digits of base64, and their values; eight bytes take twelve digits.
_LETTERS = np.frombuffer(b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/", dtype=np.uint8)
_LONGEST = 12
_BAD = 0xFF
_SIX_BITS = np.full(256, _BAD, dtype=np.uint8)
_SIX_BITS[_LETTERS] = np.arange(64)

# Which of twelve digits belong to the first 0 to 12.
_INSIDE = np.arange(_LONGEST) < np.arange(_LONGEST + 1)[:, None]


class CsvParser:
    """Parses the lines of one file, which has no channels and directions: channels are 0, frames are Rx."""

    start_ns = 0

    @property
    def state(self) -> Hashable:
        """Lines do not change how others are read."""
        return None

    def columns(self, lines: Lines) -> list[tuple[Offsets, FrameBatch]]:
        """The frames in lines of the usual form."""
        return _frames(lines)

    def parse(self, line: str) -> Row | None:
        """The frame in a line."""
        if not line or line.startswith("timestamp,"):
            return None
        cells = line.split(",")
        if len(cells) != _CELLS:
            raise ValueError(f"{len(cells)} instead of {_CELLS} cells")
        time, number, extended, remote, error, dlc, data = cells
        flags = bits.EXTENDED if extended == "1" else 0
        flags |= bits.REMOTE if remote == "1" else 0
        flags |= bits.ERROR if error == "1" else 0
        code = parse_dlc(dlc, 10) if remote == "1" else None
        return Row(parse_seconds_ns(time), parse_int(number, "id", 16), flags, 0, _payload(data), code)


def _payload(data: str) -> bytes:
    try:
        return b64decode(data, validate=True)
    except ValueError:
        raise ValueError(f"invalid base64 {data!r}") from None


def _frames(lines: Lines) -> list[tuple[Offsets, FrameBatch]]:
    """The data frames in lines of the usual form: time, id with 0x, three flags, DLC, data in base64."""
    text = lines.text
    found = Layouts(lines, np.flatnonzero(lines.plain), 6, comma=True)
    times, good = parse_seconds(lines, found.start(0), found.end(0))
    good &= found.without_empty_cells()
    number = found.start(1)
    good &= (text[number] == ord("0")) & (text[number + 1] == ord("x"))
    ids, id_good = parse_hex(lines, found.end(1), found.size(1) - 2)
    good &= id_good
    flags = np.zeros(len(found), dtype=np.int64)
    for word, flag in ((2, bits.EXTENDED), (3, bits.REMOTE), (4, bits.ERROR)):
        switch = text[found.start(word)]
        good &= ((switch | 1) == ord("1")) & (found.size(word) == 1)
        flags |= flag * (switch == ord("1"))
    good &= flags & bits.REMOTE == 0
    start = found.end(5) + 1
    content = _payloads(lines, start, lines.ends[found.rows] - start, good)
    good &= content.good
    batch = batch_from(times, ids, flags, 0, content)
    return [(found.rows, batch) if good.all() else (found.rows[good], batch[good])]


def _payloads(lines: Lines, starts: Offsets, sizes: Offsets, good: Mask) -> Payloads:
    """Payloads of up to 8 bytes in base64."""
    text = lines.text
    good = good & (sizes >= 0) & (sizes <= _LONGEST) & (sizes & 3 == 0)
    ends = starts + sizes
    padding = (text[ends - 1] == ord("=")) * (1 + (text[ends - 2] == ord("=")).astype(np.int64))
    padding[sizes <= 0] = 0
    letters = np.where(good, sizes - padding, 0)
    lengths = letters * 3 // 4
    good &= lengths <= INLINE_BYTES
    values = _SIX_BITS.take(lines.window(starts, _LONGEST))
    inside = _INSIDE[letters]
    good &= ~((values == _BAD) & inside).any(axis=1)
    lengths = np.where(good, lengths, 0)
    data = _bytes_of(values * inside)[:, :INLINE_BYTES] * (np.arange(INLINE_BYTES) < lengths[:, None])
    return Payloads(lengths, data, np.zeros_like(lengths), np.zeros(0, dtype=np.uint8), good)


def _bytes_of(values: Bytes) -> Bytes:
    """Three bytes for each four values of six bits: uint8 (n, 9) from (n, 12)."""
    four = values.view("<u4")
    three = (four & 0x3F) << 18 | (four & 0x3F00) << 4 | (four & 0x3F0000) >> 10 | four >> 24
    found = np.empty((len(values), 9), dtype=np.uint8)
    found[:, 0::3] = three >> 16
    found[:, 1::3] = three >> 8 & 0xFF
    found[:, 2::3] = three & 0xFF
    return found


# -- writing -------------------------------------------------------------------------------------------------

_LINE_FEED = ord("\n")
_BEFORE_ID = int.from_bytes(b",0x", "little")

# By the flags extended, remote and error, which have these bits.
_FLAGS = pack_texts([f",{kind & 1},{kind >> 1 & 1},{kind >> 2}," for kind in range(8)])
_LENGTHS = pack_texts([f"{length}," for length in range(65)])

# Two digits of base64 for 12 bits.
_PAIRS = (
    _LETTERS[np.arange(4096) >> 6].astype(np.uint32) | _LETTERS[np.arange(4096) & 63].astype(np.uint32) << 8
)
# By the number of bytes, 0 to 3, in a group: the mask for four digits, and their padding.
_KEPT = np.array([0, 0x0000FFFF, 0x00FFFFFF, 0xFFFFFFFF], dtype=np.uint32)
_PADDING = np.array([0, 0x3D3D0000, 0x3D000000, 0], dtype=np.uint32)


class CsvSink(TextSink):
    """Writes python-can's CSV."""

    def head(self, start_s: int) -> str:  # noqa: ARG002 - times in it are absolute
        """The names of the columns."""
        return "timestamp,arbitration_id,extended,remote,error,dlc,data\n"

    def lines(self, batch: FrameBatch) -> bytes:
        """Seven cells, the payload in base64."""
        remote = batch.has(Flag.REMOTE)
        kinds = batch.flags & (bits.EXTENDED | bits.REMOTE | bits.ERROR)
        columns = [
            *format_fixed(batch.timestamp_ns, 9),
            _BEFORE_ID,
            *format_hex(batch.arbitration_id.astype(np.int64), lower=True),
            _FLAGS.take(kinds, axis=0),
            _LENGTHS.take(np.where(remote, batch.dlc, batch.length)),
            _base64(batch) if batch.length.max() <= INLINE_BYTES else _long_base64(batch),
            _LINE_FEED,
        ]
        return unpack_text(page(len(batch), columns))


def _base64(batch: FrameBatch) -> PackedText:
    """Payloads of up to 8 bytes in base64, three bytes to four digits."""
    data = np.zeros((len(batch), 9), dtype=np.uint32)
    data[:, :INLINE_BYTES] = batch.data
    threes = data[:, 0::3] << 16 | data[:, 1::3] << 8 | data[:, 2::3]
    letters = _PAIRS.take(threes >> 12) | _PAIRS.take(threes & 0xFFF) << 16
    present = np.clip(batch.length[:, None].astype(np.int64) - np.array([0, 3, 6]), 0, 3)
    packed: PackedText = letters & _KEPT.take(present) | _PADDING.take(present)
    return packed


def _long_base64(batch: FrameBatch) -> PackedText:
    """Payloads of error frames may be longer, which is rare."""
    table = pack_texts([b64encode(batch.payload(row)).decode() for row in range(len(batch))])
    return table.reshape(len(batch), -1)
