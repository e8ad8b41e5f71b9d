"""candump -L lines: (1436509052.249713) vcan0 123#DEADBEEF [R|T].

Format: can-utils' lib.c (parse_canframe). Eight hex digits are an extended id or an error class, "##" and a
flag digit stand before CAN FD data, "R" and maybe a length in place of data is a remote frame.
"""

from __future__ import annotations

import re
from collections.abc import Hashable

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import bits
from canmcast_gui.logfile.candump import columns
from canmcast_gui.logfile.rows import Row, nanoseconds
from canmcast_gui.logfile.text.lines import Lines, Places

_LINE = re.compile(
    r"\((-?\d+(?:\.\d+)?)\)\s+(\S+)\s+([0-9A-Fa-f]{1,8})#(#[0-9A-Fa-f])?(\S*)(?:\s+([RrTt]))?$"
)
_NUMBER_AT_END = re.compile(r"\d+$")

_ERROR_CLASS = 0x20000000
_BRS, _ESI = 0x01, 0x02


class CandumpParser:
    """Lines of one candump log. Interface names become channels: the number in a name, counted from 1."""

    start_ns = 0

    def __init__(self) -> None:
        self.channels: dict[str, int] = {}

    @property
    def state(self) -> Hashable:
        """The interfaces that are known."""
        return len(self.channels)

    def columns(self, lines: Lines) -> list[tuple[Places, FrameBatch]]:
        """The frames on usual lines of interfaces that are known."""
        return columns.frames(lines, self.channels) if self.channels else []

    def parse(self, line: str) -> Row | None:
        """The frame in a line."""
        if not line or line.startswith("#"):
            return None
        found = _LINE.match(line)
        if found is None:
            raise ValueError("no candump line")
        time, interface, number, fd, data, direction = found.groups()
        flags = bits.TX if direction in ("T", "t") else 0
        channel = self.channels.get(interface) or self._new_channel(interface)
        arbitration_id = int(number, 16)
        if len(number) > 3:
            flags |= bits.ERROR if arbitration_id & _ERROR_CLASS else bits.EXTENDED
            arbitration_id &= 0x1FFFFFFF
        if fd:
            said = int(fd[1], 16)
            flags |= bits.FD | (bits.BRS if said & _BRS else 0) | (bits.ESI if said & _ESI else 0)
        elif data[:1] in ("R", "r"):
            return Row(nanoseconds(time), arbitration_id, flags | bits.REMOTE, channel, b"", _remote(data))
        return Row(nanoseconds(time), arbitration_id, flags, channel, bytes.fromhex(data.replace(".", "")))

    def _new_channel(self, interface: str) -> int:
        """can0 is channel 1; where two names have the same number, the later one gets the next free."""
        number = _NUMBER_AT_END.search(interface)
        channel = int(number[0][-3:]) + 1 if number else 1
        while channel in self.channels.values():
            channel += 1
        self.channels[interface] = channel
        return channel


def _remote(data: str) -> int:
    """The length that a remote frame asks for; candump may write it in hex and, after _, a raw DLC."""
    length = int(data[1:].partition("_")[0] or "0", 16)
    if length > 8:
        raise ValueError(f"a remote frame of {length} bytes")
    return length
