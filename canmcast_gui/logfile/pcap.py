"""A capture's SocketCAN frames, by columns."""

from __future__ import annotations

import struct
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO, NamedTuple

import numpy as np

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, LENGTH_TO_DLC, MAX_PAYLOAD, FrameBatch, bits
from canmcast_gui.frames.arrays import Column
from canmcast_gui.frames.units import MAX_EXTENDED_ID, NS_PER_SECOND
from canmcast_gui.logfile.interfaces import Marks
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.payloads import Heap, set_payloads
from canmcast_gui.logfile.problems import FileError, Problems
from canmcast_gui.logfile.times import LONGEST_TIME_NS

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


class PcapReader:
    """The frames of one capture. ``position`` is how far it has been read, in bytes.

    ``passed_over`` counts packets that are not classic or CAN FD frames.
    """

    def __init__(self, path: Path, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self.position = 0
        self.start_ns = 0
        self.marks = Marks()
        self.passed_over: Counter[str] = Counter()

    def batches(self, batch_frames: int) -> Iterator[FrameBatch]:
        """All frames that can be read. Raises OSError, FileError where there are packets but no CAN."""
        frames = 0
        self.passed_over.clear()
        with open_log(self._path, self._problems) as file:
            capture = Capture(file, self._problems, self.marks)
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


_BLOCK = 1 << 20
_LARGEST = 1 << 24
_MOST_INTERFACES = 4096

# First words of pcap files, as they stand in memory of little-endian tools, and nanoseconds a tick.
_PCAP = {0xA1B2C3D4: 1000, 0xA1B23C4D: 1}
_SECTION, _INTERFACE, _SIMPLE, _ENHANCED = 0x0A0D0D0A, 1, 3, 6
_ORDER = 0x1A2B3C4D
_COMMENT, _RESOLUTION, _OFFSET = 1, 9, 14


class Packet(NamedTuple):
    """Where a packet begins in a block of bytes, and where it ends; its time; number and kind of its link.

    ``order`` is the byte order of the computer that captured it, "<" or ">".
    """

    start: int
    end: int
    time_ns: int
    interface: int
    link: int
    order: str


@dataclass
class _Interface:
    link: int
    ticks: int = 1_000_000  # in a second
    offset_ns: int = 0


@dataclass
class Capture:
    """Reads a capture's packets, block by block. ``frames`` is how many packets were given out."""

    file: BinaryIO
    problems: Problems
    marks: Marks
    packets: int = 0
    _at: int = 0
    _interfaces: list[_Interface] = field(default_factory=list)

    def blocks(self) -> Iterator[tuple[bytes, list[Packet]]]:
        """Bytes, and the packets in them."""
        head = self.file.read(24)
        first = int.from_bytes(head[:4], "little")
        swapped = int.from_bytes(head[:4], "big")
        if first == _SECTION:
            yield from self._walk(head, 8, self._next_generation)
            return
        order, magic = ("<", first) if first in _PCAP else (">", swapped)
        if magic not in _PCAP or len(head) < 24:
            self.problems.add("byte 0", "the file ends within its header")
            return
        self._order, self._tick = order, _PCAP[magic]
        self._interfaces = [_Interface(struct.unpack_from(f"{order}L", head, 20)[0] & 0xFFFF)]
        self._at = 24
        yield from self._walk(b"", 16, self._classic)

    def _walk(self, rest: bytes, least: int, take) -> Iterator[tuple[bytes, list[Packet]]]:  # type: ignore[no-untyped-def]
        """Blocks of bytes with the packets that ``take`` finds in them, one after the other."""
        while True:
            more = self.file.read(_BLOCK)
            content = rest + more
            packets: list[Packet] = []
            place = 0
            while len(content) - place >= least:
                step = take(content, place, packets)
                if step <= 0:
                    break
                place += step
            self.packets += len(packets)
            if packets:
                yield content, packets
            self._at += place
            rest = content[place:]
            broken = len(rest) >= least and step < 0
            if broken or not more:
                if rest.strip(b"\0") or broken:
                    what = "a packet that cannot be" if broken else "the file ends within a packet"
                    self.problems.add(f"byte {self._at}", what)
                return

    def _classic(self, content: bytes, place: int, packets: list[Packet]) -> int:
        """Take one packet of pcap; how far to go on, 0 where it is not all there, -1 where it is none."""
        seconds, ticks, size, _ = struct.unpack_from(f"{self._order}4L", content, place)
        if size > _LARGEST:
            return -1
        if len(content) - place - 16 < size:
            return 0
        time = seconds * NS_PER_SECOND + ticks * self._tick
        link = self._interfaces[0].link
        packets.append(Packet(place + 16, place + 16 + size, time, 0, link, self._order))
        return 16 + int(size)

    def _next_generation(self, content: bytes, place: int, packets: list[Packet]) -> int:
        """Take one block of pcapng; how far to go on, 0 where it is not all there, -1 where it is none."""
        if content[place : place + 4] == b"\x0a\x0d\x0d\x0a":
            if len(content) - place < 12:
                return 0
            self._order = "<" if content[place + 8 : place + 12] == _ORDER.to_bytes(4, "little") else ">"
            self._interfaces = []
        kind, size = struct.unpack_from(f"{self._order}LL", content, place)
        if size < 12 or size % 4 or size > _LARGEST:
            return -1
        if len(content) - place < size:
            return 0
        body, end = place + 8, place + int(size) - 4
        if kind == _INTERFACE and end - body >= 8 and len(self._interfaces) < _MOST_INTERFACES:
            self._interfaces.append(self._new_interface(content[body:end]))
        elif kind == _ENHANCED and end - body >= 20:
            self._enhanced(content, body, end, packets)
        elif kind == _SIMPLE and end - body >= 4 and self._interfaces:
            packets.append(Packet(body + 4, end, 0, 0, self._interfaces[0].link, self._order))
        return int(size)

    def _enhanced(self, content: bytes, body: int, end: int, packets: list[Packet]) -> None:
        number, high, low, size = struct.unpack_from(f"{self._order}4L", content, body)
        start = body + 20
        if number >= len(self._interfaces) or start + size > end:
            self.problems.add(f"byte {self._at + body}", "a packet of no interface, or longer than its block")
            return
        interface = self._interfaces[number]
        time = (high << 32 | low) * NS_PER_SECOND // interface.ticks + interface.offset_ns
        if abs(time) >= LONGEST_TIME_NS:
            self.problems.add(f"byte {self._at + body}", "a time beyond all measure")
            return
        for code, value in self._options(content[start + (size + 3) // 4 * 4 : end]):
            if code == _COMMENT:
                text = value.decode("utf-8", errors="replace")
                self.marks.add(self.packets + len(packets), time, text)
        packets.append(Packet(start, start + size, time, number, interface.link, self._order))

    def _new_interface(self, body: bytes) -> _Interface:
        (link,) = struct.unpack_from(f"{self._order}H", body)
        found = _Interface(link)
        for code, value in self._options(body[8:]):
            if code == _RESOLUTION and len(value) == 1:
                power = value[0] & 0x7F
                found.ticks = min(2**power if value[0] & 0x80 else 10 ** min(power, 20), 10**20)
            elif code == _OFFSET and len(value) == 8:
                seconds = struct.unpack(f"{self._order}q", value)[0]
                found.offset_ns = int(seconds) * NS_PER_SECOND
        return found

    def _options(self, content: bytes) -> Iterator[tuple[int, bytes]]:
        place = 0
        while place + 4 <= len(content):
            code, size = struct.unpack_from(f"{self._order}HH", content, place)
            if not code:
                return
            yield code, content[place + 4 : place + 4 + size]
            place += 4 + (size + 3) // 4 * 4
