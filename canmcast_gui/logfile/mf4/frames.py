"""Frames out of records, by columns."""

from __future__ import annotations

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
from canmcast_gui.frames.arrays import Bytes, Column
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.mf4.fields import Field
from canmcast_gui.logfile.mf4.groups import ERROR, REMOTE, Group
from canmcast_gui.logfile.payloads import Heap, set_payloads
from canmcast_gui.logfile.times import LONGEST_TIME_NS

_EXTENDED_BIT = 31
_HIGHEST_NUMBER = 0xFFFFFFFF
_FLAGS = (("EDL", bits.FD), ("BRS", bits.BRS), ("ESI", bits.ESI), ("Dir", bits.TX), ("IDE", bits.EXTENDED))


def times_of(group: Group, rows: Bytes) -> npt.NDArray[np.int64]:
    """Nanoseconds since the file's start; LONGEST_TIME_NS where it is none."""
    assert group.time is not None
    raw = group.time.raw(rows)
    factor = group.time.conversion.factor * NS_PER_SECOND
    step = round(factor)
    exact = step > 0 and abs(factor / step - 1) < 1e-9 and group.time.conversion.offset == 0
    if exact and raw.dtype.kind in "ui":
        most = LONGEST_TIME_NS // step
        wide = np.minimum(raw, most).astype(np.int64)
        return np.maximum(wide, -most) * step
    with np.errstate(all="ignore"):
        times = raw * factor + group.time.conversion.offset * NS_PER_SECOND
        sound = np.abs(times) < LONGEST_TIME_NS
        return np.rint(np.where(sound, times, LONGEST_TIME_NS)).astype(np.int64)


def records_of(group: Group, rows: Bytes) -> Column:
    """The records of frames, all but their payloads; ``length`` is what they say of these."""
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
    """What a field says as whole numbers from 0; zeros where the group has no such field."""
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
    if values.dtype.kind == "S":  # a direction in words
        return np.char.startswith(values, b"T")
    return np.asarray(values != 0)


def batch_of_records(records: Column, content: Bytes, places: Column, room: Column) -> FrameBatch:
    """Frames, given where in some bytes the payload of each one stands."""
    heap = Heap()
    set_payloads(content, places, room, records, heap)
    return FrameBatch(records, heap.joined())
