"""The packets of a capture: where each is in a block of bytes, its time and its interface."""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.interfaces import Marks
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.times import TIME_LIMIT_NS

_BLOCK_BYTES = 1 << 20
_LARGEST_PACKET = 1 << 24
_MOST_INTERFACES = 4096

# The first word of pcap files, and nanoseconds per tick.
_PCAP = {0xA1B2C3D4: 1000, 0xA1B23C4D: 1}
_PCAP_HEAD, _PCAP_PACKET_BYTES = 24, 16

# The link type of SocketCAN.
SOCKETCAN = 227

# Block types of pcapng, and options of their blocks.
_SECTION, _INTERFACE, _SIMPLE, _ENHANCED = 0x0A0D0D0A, 1, 3, 6
_SECTION_BYTES = _SECTION.to_bytes(4, "big")
_BYTE_ORDER_MAGIC = 0x1A2B3C4D
_COMMENT, _NAME, _RESOLUTION, _OFFSET = 1, 2, 9, 14


class Packet(NamedTuple):
    """The bytes ``start`` to ``end`` of a block; ``order`` is the byte order of the capturing computer."""

    start: int
    end: int
    time_ns: int
    interface: int
    link: int
    order: str


# Adds the packet at a position to a list. Returns the bytes that it takes, 0 where it is incomplete, -1 where
# it is not a packet.
_Take = Callable[[bytes, int, list[Packet]], int]


@dataclass
class _Interface:
    link: int
    ticks_per_second: int = 1_000_000
    offset_ns: int = 0
    name: str = ""


@dataclass
class Capture:
    """Reads the packets of a capture block by block. ``packets`` counts those that were returned.

    ``names`` are those of the interfaces so far, by index; of several sections the first.
    """

    file: BinaryIO
    problems: Problems
    marks: Marks
    packets: int = 0
    names: dict[int, str] = field(default_factory=dict)
    _position: int = 0
    _interfaces: list[_Interface] = field(default_factory=list)

    def blocks(self) -> Iterator[tuple[bytes, list[Packet]]]:
        """Blocks of bytes, with the packets in each of them."""
        head = self.file.read(_PCAP_HEAD)
        first = int.from_bytes(head[:4], "little")
        swapped = int.from_bytes(head[:4], "big")
        if first == _SECTION:
            yield from self._walk(head, 8, self._take_block)
            return
        order, magic = ("<", first) if first in _PCAP else (">", swapped)
        if magic not in _PCAP or len(head) < _PCAP_HEAD:
            self.problems.add("byte 0", "the file ends within its header")
            return
        self._order, self._tick_ns = order, _PCAP[magic]
        self._interfaces = [_Interface(struct.unpack_from(f"{order}L", head, 20)[0] & 0xFFFF)]
        self._position = _PCAP_HEAD
        yield from self._walk(b"", _PCAP_PACKET_BYTES, self._take_pcap)

    def _walk(self, rest: bytes, least: int, take: _Take) -> Iterator[tuple[bytes, list[Packet]]]:
        """Read on from ``rest``; packets have at least ``least`` bytes."""
        while True:
            more = self.file.read(_BLOCK_BYTES)
            content = rest + more
            packets: list[Packet] = []
            position, is_damaged = self._take_all(content, least, take, packets)
            self.packets += len(packets)
            if packets:
                yield content, packets
            self._position += position
            rest = content[position:]
            if is_damaged or not more:
                if is_damaged or rest.strip(b"\0"):
                    what = "not a packet" if is_damaged else "the file ends within a packet"
                    self.problems.add(f"byte {self._position}", what)
                return

    @staticmethod
    def _take_all(content: bytes, least: int, take: _Take, packets: list[Packet]) -> tuple[int, bool]:
        """Take all complete packets; returns where the next one starts, and whether that is not a packet."""
        position = 0
        while len(content) - position >= least:
            size = take(content, position, packets)
            if size <= 0:
                return position, size < 0
            position += size
        return position, False

    def _take_pcap(self, content: bytes, position: int, packets: list[Packet]) -> int:
        seconds, ticks, size, _ = struct.unpack_from(f"{self._order}4L", content, position)
        if size > _LARGEST_PACKET:
            return -1
        start = position + _PCAP_PACKET_BYTES
        if len(content) - start < size:
            return 0
        time_ns = seconds * NS_PER_SECOND + ticks * self._tick_ns
        packets.append(Packet(start, start + size, time_ns, 0, self._interfaces[0].link, self._order))
        return _PCAP_PACKET_BYTES + int(size)

    def _take_block(self, content: bytes, position: int, packets: list[Packet]) -> int:
        """A block of pcapng; see _Take."""
        if content[position : position + 4] == _SECTION_BYTES:
            if len(content) - position < 12:
                return 0
            magic = content[position + 8 : position + 12]
            self._order = "<" if magic == _BYTE_ORDER_MAGIC.to_bytes(4, "little") else ">"
            self._interfaces = []
        kind, size = struct.unpack_from(f"{self._order}LL", content, position)
        if size < 12 or size % 4 or size > _LARGEST_PACKET:
            return -1
        if len(content) - position < size:
            return 0
        self._take_body(kind, content, position + 8, position + int(size) - 4, packets)
        return int(size)

    def _take_body(self, kind: int, content: bytes, start: int, end: int, packets: list[Packet]) -> None:
        """The body of a complete block of pcapng."""
        if kind == _INTERFACE and end - start >= 8 and len(self._interfaces) < _MOST_INTERFACES:
            found = self._new_interface(content[start:end])
            if found.name and found.link == SOCKETCAN:
                self.names.setdefault(len(self._interfaces), found.name)
            self._interfaces.append(found)
        elif kind == _ENHANCED and end - start >= 20:
            self._take_enhanced(content, start, end, packets)
        elif kind == _SIMPLE and end - start >= 4 and self._interfaces:
            packets.append(Packet(start + 4, end, 0, 0, self._interfaces[0].link, self._order))

    def _take_enhanced(self, content: bytes, body: int, end: int, packets: list[Packet]) -> None:
        number, high, low, size = struct.unpack_from(f"{self._order}4L", content, body)
        start = body + 20
        where = f"byte {self._position + body}"
        if number >= len(self._interfaces) or start + size > end:
            self.problems.add(where, "a packet without an interface, or longer than its block")
            return
        interface = self._interfaces[number]
        time_ns = (high << 32 | low) * NS_PER_SECOND // interface.ticks_per_second + interface.offset_ns
        if abs(time_ns) >= TIME_LIMIT_NS:
            self.problems.add(where, "timestamp out of range")
            return
        for code, value in self._options(content[start + (size + 3) // 4 * 4 : end]):
            if code == _COMMENT:
                text = value.decode("utf-8", errors="replace")
                self.marks.add(self.packets + len(packets), time_ns, text)
        packets.append(Packet(start, start + size, time_ns, number, interface.link, self._order))

    def _new_interface(self, body: bytes) -> _Interface:
        (link,) = struct.unpack_from(f"{self._order}H", body)
        found = _Interface(link)
        for code, value in self._options(body[8:]):
            if code == _RESOLUTION and len(value) == 1:
                power = value[0] & 0x7F
                ticks = 2**power if value[0] & 0x80 else 10 ** min(power, 20)
                found.ticks_per_second = min(ticks, 10**20)
            elif code == _OFFSET and len(value) == 8:
                seconds = struct.unpack(f"{self._order}q", value)[0]
                found.offset_ns = int(seconds) * NS_PER_SECOND
            elif code == _NAME:
                found.name = value.decode("utf-8", errors="replace").strip("\0")
        return found

    def _options(self, content: bytes) -> Iterator[tuple[int, bytes]]:
        position = 0
        while position + 4 <= len(content):
            code, size = struct.unpack_from(f"{self._order}HH", content, position)
            if not code:
                return
            yield code, content[position + 4 : position + 4 + size]
            position += 4 + (size + 3) // 4 * 4
