"""Reads the SocketCAN frames of a capture."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, LENGTH_TO_DLC, MAX_PAYLOAD, FrameBatch, bits
from canmcast_gui.frames.arrays import Column, Mask
from canmcast_gui.frames.units import (
    MAX_EXTENDED_ID,
    SOCKETCAN_ERROR_FLAG,
    SOCKETCAN_EXTENDED_FLAG,
    SOCKETCAN_REMOTE_FLAG,
)
from canmcast_gui.logfile.interfaces import Marks
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.payloads import PayloadHeap, set_payloads
from canmcast_gui.logfile.pcap.packets import SOCKETCAN, Capture, Packet
from canmcast_gui.logfile.problems import FileError, Problems

# Link types of the two versions of Linux' "any" interface, which give the protocol.
_COOKED, _COOKED_2 = 113, 276
_COOKED_HEAD, _COOKED_2_HEAD = struct.Struct(">H12xH"), struct.Struct(">H8xB9x")
_CLASSIC, _FD, _XL = 0x000C, 0x000D, 0x000E
_UNKNOWN, _NOT_CAN = 0, -1
_SENT = 4

# linux/can.h: struct can_frame and canfd_frame, and the bits of their byte 5 and of byte 4 in canxl_frame.
_HEAD = np.dtype([("id", ">u4"), ("length", "u1"), ("fd_flags", "u1"), ("reserved", "u1"), ("raw_dlc", "u1")])
_CLASSIC_BYTES, _FD_BYTES = 16, 72
_BRS, _ESI, _FDF = 0x1, 0x2, 0x4
_XLF = 0x80
_XL_FRAMES = "CAN XL frames"

HIGHEST_CHANNEL = 255

# set_payloads() reads beyond the last payload.
_SLACK = bytes(128)


class PcapReader:
    """Reads one capture. ``passed_over`` counts packets that are not classic or CAN FD frames."""

    def __init__(self, path: Path, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self.position = 0
        self.start_ns = 0
        self.marks = Marks()
        self.passed_over: Counter[str] = Counter()
        self.channel_names: dict[int, str] = {}

    def batches(self, batch_frames: int) -> Iterator[FrameBatch]:
        """All frames that can be read. Raises OSError, FileError for a capture without CAN frames."""
        frames = 0
        self.passed_over.clear()
        with open_log(self._path, self._problems) as file:
            capture = Capture(file, self._problems, self.marks)
            for content, packets in capture.blocks():
                self.position = file.tell()
                self.channel_names = {
                    index + 1: name for index, name in capture.names.items() if index < HIGHEST_CHANNEL
                }
                batch = _batch_of(content, packets, self.passed_over)
                frames += len(batch)
                for start in range(0, len(batch), batch_frames):
                    yield batch[start : start + batch_frames].compact()
        self.position = self._path.stat().st_size
        if capture.packets and not frames:
            xl = " other than CAN XL, which is not supported" if self.passed_over[_XL_FRAMES] else ""
            raise FileError(f"{self._path.name} is a network capture without SocketCAN frames{xl}")


class _Frame(NamedTuple):
    """Where the CAN frame of a packet starts, and its protocol, _UNKNOWN where only its content tells."""

    packet: Packet
    start: int
    protocol: int
    sent: bool


def _batch_of(content: bytes, packets: list[Packet], passed_over: Counter[str]) -> FrameBatch:
    """The packets that are classic or CAN FD frames; others are counted by kind."""
    located = [_frame_in(content, packet) for packet in packets]
    found = [frame for frame in located if frame.protocol in (_UNKNOWN, _CLASSIC, _FD)]
    found = [frame for frame in found if frame.packet.end - frame.start >= _HEAD.itemsize]
    others = len(located) - len(found)
    xl = sum(frame.protocol == _XL for frame in located) if others else 0
    passed_over += Counter({_XL_FRAMES: xl, "other packets": others - xl})  # drops zeros
    starts = np.array([frame.start for frame in found], dtype=np.int64)
    room = np.array([frame.packet.end for frame in found], dtype=np.int64) - starts - _HEAD.itemsize
    stream = np.frombuffer(content + _SLACK, np.uint8)
    records = np.zeros(len(found), dtype=FRAME_DTYPE)
    records["timestamp_ns"] = [frame.packet.time_ns for frame in found]
    channels = np.array([frame.packet.interface + 1 for frame in found], dtype=np.int64)
    records["channel"] = np.where(channels <= 255, channels, 0)
    heads = stream[starts[:, None] + np.arange(_HEAD.itemsize)].view(_HEAD)[:, 0]
    _set_heads(records, heads, room, found)
    heap = PayloadHeap()
    set_payloads(stream, starts + _HEAD.itemsize, room, records, heap)
    return FrameBatch(records, heap.joined())


def _frame_in(content: bytes, packet: Packet) -> _Frame:
    start, size = packet.start, packet.end - packet.start
    if packet.link == _COOKED and size >= _COOKED_HEAD.size:
        kind, protocol = _COOKED_HEAD.unpack_from(content, start)
        return _Frame(packet, start + _COOKED_HEAD.size, protocol or _NOT_CAN, kind == _SENT)
    if packet.link == _COOKED_2 and size >= _COOKED_2_HEAD.size:
        protocol, kind = _COOKED_2_HEAD.unpack_from(content, start)
        return _Frame(packet, start + _COOKED_2_HEAD.size, protocol or _NOT_CAN, kind == _SENT)
    if packet.link != SOCKETCAN:
        return _Frame(packet, start, _NOT_CAN, False)
    # The length in byte 4 of other frames is at most 64.
    is_xl = size > 4 and content[start + 4] & _XLF
    return _Frame(packet, start, _XL if is_xl else _UNKNOWN, False)


def _set_heads(records: Column, heads: Column, room: Column, found: list[_Frame]) -> None:
    """Set all columns of records except times, channels and payloads."""
    protocols = np.array([frame.protocol for frame in found], dtype=np.int64)
    sent = np.array([frame.sent for frame in found], dtype=bool)
    little = np.array([frame.packet.order == "<" for frame in found], dtype=bool)
    # After the header of the "any" interface, an id has the byte order of the capturing computer.
    ids = heads["id"].astype(np.uint32)
    ids = np.where(little & (protocols > 0), ids.byteswap(), ids)
    fd = np.where(protocols > 0, protocols == _FD, _is_fd(heads, room + _HEAD.itemsize))
    error = (ids & SOCKETCAN_ERROR_FLAG) != 0
    remote = ((ids & SOCKETCAN_REMOTE_FLAG) != 0) & ~fd & ~error
    records["flags"] = _flags(ids, heads["fd_flags"], fd & ~error, remote, error, sent & ~error)
    records["arbitration_id"] = ids & MAX_EXTENDED_ID
    size = np.minimum(heads["length"], np.where(fd, MAX_PAYLOAD, INLINE_BYTES))
    records["dlc"] = np.where(~fd & _has_raw_dlc(heads), heads["raw_dlc"], LENGTH_TO_DLC[size])
    records["length"] = np.where(remote, 0, size)


def _flags(ids: Column, fd_flags: Column, fd: Mask, remote: Mask, error: Mask, sent: Mask) -> Column:
    flags: Column = np.zeros(len(ids), dtype=np.uint16)
    for which, bit in (
        ((ids & SOCKETCAN_EXTENDED_FLAG) != 0, bits.EXTENDED),
        (remote, bits.REMOTE),
        (error, bits.ERROR),
        (fd, bits.FD),
        (fd & ((fd_flags & _BRS) != 0), bits.BRS),
        (fd & ((fd_flags & _ESI) != 0), bits.ESI),
        (sent, bits.TX),
    ):
        flags |= np.where(which, np.uint16(bit), np.uint16(0))
    return flags


def _has_raw_dlc(heads: Column) -> Mask:
    """Where byte 7 is a DLC of 9 to 15; it was padding once, as bytes 5 and 6, which then may not be zero."""
    raw, unused = heads["raw_dlc"], (heads["fd_flags"] == 0) & (heads["reserved"] == 0)
    has_raw: Mask = (heads["length"] == INLINE_BYTES) & (raw > INLINE_BYTES) & (raw <= 15) & unused
    return has_raw


def _is_fd(heads: Column, sizes: Column) -> Mask:
    """Which frames are CAN FD, by their content.

    Older kernels did not initialize byte 5 of classic frames, which have 16 bytes: the bit for CAN FD counts
    only where no undefined bit is set.
    """
    flags = heads["fd_flags"]
    has_bit = ((flags & _FDF) != 0) & ((flags & ~np.uint8(_FDF | _BRS | _ESI)) == 0)
    is_longer = (heads["length"] > INLINE_BYTES) & (sizes != _CLASSIC_BYTES)
    fd: Mask = (sizes == _FD_BYTES) | has_bit | is_longer
    return fd
