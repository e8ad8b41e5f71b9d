"""A capture's SocketCAN frames, by columns."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

import numpy as np

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, LENGTH_TO_DLC, MAX_PAYLOAD, FrameBatch, bits
from canmcast_gui.frames.arrays import Column
from canmcast_gui.frames.units import MAX_EXTENDED_ID
from canmcast_gui.logfile.interfaces import Notes
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.payloads import Heap, set_payloads
from canmcast_gui.logfile.pcap.packets import Capture, Packet
from canmcast_gui.logfile.problems import FileError, Problems

# Kinds of links: SocketCAN itself, and Linux' "any" interface in two ages, which says what protocol follows
# (https://www.tcpdump.org/linktypes.html).
_SOCKETCAN, _COOKED, _COOKED_2 = 227, 113, 276
_CLASSIC, _FD, _XL = 0x000C, 0x000D, 0x000E
_SENT = 4

_HEAD = np.dtype([("id", ">u4"), ("length", "u1"), ("fd_flags", "u1"), ("reserved", "u1"), ("raw_dlc", "u1")])
_CLASSIC_BYTES, _FD_BYTES = 16, 72
_SLACK = bytes(128)

# linux/can.h: what byte 5 of a CAN FD frame may say, and what byte 4 of a CAN XL frame always does.
_BRS, _ESI, _FDF = 0x1, 0x2, 0x4
_XLF = 0x80
_XL_FRAMES = "CAN XL frames"


class _Frame(NamedTuple):
    """Where a packet's CAN frame begins; the protocol, 0 where nothing says it; whether it was sent here."""

    packet: Packet
    start: int
    protocol: int
    sent: bool


class PcapLog:
    """The frames of one capture. ``position`` is how far it has been read, in bytes.

    ``passed_over`` counts packets that are not classic or CAN FD frames.
    """

    def __init__(self, path: Path, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self.position = 0
        self.start_ns = 0
        self.notes = Notes()
        self.passed_over: Counter[str] = Counter()

    def batches(self, batch_frames: int) -> Iterator[FrameBatch]:
        """All frames that can be read. Raises OSError, FileError where there are packets but no CAN."""
        frames = 0
        self.passed_over.clear()
        with open_log(self._path, self._problems) as file:
            capture = Capture(file, self._problems, self.notes)
            for content, packets in capture.blocks():
                self.position = file.tell()
                batch = _frames(content, packets, self.passed_over)
                frames += len(batch)
                for start in range(0, len(batch), batch_frames):
                    yield batch[start : start + batch_frames].compact()
        self.position = self._path.stat().st_size
        if capture.packets and not frames:
            xl = " other than CAN XL, which is not read" if self.passed_over[_XL_FRAMES] else ""
            raise FileError(f"{self._path.name} is a network capture without SocketCAN frames{xl}")


def _frames(content: bytes, packets: list[Packet], passed_over: Counter[str]) -> FrameBatch:
    """The packets that are classic or CAN FD frames; the others are counted by kind."""
    located = [_located(content, packet) for packet in packets]
    found = [frame for frame in located if frame.protocol in (0, _CLASSIC, _FD)]
    found = [frame for frame in found if frame.packet.end - frame.start >= _HEAD.itemsize]
    others = len(located) - len(found)
    xl = sum(frame.protocol == _XL for frame in located) if others else 0
    passed_over += Counter({_XL_FRAMES: xl, "other packets": others - xl})  # drops zeros
    places = np.array([frame.start for frame in found], dtype=np.int64)
    room = np.array([frame.packet.end for frame in found], dtype=np.int64) - places - _HEAD.itemsize
    stream = np.frombuffer(content + _SLACK, np.uint8)
    records = np.zeros(len(found), dtype=FRAME_DTYPE)
    records["timestamp_ns"] = [frame.packet.time_ns for frame in found]
    channels = np.array([frame.packet.interface + 1 for frame in found], dtype=np.int64)
    records["channel"] = np.where(channels <= 255, channels, 0)
    heads = stream[places[:, None] + np.arange(_HEAD.itemsize)].view(_HEAD)[:, 0]
    _set_kinds(records, heads, room, found)
    heap = Heap()
    set_payloads(stream, places + _HEAD.itemsize, room, records, heap)
    return FrameBatch(records, heap.joined())


def _located(content: bytes, packet: Packet) -> _Frame:
    """Where a packet's CAN frame is, if it is one."""
    start, size = packet.start, packet.end - packet.start
    if packet.link == _COOKED and size >= 16:
        kind, protocol = struct.unpack_from(">H12xH", content, start)
        return _Frame(packet, start + 16, protocol or -1, kind == _SENT)
    if packet.link == _COOKED_2 and size >= 20:
        protocol, kind = struct.unpack_from(">H8xB", content, start)
        return _Frame(packet, start + 20, protocol or -1, kind == _SENT)
    if packet.link != _SOCKETCAN:
        return _Frame(packet, start, -1, False)
    # The length of other frames is at most 64.
    is_xl = size > 4 and content[start + 4] & _XLF
    return _Frame(packet, start, _XL if is_xl else 0, False)


def _set_kinds(records: Column, heads: Column, room: Column, found: list[_Frame]) -> None:
    """All columns but times, channels and payloads, as linux/can.h has them."""
    protocols = np.array([frame.protocol for frame in found], dtype=np.int64)
    sent = np.array([frame.sent for frame in found], dtype=bool)
    little = np.array([frame.packet.order == "<" for frame in found], dtype=bool)
    # After the header of the "any" interface, an id is in the byte order of the computer that captured it.
    ids = heads["id"].astype(np.uint32)
    ids = np.where(little & (protocols > 0), ids.byteswap(), ids)
    fd_flags, lengths = heads["fd_flags"], heads["length"]
    fd = np.where(protocols > 0, protocols == _FD, _looks_fd(heads, room + _HEAD.itemsize))
    remote = ((ids & 0x40000000) != 0) & ~fd
    error = (ids & 0x20000000) != 0
    flags = np.zeros(len(records), dtype=np.uint16)
    for which, bit in (
        ((ids & 0x80000000) != 0, bits.EXTENDED),
        (remote & ~error, bits.REMOTE),
        (error, bits.ERROR),
        (fd & ~error, bits.FD),
        (fd & ~error & ((fd_flags & _BRS) != 0), bits.BRS),
        (fd & ~error & ((fd_flags & _ESI) != 0), bits.ESI),
        (sent & ~error, bits.TX),
    ):
        flags |= np.where(which, np.uint16(bit), np.uint16(0))
    records["flags"] = flags
    records["arbitration_id"] = ids & MAX_EXTENDED_ID
    size = np.minimum(lengths, np.where(fd, MAX_PAYLOAD, INLINE_BYTES))
    raw = heads["raw_dlc"]
    # Byte 7 was padding once, as bytes 5 and 6 were: where these are not zero, it says nothing.
    coded = (lengths == INLINE_BYTES) & (raw > 8) & (raw <= 15) & (fd_flags == 0) & (heads["reserved"] == 0)
    records["dlc"] = np.where(~fd & coded, raw, LENGTH_TO_DLC[size])
    records["length"] = np.where(remote & ~error, 0, size)


def _looks_fd(heads: Column, sizes: Column) -> Column:
    """Which frames are CAN FD where only the packet itself tells.

    Older kernels left byte 5 of a classic frame, which is of 16 bytes, as it happened to be: the bit for
    CAN FD counts only where no bit is set that has no meaning.
    """
    flags = heads["fd_flags"]
    said = ((flags & _FDF) != 0) & ((flags & ~np.uint8(_FDF | _BRS | _ESI)) == 0)
    longer = (heads["length"] > INLINE_BYTES) & (sizes != _CLASSIC_BYTES)
    looks: Column = (sizes == _FD_BYTES) | said | longer
    return looks
