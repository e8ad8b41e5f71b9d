"""The packets of a capture: where each stands, when it came, on which interface of which kind."""

from __future__ import annotations

import struct
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import BinaryIO, NamedTuple

from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.interfaces import Notes
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.times import LONGEST_TIME_NS

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
    notes: Notes
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
                self.notes.add(self.packets + len(packets), time, text)
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
