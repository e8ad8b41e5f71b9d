"""A capture's SocketCAN frames, by columns."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, LENGTH_TO_DLC, MAX_PAYLOAD, FrameBatch, bits
from canmcast_gui.logfile.errors import FileError
from canmcast_gui.logfile.notes import Notes
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.payloads import Heap, set_payloads
from canmcast_gui.logfile.pcap.packets import Capture, Packet
from canmcast_gui.logfile.problems import Problems

Column = npt.NDArray[Any]

# Kinds of links: SocketCAN itself, and Linux' "any" interface in two ages, which says what protocol follows.
_SOCKETCAN, _COOKED, _COOKED_2 = 227, 113, 276
_LINKS = (_SOCKETCAN, _COOKED, _COOKED_2)
_PROTOCOLS = (0x000C, 0x000D)
_SENT = 4

_HEAD = np.dtype([("id", ">u4"), ("length", "u1"), ("fd_flags", "u1"), ("reserved", "u1"), ("raw_dlc", "u1")])
_CLASSIC_BYTES, _FD_BYTES = 16, 72
_SLACK = bytes(128)


class PcapLog:
    """The frames of one capture. ``position`` is how far it has been read, in bytes."""

    def __init__(self, path: Path, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self.position = 0
        self.start_ns = 0
        self.notes = Notes()

    def batches(self, batch_frames: int) -> Iterator[FrameBatch]:
        """All frames that can be read. Raises OSError, FileError where there are packets but no CAN."""
        frames = 0
        with open_log(self._path, self._problems) as file:
            capture = Capture(file, self._problems, self.notes)
            for content, packets in capture.blocks():
                self.position = file.tell()
                batch = _frames(content, packets)
                frames += len(batch)
                for start in range(0, len(batch), batch_frames):
                    yield batch[start : start + batch_frames].compact()
        self.position = self._path.stat().st_size
        if capture.packets and not frames:
            raise FileError(f"{self._path.name} is a network capture without SocketCAN frames")


def _frames(content: bytes, packets: list[Packet]) -> FrameBatch:
    """The packets that are frames."""
    found = [(packet, *_payload(content, packet)) for packet in packets if packet.link in _LINKS]
    found = [one for one in found if one[1] and one[0].end - one[1] >= _HEAD.itemsize]
    places = np.array([place for _, place, _ in found], dtype=np.int64)
    ends = np.array([packet.end for packet, *_ in found], dtype=np.int64)
    room = ends - places - _HEAD.itemsize
    stream = np.frombuffer(content + _SLACK, np.uint8)
    records = np.zeros(len(found), dtype=FRAME_DTYPE)
    records["timestamp_ns"] = [packet.time_ns for packet, *_ in found]
    records["channel"] = [min(packet.interface + 1, 255) for packet, *_ in found]
    heads = stream[places[:, None] + np.arange(_HEAD.itemsize)].view(_HEAD)[:, 0]
    sent = np.array([sent for *_, sent in found], dtype=bool)
    _set_kinds(records, heads, room, sent)
    heap = Heap()
    set_payloads(stream, places + _HEAD.itemsize, room, records, heap)
    return FrameBatch(records, heap.joined())


def _payload(content: bytes, packet: Packet) -> tuple[int, bool]:
    """Where a packet's CAN frame begins, 0 where it has none, and whether this computer sent it."""
    if packet.link == _SOCKETCAN:
        return packet.start, False
    if packet.link == _COOKED and packet.end - packet.start >= 16:
        kind, protocol = struct.unpack_from(">H12xH", content, packet.start)
        return (packet.start + 16 if protocol in _PROTOCOLS else 0), kind == _SENT
    if packet.link == _COOKED_2 and packet.end - packet.start >= 20:
        protocol, kind = struct.unpack_from(">H8xB", content, packet.start)
        return (packet.start + 20 if protocol in _PROTOCOLS else 0), kind == _SENT
    return 0, False


def _set_kinds(records: Column, heads: Column, room: Column, sent: Column) -> None:
    """All columns but times, channels and payloads, as linux/can.h has them."""
    ids, fd_flags, lengths = heads["id"].astype(np.uint32), heads["fd_flags"], heads["length"]
    fd = ((fd_flags & 0x4) != 0) | (lengths > INLINE_BYTES) | (room + _HEAD.itemsize == _FD_BYTES)
    remote = ((ids & 0x40000000) != 0) & ~fd
    error = (ids & 0x20000000) != 0
    flags = np.zeros(len(records), dtype=np.uint16)
    for which, bit in (
        ((ids & 0x80000000) != 0, bits.EXTENDED),
        (remote & ~error, bits.REMOTE),
        (error, bits.ERROR),
        (fd & ~error, bits.FD),
        (fd & ~error & ((fd_flags & 0x1) != 0), bits.BRS),
        (fd & ~error & ((fd_flags & 0x2) != 0), bits.ESI),
        (sent & ~error, bits.TX),
    ):
        flags |= np.where(which, np.uint16(bit), np.uint16(0))
    records["flags"] = flags
    records["arbitration_id"] = ids & 0x1FFFFFFF
    size = np.minimum(lengths, np.where(fd, MAX_PAYLOAD, INLINE_BYTES))
    raw = heads["raw_dlc"]
    codes = np.where(~fd & (lengths == INLINE_BYTES) & (raw > 8) & (raw <= 15), raw, LENGTH_TO_DLC[size])
    records["dlc"] = codes
    records["length"] = np.where(remote & ~error, 0, size)
