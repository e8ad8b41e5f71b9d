"""Frames from BLF objects as columns: all objects of a type are one array of structures.

Layouts from vector_blf (CanMessage.h, CanFdMessage.h, CanFdMessage64.h, CanErrorFrame.h, …); offsets count
from the body of the object, which starts after its header.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any

import numpy as np

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, LENGTH_TO_DLC, MAX_PAYLOAD, FrameBatch, bits
from canmcast_gui.frames.arrays import Bytes, Column
from canmcast_gui.logfile.blf import layout
from canmcast_gui.logfile.blf.objects import Chain
from canmcast_gui.logfile.payloads import PayloadHeap, set_payloads
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.times import TIME_LIMIT_NS

# Bytes after the last object of a stream: the fields of an object that is too short are read from there.
SLACK = 512

_HEAD = [("unit", "<u4", 16), ("time", "<u8", 24)]

Fill = Callable[[Column, Column], None]


@dataclass(frozen=True)
class Kind:
    """How one type of object is read.

    ``least`` is the minimum size of its body, ``fields`` are (name, format, offset in the body), ``payload``
    is the offset of the payload; ``fill`` sets the records except payloads. ``end`` is the name of a field
    that may limit the payload bytes in an object.
    """

    least: int
    payload: int
    fields: Sequence[tuple[str, str, int]]
    fill: Fill
    end: str = ""


def frames_of(content: Bytes, chain: Chain, problems: Problems) -> tuple[FrameBatch, Column]:
    """The frames among objects, with times since the start of the file; and the indices of these objects.

    ``content`` is the stream with SLACK bytes after it. Objects that are too short or have a timestamp out of
    range are added to the problems.
    """
    which = _sound(chain, problems)
    chosen = chain if len(which) == len(chain.starts) else chain.take(which)
    records = np.zeros(len(which), dtype=FRAME_DTYPE)
    heap = PayloadHeap()
    for kind, header in _groups(chosen):
        rows = None
        part, records_part = chosen, records
        if len(kind_rows := _rows(chosen, kind, header)) < len(which):
            rows = kind_rows
            part, records_part = chosen.take(rows), np.zeros(len(rows), dtype=FRAME_DTYPE)
        _fill(content, part, KINDS[kind], header, records_part, heap)
        if rows is not None:
            records[rows] = records_part
    batch = FrameBatch(records, heap.joined())
    valid = batch.timestamp_ns < TIME_LIMIT_NS // 10_000 * 10_000
    if valid.all():
        return batch, which
    _report(chosen.starts[~valid], "an object with a timestamp out of range", problems)
    return batch[valid], which[valid]


def _groups(chain: Chain) -> list[tuple[int, int]]:
    if not len(chain.starts):
        return []
    first = (int(chain.kinds[0]), int(chain.headers[0]))
    if (chain.kinds == first[0]).all() and (chain.headers == first[1]).all():
        return [first]
    keys = np.unique(chain.kinds.astype(np.int64) << 16 | chain.headers)
    return [(int(key) >> 16, int(key) & 0xFFFF) for key in keys]


def _rows(chain: Chain, kind: int, header: int) -> Column:
    return np.flatnonzero((chain.kinds == kind) & (chain.headers == header))


def _sound(chain: Chain, problems: Problems) -> Column:
    """The indices of the objects that are frames and can be read."""
    least = np.full(256, -1, dtype=np.int64)
    for number, kind in KINDS.items():
        least[number] = kind.least
    needed = least[np.minimum(chain.kinds, 255)]
    frames = needed >= 0
    whole = frames & (chain.headers >= layout.HEADER_BYTES) & (chain.headers + needed <= chain.sizes)
    _report(chain.starts[frames & ~whole], "an object that is too short for its type", problems)
    return np.flatnonzero(whole)


def _report(positions: Column, what: str, problems: Problems) -> None:
    problems.add_all(positions, what, len(positions), "inflated byte")


def _fill(content: Bytes, chain: Chain, kind: Kind, header: int, records: Column, heap: PayloadHeap) -> None:
    objects = _objects(content, chain.starts, kind, header)
    ticks = objects["time"]
    coarse = objects["unit"] == layout.TEN_MICROSECONDS
    if coarse.any():
        most = np.uint64(TIME_LIMIT_NS // 10_000)
        ticks = np.where(coarse, np.minimum(ticks, most) * np.uint64(10_000), ticks)
    records["timestamp_ns"] = np.minimum(ticks, np.uint64(TIME_LIMIT_NS))
    kind.fill(objects, records)
    ends = chain.sizes
    if kind.end:
        ends = np.where(objects[kind.end] > 0, np.minimum(ends, objects[kind.end]), ends)
    room = ends - header - kind.payload
    set_payloads(content, chain.starts + header + kind.payload, room, records, heap)


@cache
def _structure(kind: Kind, header: int) -> np.dtype[Any]:
    fields = [*_HEAD, *((name, form, header + offset) for name, form, offset in kind.fields)]
    names, formats, offsets = zip(*fields, strict=True)
    return np.dtype(
        {"names": names, "formats": formats, "offsets": offsets, "itemsize": header + kind.payload}
    )


def _objects(content: Bytes, starts: Column, kind: Kind, header: int) -> Column:
    """Objects as an array of structures; a view where they are evenly spaced, as in most files."""
    structure = _structure(kind, header)
    steps = np.diff(starts)
    if len(steps) and steps[0] >= structure.itemsize and (steps == steps[0]).all():
        return np.ndarray((len(starts),), structure, content, int(starts[0]), (int(steps[0]),))
    every: Column = np.ndarray(
        (len(content) - structure.itemsize + 1,), f"V{structure.itemsize}", content, strides=(1,)
    )
    copied: Column = every[starts].view(structure)
    return copied


# -- types of objects ------------------------------------------------------------------------------------


def _set_id(records: Column, number: Column) -> None:
    records["arbitration_id"] = number & 0x7FFFFFFF
    # Bit 31 is that of extended ids, in flags bit 0.
    records["flags"] = number >> np.uint32(31)


def _set_channel(records: Column, channel: Column) -> None:
    records["channel"] = channel if channel.itemsize == 1 else np.where(channel <= 255, channel, 0)


def _set_flag(records: Column, which: Column, bit: int) -> None:
    if which.any():
        records["flags"] |= np.where(which, np.uint16(bit), np.uint16(0))


def _message(objects: Column, records: Column) -> None:
    flags = objects["flags"]
    _set_channel(records, objects["channel"])
    _set_id(records, objects["id"])
    _set_flag(records, flags & layout.TX_BIT, bits.TX)
    codes = np.minimum(objects["dlc"], 15)
    records["dlc"] = codes
    remote = flags & layout.REMOTE_BIT
    records["length"] = np.minimum(codes, INLINE_BYTES)
    if remote.any():
        _set_flag(records, remote, bits.REMOTE)
        records["length"][remote != 0] = 0


def _error(objects: Column, records: Column) -> None:
    _set_channel(records, objects["channel"])
    records["flags"] = bits.ERROR


def _error_ext(objects: Column, records: Column) -> None:
    _set_channel(records, objects["channel"])
    _set_id(records, objects["id"])
    records["flags"] |= np.uint16(bits.ERROR)
    records["length"] = np.minimum(objects["dlc"], INLINE_BYTES)
    records["dlc"] = records["length"]


def _set_fd(records: Column, objects: Column, remote: Column) -> None:
    records["length"] = np.where(remote, 0, np.minimum(objects["valid"], MAX_PAYLOAD))
    records["dlc"] = np.where(remote, objects["dlc"] & 15, LENGTH_TO_DLC[records["length"]])


def _fd(objects: Column, records: Column) -> None:
    flags, fd_flags = objects["flags"], objects["fd_flags"]
    remote = flags & layout.REMOTE_BIT
    _set_channel(records, objects["channel"])
    _set_id(records, objects["id"])
    _set_flag(records, flags & layout.TX_BIT, bits.TX)
    _set_flag(records, remote, bits.REMOTE)
    for bit, flag in ((0x1, bits.FD), (0x2, bits.BRS), (0x4, bits.ESI)):
        _set_flag(records, fd_flags & bit, flag)
    _set_fd(records, objects, remote)


def _fd64(objects: Column, records: Column) -> None:
    flags = objects["flags"]
    remote = flags & 0x10
    _set_channel(records, objects["channel"])
    _set_id(records, objects["id"])
    _set_flag(records, objects["direction"], bits.TX)
    for bit, flag in ((0x10, bits.REMOTE), (0x1000, bits.FD), (0x2000, bits.BRS), (0x4000, bits.ESI)):
        _set_flag(records, flags & bit, flag)
    _set_fd(records, objects, remote)


def _fd_error64(objects: Column, records: Column) -> None:
    _set_channel(records, objects["channel"])
    _set_id(records, objects["id"])
    records["flags"] |= np.uint16(bits.ERROR)


_MESSAGE_FIELDS = (("channel", "<u2", 0), ("flags", "u1", 2), ("dlc", "u1", 3), ("id", "<u4", 4))
_FD_FIELDS = (*_MESSAGE_FIELDS, ("fd_flags", "u1", 13), ("valid", "u1", 14))
_FD64_FIELDS = (
    *(("channel", "u1", 0), ("dlc", "u1", 1), ("valid", "u1", 2), ("id", "<u4", 4), ("flags", "<u4", 12)),
    *(("direction", "u1", 34), ("extra", "u1", 35)),
)

# Object types that are frames. Those of type 100 have 120 bytes; python-can writes 116 of them, and some
# loggers end them after the last payload byte.
KINDS: dict[int, Kind] = {
    layout.MESSAGE: Kind(8, 8, _MESSAGE_FIELDS, _message),
    layout.MESSAGE2: Kind(8, 8, _MESSAGE_FIELDS, _message),
    layout.ERROR: Kind(4, 4, (("channel", "<u2", 0),), _error),
    layout.ERROR_EXT: Kind(24, 24, (("channel", "<u2", 0), ("dlc", "u1", 10), ("id", "<u4", 16)), _error_ext),
    layout.FD: Kind(20, 20, _FD_FIELDS, _fd),
    layout.FD64: Kind(40, 40, _FD64_FIELDS, _fd64, end="extra"),
    layout.FD_ERROR64: Kind(40, 40, (("channel", "u1", 0), ("id", "<u4", 12)), _fd_error64),
}
