"""BLF objects that are frames, gathered by columns: one gather per field and kind of object.

Layouts after vector_blf (CanMessage.h, CanFdMessage.h, CanFdMessage64.h, CanErrorFrame.h, …), offsets from
the object's body, which begins where its header ends.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FRAME_DTYPE, LENGTH_TO_DLC, MAX_PAYLOAD, Flag, FrameBatch
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.rows import LONGEST_TIME_NS

Bytes = npt.NDArray[np.uint8]
Places = npt.NDArray[np.int64]
Column = npt.NDArray[Any]

_MESSAGE, _ERROR, _ERROR_EXT, _MESSAGE2, _FD, _FD64, _FD_ERROR64 = 1, 2, 73, 86, 100, 101, 104

# In the object header: its size, its version, the unit and the value of the timestamp.
_SIZE, _VERSION, _OBJECT_SIZE, _UNIT, _TIME = 4, 6, 8, 16, 24
_HEADER_BYTES = 32
_TEN_MICROSECONDS = 1

_EXTENDED_BIT = 0x80000000
_TX_BIT, _REMOTE_BIT = 0x01, 0x80


def frames_of_objects(stream: bytes, starts: list[int], kinds: list[int], problems: Problems) -> FrameBatch:
    """The frames of objects that begin at ``starts``, in their order, times since the file's start."""
    if not starts:
        return FrameBatch.empty()
    # Fields are gathered at fixed offsets; a damaged object at the end must not reach beyond the stream.
    content = np.frombuffer(stream + bytes(128), dtype=np.uint8)
    places, types = np.array(starts, dtype=np.int64), np.array(kinds)
    whole = _is_whole(content, places, types)
    sound = whole & (_times(content, places) < LONGEST_TIME_NS)
    for place in np.flatnonzero(~sound):
        wrong = "a time beyond all measure" if whole[place] else "less than its kind needs"
        problems.add(f"inflated byte {places[place]}", f"an object with {wrong}")
    places, types = places[sound], types[sound]
    records = np.zeros(len(places), dtype=FRAME_DTYPE)
    payloads = np.zeros((len(places), MAX_PAYLOAD), dtype=np.uint8)
    for kind in np.unique(types):
        rows = np.flatnonzero(types == kind)
        part = records[rows]
        fill = FRAME_KINDS[int(kind)][1]
        payloads[rows] = fill(content, places[rows], _field(content, places[rows], _SIZE, "<u2"), part)
        records[rows] = part
    return FrameBatch.from_columns(
        timestamp_ns=_times(content, places).astype(np.int64),
        arbitration_id=records["arbitration_id"],
        data=payloads,
        length=records["length"],
        flags=records["flags"],
        channel=records["channel"],
        dlc=records["dlc"],
    )


def _is_whole(content: Bytes, places: Places, types: Column) -> npt.NDArray[np.bool_]:
    header = _field(content, places, _SIZE, "<u2")
    size = _field(content, places, _OBJECT_SIZE, "<u4").astype(np.int64)
    version = _field(content, places, _VERSION, "<u2")
    needed = np.array([FRAME_KINDS[int(kind)][0] for kind in types], dtype=np.int64)
    whole: npt.NDArray[np.bool_] = (
        (header >= _HEADER_BYTES) & (header + needed <= size) & ((version == 1) | (version == 2))
    )
    return whole


def _times(content: Bytes, places: Places) -> Column:
    """Nanoseconds since the file's start, uint64; too many for a word become as many as it holds."""
    ticks = _field(content, places, _TIME, "<u8")
    coarse = _field(content, places, _UNIT, "<u4") == _TEN_MICROSECONDS
    scaled = np.where(ticks < LONGEST_TIME_NS // 10_000, ticks * np.uint64(10_000), np.uint64(2**64 - 1))
    times: Column = np.where(coarse, scaled, ticks)
    return times


def _field(content: Bytes, places: Places, offset: int, kind: str) -> Column:
    """One field of each object, in the smallest number that holds it."""
    width = np.dtype(kind).itemsize
    column: Column = content[places[:, None] + np.arange(offset, offset + width)].view(kind)[:, 0]
    return column


def _payload(content: Bytes, places: Places, offset: int, lengths: Column) -> Bytes:
    """Payload bytes, zero beyond each one's length: uint8 (n, 64)."""
    payloads = np.zeros((len(places), MAX_PAYLOAD), dtype=np.uint8)
    for length in np.unique(lengths):
        rows = np.flatnonzero(lengths == length)
        payloads[rows, :length] = content[places[rows, None] + offset + np.arange(length)]
    return payloads


def _fill_id(part: Column, number: Column) -> None:
    part["arbitration_id"] = number & 0x1FFFFFFF
    part["flags"] |= np.where(number & _EXTENDED_BIT, np.uint16(Flag.EXTENDED), np.uint16(0))


def _fill_channel(part: Column, channel: Column) -> None:
    part["channel"] = np.where(channel <= 255, channel, 0)


def _set(part: Column, which: Column, flag: Flag) -> None:
    part["flags"] |= np.where(which, np.uint16(flag), np.uint16(0))


def _message(content: Bytes, places: Places, header: Column, part: Column) -> Bytes:
    body = places + header
    flags = _field(content, body, 2, "u1")
    _fill_channel(part, _field(content, body, 0, "<u2"))
    _fill_id(part, _field(content, body, 4, "<u4"))
    _set(part, flags & _TX_BIT, Flag.TX)
    _set(part, flags & _REMOTE_BIT, Flag.REMOTE)
    part["dlc"] = np.minimum(_field(content, body, 3, "u1"), 15)
    part["length"] = np.where(flags & _REMOTE_BIT, 0, np.minimum(part["dlc"], 8))
    return _payload(content, body, 8, part["length"])


def _error(content: Bytes, places: Places, header: Column, part: Column) -> Bytes:
    _fill_channel(part, _field(content, places + header, 0, "<u2"))
    part["flags"] |= np.uint16(Flag.ERROR)
    return np.zeros((len(places), MAX_PAYLOAD), dtype=np.uint8)


def _error_ext(content: Bytes, places: Places, header: Column, part: Column) -> Bytes:
    _error(content, places, header, part)
    body = places + header
    _fill_id(part, _field(content, body, 16, "<u4"))
    part["length"] = np.minimum(_field(content, body, 10, "u1"), 8)
    part["dlc"] = part["length"]
    return _payload(content, body, 24, part["length"])


def _fd(content: Bytes, places: Places, header: Column, part: Column) -> Bytes:
    body = places + header
    flags, fd_flags = _field(content, body, 2, "u1"), _field(content, body, 13, "u1")
    _fill_channel(part, _field(content, body, 0, "<u2"))
    _fill_id(part, _field(content, body, 4, "<u4"))
    _set(part, flags & _TX_BIT, Flag.TX)
    _set(part, flags & _REMOTE_BIT, Flag.REMOTE)
    _set(part, fd_flags & 0x1, Flag.FD)
    _set(part, fd_flags & 0x2, Flag.BRS)
    _set(part, fd_flags & 0x4, Flag.ESI)
    remote = flags & _REMOTE_BIT
    part["length"] = np.where(remote, 0, np.minimum(_field(content, body, 14, "u1"), MAX_PAYLOAD))
    part["dlc"] = np.where(remote, _field(content, body, 3, "u1") & 15, LENGTH_TO_DLC[part["length"]])
    return _payload(content, body, 20, part["length"])


def _fd64(content: Bytes, places: Places, header: Column, part: Column) -> Bytes:
    body = places + header
    fd_flags = _field(content, body, 12, "<u4")
    _fill_channel(part, _field(content, body, 0, "u1"))
    _fill_id(part, _field(content, body, 4, "<u4"))
    _set(part, _field(content, body, 34, "u1"), Flag.TX)
    for bit, flag in ((0x10, Flag.REMOTE), (0x1000, Flag.FD), (0x2000, Flag.BRS), (0x4000, Flag.ESI)):
        _set(part, fd_flags & bit, flag)
    remote = fd_flags & 0x10
    part["length"] = np.where(remote, 0, np.minimum(_field(content, body, 2, "u1"), MAX_PAYLOAD))
    part["dlc"] = np.where(remote, _field(content, body, 1, "u1") & 15, LENGTH_TO_DLC[part["length"]])
    # An object may be shorter than its payload says: the rest are zeros, as Vector's own library reads it.
    size = _field(content, places, _OBJECT_SIZE, "<u4").astype(np.int64)
    extra = _field(content, body, 35, "u1").astype(np.int64)
    there = np.where(extra > 0, extra, size) - header - 40
    return _payload(content, body, 40, np.clip(there, 0, part["length"]))


def _fd_error64(content: Bytes, places: Places, header: Column, part: Column) -> Bytes:
    body = places + header
    _fill_channel(part, _field(content, body, 0, "u1"))
    _fill_id(part, _field(content, body, 16, "<u4"))
    part["flags"] |= np.uint16(Flag.ERROR)
    return np.zeros((len(places), MAX_PAYLOAD), dtype=np.uint8)


Fill = Callable[[Bytes, Places, Column, Column], Bytes]

# Object types that are frames: the bytes that their bodies have at least, and what reads them.
FRAME_KINDS: dict[int, tuple[int, Fill]] = {
    _MESSAGE: (16, _message),
    _MESSAGE2: (16, _message),
    _ERROR: (4, _error),
    _ERROR_EXT: (32, _error_ext),
    _FD: (84, _fd),
    _FD64: (40, _fd64),
    _FD_ERROR64: (40, _fd_error64),
}
