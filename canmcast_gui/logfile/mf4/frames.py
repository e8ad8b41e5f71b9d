"""Converts records to frames as columns; finds payloads that are not in the records."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import (
    DLC_TO_LENGTH,
    FRAME_DTYPE,
    INLINE_BYTES,
    LENGTH_TO_DLC,
    MAX_PAYLOAD,
    FrameBatch,
    bits,
)
from canmcast_gui.frames.arrays import Bytes, Column, Offsets
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.mf4.groups import ERROR, REMOTE, Field, Group
from canmcast_gui.logfile.mf4.records import SLACK, Piece
from canmcast_gui.logfile.payloads import PayloadHeap, set_payloads
from canmcast_gui.logfile.times import TIME_LIMIT_NS

_EXTENDED_BIT = 31
_HIGHEST_NUMBER = 0xFFFFFFFF
_FLAGS = (("EDL", bits.FD), ("BRS", bits.BRS), ("ESI", bits.ESI), ("Dir", bits.TX), ("IDE", bits.EXTENDED))


def times_of(group: Group, rows: Bytes) -> npt.NDArray[np.int64]:
    """Nanoseconds since the start of the file; TIME_LIMIT_NS for invalid times."""
    assert group.time is not None
    raw = group.time.raw(rows)
    factor = group.time.conversion.factor * NS_PER_SECOND
    step = round(factor)
    is_exact = step > 0 and abs(factor / step - 1) < 1e-9 and group.time.conversion.offset == 0
    if is_exact and raw.dtype.kind in "ui":
        most = TIME_LIMIT_NS // step
        wide = np.minimum(raw, most).astype(np.int64)
        return np.maximum(wide, -most) * step
    with np.errstate(all="ignore"):
        times = raw * factor + group.time.conversion.offset * NS_PER_SECOND
        valid = np.abs(times) < TIME_LIMIT_NS
        return np.rint(np.where(valid, times, TIME_LIMIT_NS)).astype(np.int64)


def records_of(group: Group, rows: Bytes) -> Column:
    """The records of frames without payloads, whose ``length`` is set."""
    records = np.zeros(len(rows), dtype=FRAME_DTYPE)
    records["timestamp_ns"] = times_of(group, rows)
    ids = _numbers(group, "ID", rows)
    if highest := int(ids.max(initial=0)) >> _EXTENDED_BIT:
        ids = np.minimum(ids.astype(np.uint64), _HIGHEST_NUMBER).astype(np.int64)
    records["arbitration_id"] = ids & 0x7FFFFFFF
    records["flags"] = {REMOTE: bits.REMOTE, ERROR: bits.ERROR}.get(group.event, 0)
    for name, bit in _FLAGS:
        if name in group.fields:
            records["flags"] |= np.where(_is_set(group.fields[name], rows), np.uint16(bit), np.uint16(0))
    if highest:
        records["flags"] |= (ids >> _EXTENDED_BIT & 1).astype(np.uint16)
    channels = _numbers(group, "BusChannel", rows)
    records["channel"] = np.where(channels <= 255, channels, 0)
    _set_lengths(group, rows, records)
    return records


def _set_lengths(group: Group, rows: Bytes, records: Column) -> None:
    codes = np.minimum(_numbers(group, "DLC", rows), 15).astype(np.uint8)
    if group.event == REMOTE:
        records["dlc"] = codes
        return
    if "DataLength" in group.fields:
        lengths = np.minimum(_numbers(group, "DataLength", rows), MAX_PAYLOAD).astype(np.uint8)
    else:
        classic = (records["flags"] & bits.FD) == 0
        lengths = np.where(classic, np.minimum(codes, INLINE_BYTES), DLC_TO_LENGTH[codes])
    if "DataBytes" not in group.fields:
        lengths = np.zeros_like(lengths)
    records["length"] = lengths
    records["dlc"] = codes if "DLC" in group.fields else LENGTH_TO_DLC[lengths]


def _numbers(group: Group, name: str, rows: Bytes) -> Column:
    """The values of a field as non-negative integers; zeros where the group has no such field."""
    if name not in group.fields:
        return np.zeros(len(rows), dtype=np.int64)
    values: Column = group.fields[name].values(rows)
    if values.dtype.kind in "ui":
        whole: Column = values
        return whole
    if values.dtype.kind != "f":
        return np.zeros(len(rows), dtype=np.int64)
    numbers: Column = np.clip(np.nan_to_num(values), 0, 2**32).astype(np.int64)
    return numbers


def _is_set(field: Field, rows: Bytes) -> Column:
    values = field.values(rows)
    if values.dtype.kind == "S":  # a direction as text
        return np.char.startswith(values, b"T")
    return np.asarray(values != 0)


def batch_of_records(records: Column, content: Bytes, offsets: Column, room: Column) -> FrameBatch:
    """Frames with payloads from ``content``, given the position of each payload there."""
    heap = PayloadHeap()
    set_payloads(content, offsets, room, records, heap)
    return FrameBatch(records, heap.joined())


_LENGTH_BYTES = 4
# The payloads of the frames in one piece have some megabytes; larger distances are damage.
_MOST_AT_ONCE = 32 << 20
_NOTHING = np.zeros(0, dtype=np.int64)


class VariableRecords:
    """Payloads that are records of another group in the stream of the frames.

    A frame has the position of its payload among the lengths and bytes of that group; in an incomplete file
    (``by_order``) the nth payload belongs to the nth frame. The payloads of two pieces are kept, as a frame
    and its payload may be in different pieces.
    """

    def __init__(self, by_order: bool) -> None:
        self._by_order = by_order
        self._content = np.zeros(SLACK, dtype=np.uint8)
        self._keys = self._starts = self._lengths = _NOTHING
        self._newest = (0, 0)
        self._next = 0
        self._keys_given = 0

    def add(self, piece: Piece, number: int) -> None:
        """Add the payloads of a piece of the stream."""
        starts = piece.starts.get(number, _NOTHING)
        lengths = _lengths(piece.content, starts)
        steps = np.ones_like(lengths) if self._by_order else lengths + _LENGTH_BYTES
        keys = np.cumsum(steps) - steps + self._next
        self._next += int(steps.sum())
        # Payloads of the piece before the last one are not needed any longer.
        row, position = self._newest
        old = self._content[position : len(self._content) - SLACK]
        self._keys = np.concatenate([self._keys[row:], keys])
        self._starts = np.concatenate([self._starts[row:] - position, starts + _LENGTH_BYTES + len(old)])
        self._lengths = np.concatenate([self._lengths[row:], lengths])
        self._content = np.concatenate([old, piece.content])
        self._newest = (len(self._keys) - len(keys), len(old))

    def keys(self, values: Offsets) -> Offsets:
        """The keys for find() of frames with these values."""
        if not self._by_order:
            return values
        self._keys_given += len(values)
        return np.arange(self._keys_given - len(values), self._keys_given, dtype=np.int64)

    def find(self, keys: Offsets) -> tuple[Bytes, Offsets, Offsets, npt.NDArray[np.bool_]]:
        """The bytes with the payloads, where each starts, its length, and which were found."""
        if not len(self._keys):
            nowhere = np.zeros(len(keys), dtype=np.int64)
            return self._content, nowhere, nowhere, np.zeros(len(keys), dtype=np.bool_)
        rows = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return self._content, self._starts[rows], self._lengths[rows], self._keys[rows] == keys

    def are_later(self, keys: Offsets) -> npt.NDArray[np.bool_]:
        """Which payloads are in pieces that were not read yet."""
        later: npt.NDArray[np.bool_] = keys >= self._next
        return later


class SignalData:
    """Payloads in another stream, mostly in the order of their frames."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._content = np.zeros(SLACK, dtype=np.uint8)
        self._base = 0

    def find(self, keys: Offsets) -> tuple[Bytes, Offsets, Offsets, npt.NDArray[np.bool_]]:
        """The bytes with the payloads, where each starts, its length, and which were found."""
        if len(keys):
            first = int(keys.min())
            self._read(first, min(int(keys.max()) + _LENGTH_BYTES + MAX_PAYLOAD, first + _MOST_AT_ONCE))
        held = len(self._content) - SLACK
        starts = keys - self._base
        found = (starts >= 0) & (starts <= held - _LENGTH_BYTES)
        starts = np.where(found, starts, 0)
        lengths = _lengths(self._content, starts)
        found &= starts + _LENGTH_BYTES + lengths <= held
        return self._content, starts + _LENGTH_BYTES, lengths, found

    def _read(self, first: int, end: int) -> None:
        drop = min(max(0, first - self._base), len(self._content) - SLACK)
        parts = [self._content[drop : len(self._content) - SLACK]]
        self._base += drop
        size = len(parts[0])
        while self._base + size < end:
            piece = next(self._pieces, None)
            if piece is None:
                break
            parts.append(np.frombuffer(piece, np.uint8))
            size += len(piece)
            if self._base + size < first:
                self._base += size
                parts, size = [], 0
        self._content = np.concatenate([*parts, np.zeros(SLACK, dtype=np.uint8)])


def _lengths(content: Bytes, starts: Offsets) -> Offsets:
    if not len(starts):
        return _NOTHING
    lengths: Offsets = content[starts[:, None] + np.arange(_LENGTH_BYTES)].view("<u4")[:, 0].astype(np.int64)
    return lengths
