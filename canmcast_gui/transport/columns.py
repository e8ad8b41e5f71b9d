"""Many datagrams at once: those of the usual layout as whole columns, by masked comparisons.

Nearly all datagrams of a bus are laid out as stock peers write them: keys in their order, each number in its
smallest form, a channel of one byte. What stands before the payload then has its place by the width of the
id, and what stands behind it by the payload's end; in both, a template and a mask check all the bytes that
never differ, of all rows together. What does not fit is left to the general codec; what fits is decoded as
that would decode it.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, LENGTH_TO_DLC, MAX_PAYLOAD, Flag
from canmcast_gui.frames.batch import Records
from canmcast_gui.transport.codec import WireFrame, encode

Bytes = npt.NDArray[np.uint8]
Numbers = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

# Bytes of a matrix's row: the longest usual datagram has 220.
WIDTH = 256

_TIME_AT = 11
_ID_AT = 35
_NIL = 0xC0
# MessagePack's false and true are 0xC2 and 0xC3.
_TRUTH_MASK = 0xFE

# The bytes that an id takes, by its first one: a number below 128, or a mark before 1, 2 or 4 bytes.
_ID_WIDTH_BY_MARK = np.zeros(256, dtype=np.int64)
_ID_WIDTH_BY_MARK[:0x80] = 1
_ID_WIDTH_BY_MARK[[0xCC, 0xCD, 0xCE]] = (2, 3, 5)
_SMALLEST_ID = {1: 0, 2: 0x80, 3: 0x100, 5: 0x10000}

# Records are moved whole: numpy would move a structured one field by field.
_RAW_RECORD = np.dtype(f"V{FRAME_DTYPE.itemsize}")
_INLINE_MASK = np.arange(INLINE_BYTES) < np.arange(MAX_PAYLOAD + 1)[:, None]
_SWITCHES = np.uint8(Flag.BRS | Flag.ESI)


@dataclass(frozen=True)
class _Part:
    """What stands before or behind a payload: ``size`` bytes, filled up to whole words.

    ``template`` is one text of that many bytes, masked already; as text all rows are compared in one call.
    """

    size: int
    template: npt.NDArray[np.bytes_]
    mask: Bytes

    @classmethod
    def of(cls, sample: bytes, variable: dict[int, int]) -> _Part:
        """From bytes as encoded, and the masks of those that are not constant."""
        width = -(-len(sample) // 8) * 8
        mask = np.zeros(width, dtype=np.uint8)
        mask[: len(sample)] = 0xFF
        mask[list(variable)] = list(variable.values())
        template = np.frombuffer(sample.ljust(width, b"\0"), dtype=np.uint8) & mask
        return cls(len(sample), template.view(f"S{width}"), mask)

    def fits(self, cells: Bytes) -> Mask:
        """Which rows of ``cells``, uint8 (n, width) C-contiguous, have the constant bytes."""
        masked = cells.view(np.uint64) & self.mask.view(np.uint64)
        result: Mask = masked.view(self.template.dtype)[:, 0] == self.template
        return result


@dataclass(frozen=True)
class _Head(_Part):
    """All up to the payload, for one width of id."""

    id_width: int = 0
    flags_at: tuple[int, ...] = ()
    channel_at: int = 0
    dlc_at: int = 0


def _sample(id_width: int) -> bytes:
    return encode(WireFrame(_SMALLEST_ID[id_width], 0, None, 0, b""))


def _value_at(datagram: bytes, key: bytes) -> int:
    """Where the value of ``key`` begins; a key's text comes after a byte that tells its length."""
    return datagram.index(bytes([0xA0 | len(key)]) + key) + 1 + len(key)


@cache
def _head(id_width: int) -> _Head:
    sample = _sample(id_width)
    size = _value_at(sample, b"data") + 2
    channel_at, dlc_at = _value_at(sample, b"channel"), _value_at(sample, b"dlc")
    extended_at, error_at = _value_at(sample, b"is_extended_id"), _value_at(sample, b"is_error_frame")
    # The byte that says "remote" is constant: a remote frame's DLC is no length, so it is not decoded here.
    places = [
        *range(_TIME_AT, _TIME_AT + 8),
        *range(_ID_AT + 1, _ID_AT + id_width),
        channel_at,
        dlc_at,
        size - 1,
    ]
    variable = dict.fromkeys(places, 0)
    variable |= {extended_at: _TRUTH_MASK, error_at: _TRUTH_MASK, _ID_AT: 0x80 if id_width == 1 else 0xFF}
    part = _Part.of(sample[:size], variable)
    return _Head(part.size, part.template, part.mask, id_width, (extended_at, error_at), channel_at, dlc_at)


def _tail() -> tuple[_Part, list[int]]:
    sample = _sample(1)
    behind = sample[_value_at(sample, b"data") + 2 :]
    places = [_value_at(behind, key) for key in (b"is_fd", b"bitrate_switch", b"error_state_indicator")]
    return _Part.of(behind, dict.fromkeys(places, _TRUTH_MASK)), places


_TAIL, _TAIL_FLAGS_AT = _tail()


def decode_columns(matrix: Bytes, sizes: Numbers, records: Records) -> tuple[Mask, Bytes]:
    """Decode the datagrams of the usual layout among n.

    ``matrix`` uint8 (n, WIDTH) C-contiguous, one datagram a row, of which ``sizes`` int64 (n,) bytes count;
    ``records`` (n,) of FRAME_DTYPE gets the columns id, flags, channel, dlc, length, data and payload_offset.
    Returns which rows were decoded, bool (n,), and the heap for payloads longer than 8. Rows that were not
    decoded hold nothing of use.
    """
    done = np.zeros(len(matrix), dtype=np.bool_)
    heap: list[Bytes] = []
    id_widths = _ID_WIDTH_BY_MARK[matrix[:, _ID_AT]]
    for id_width in np.flatnonzero(np.bincount(id_widths)).tolist():
        if id_width:
            rows = np.flatnonzero(id_widths == id_width)
            part = np.zeros(len(rows), dtype=FRAME_DTYPE)
            done[rows] = _decode_part(matrix[rows], sizes[rows], _head(id_width), part, heap)
            records.view(_RAW_RECORD)[rows] = part.view(_RAW_RECORD)
    return done, np.concatenate(heap) if heap else np.zeros(0, dtype=np.uint8)


def _decode_part(cells: Bytes, sizes: Numbers, head: _Head, records: Records, heap: list[Bytes]) -> Mask:
    """Decode rows whose ids have one width; payloads longer than 8 are appended to ``heap``."""
    lengths = cells[:, head.size - 1]
    bounded = np.minimum(lengths, MAX_PAYLOAD)
    tails = _slices(cells, head.size + bounded.astype(np.int64), len(_TAIL.mask))
    ids = _read_ids(cells, head.id_width)
    channel = cells[:, head.channel_at]
    extended, error = (cells[:, at] & 1 for at in head.flags_at)
    fd, brs, esi = (tails[:, at] & 1 for at in _TAIL_FLAGS_AT)
    flags = extended | error << 2 | fd << 3 | brs << 4 | esi << 5
    fits = head.fits(np.ascontiguousarray(cells[:, : len(head.mask)])) & _TAIL.fits(tails)
    fits &= (cells[:, head.dlc_at] == lengths) & (sizes == head.size + _TAIL.size + lengths.astype(np.int64))
    fits &= ids <= np.where(extended, np.uint32(0x1FFFFFFF), np.uint32(0x7FF))
    fits &= (channel < 0x80) | (channel == _NIL)
    fits &= np.where(fd, lengths <= MAX_PAYLOAD, (lengths <= INLINE_BYTES) & (flags & _SWITCHES == 0))
    records["arbitration_id"] = ids
    records["flags"] = flags
    records["channel"] = np.where(channel == _NIL, 0, channel + 1)
    records["length"] = bounded
    records["dlc"] = LENGTH_TO_DLC[bounded]
    records["data"] = cells[:, head.size : head.size + INLINE_BYTES] * _INLINE_MASK[bounded]
    if bounded.max() > INLINE_BYTES:
        _collect_long_payloads(cells, head.size, np.where(fits, bounded, 0), records, heap)
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


def _slices(cells: Bytes, starts: Numbers, width: int) -> Bytes:
    """``width`` bytes of each row from a place of its own, uint8 (n, width)."""
    windows = np.ndarray((cells.size - width + 1,), dtype=f"V{width}", buffer=cells, strides=(1,))
    slices: Bytes = windows[np.arange(len(cells)) * WIDTH + starts].view(np.uint8)
    return slices.reshape(-1, width)


def _read_ids(cells: Bytes, id_width: int) -> npt.NDArray[np.uint32]:
    if id_width <= 2:
        return cells[:, _ID_AT + id_width - 1].astype(np.uint32)
    number = ">u2" if id_width == 3 else ">u4"
    raw = np.ascontiguousarray(cells[:, _ID_AT + 1 : _ID_AT + id_width])
    return raw.view(number)[:, 0].astype(np.uint32)
