"""Parses lines of candump logs, (1436509052.249713) vcan0 123#DEADBEEF [R|T], and of its screen output.

Format: can-utils' lib.c (parse_canframe). Eight hexadecimal digits are an extended id or an error class; "##"
and a flag digit precede CAN FD data; "R" and an optional length instead of data is a remote frame; "_" and a
digit after 8 bytes are a DLC of 9 to 15. Other tools omit the time or the interface, write spaces between the
bytes, or a text after them.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path

from canmcast_gui.frames import INLINE_BYTES, FrameBatch, bits
from canmcast_gui.frames.arrays import Offsets
from canmcast_gui.logfile.candump import columns, screen
from canmcast_gui.logfile.candump.columns import channel_of, id_and_flags
from canmcast_gui.logfile.candump.names import names_of
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.text.lines import Lines
from canmcast_gui.logfile.text.numbers import RunningSum
from canmcast_gui.logfile.text.reader import Remark, TextReader
from canmcast_gui.logfile.text.rows import Row, parse_dlc, parse_seconds_ns

_LINE = re.compile(
    r"(?:\(\s*(-?\d+(?:\.\d+)?)\s*\)\s+)?(?:([^\s#]+)\s+)?([0-9A-Fa-f]{1,8})#(#[0-9A-Fa-f])?(\S*)\s*(.*)$"
)
_LOG_LINE = re.compile(r"\(\s*-?\d+(\.\d+)?\s*\)\s+(\S+\s+)?[0-9A-Fa-f]{1,8}#")
_WITHOUT_TIME = re.compile(
    r"([A-Za-z]\w*\s+)?([0-9A-Fa-f]{3}|[0-9A-Fa-f]{8})#(R[0-8]?|(#[0-9A-Fa-f])?([ .]?[0-9A-Fa-f]{2})+)$"
)
_PAIR = re.compile(r"[0-9A-Fa-f]{2}")
_DIGITS = re.compile(r"[0-9A-Fa-f]*\d[0-9A-Fa-f]*")

# Lines after an error frame in screen output with the option -e.
_EXPLANATION = re.compile(
    r"(tx-timeout|lost-arbitration|controller-problem|protocol-violation|transceiver-status|bus-off|bus-error"
    r"|no-acknowledgement-on-tx|restarted-after-bus-off|error-counter-tx-rx)\b"
)

_BRS, _ESI = 0x01, 0x02

# After each change of the form of lines, those after it are read again.
_MOST_CHANGES = 64


class CandumpParser:
    """Parses the lines of one file. Interfaces become channels, by the number in their names.

    With ``differences`` the times of screen output count from the line before.
    """

    start_ns = 0

    def __init__(self, differences: bool = False) -> None:
        self.channels: dict[str, int] = {}
        self._differences = differences
        self._sum = RunningSum()
        self._shape: screen.Shape | bool = False
        self._changes = 0

    @property
    def state(self) -> Hashable:
        """The known interfaces, the form of screen lines, and the sum of their times."""
        return len(self.channels), self._shape, self._sum.state

    def columns(self, lines: Lines) -> list[tuple[Offsets, FrameBatch]]:
        """The frames in lines of the usual form, of known interfaces."""
        if not self.channels:
            return []
        if isinstance(self._shape, bool):
            return columns.frames(lines, self.channels, self._shape)
        rows, batch = screen.frames(lines, self._shape, self.channels)
        return [self._sum.take(lines, rows, batch) if self._differences else (rows, batch)]

    def parse(self, line: str) -> Row | Remark | None:
        """The frame or comment in a line."""
        if line.startswith("#"):
            return Remark(None, line[1:].strip()) if line[1:].strip() else None
        if not line or _EXPLANATION.match(line):
            return None
        found = _LINE.match(line)
        if found is None or not (found[1] or _WITHOUT_TIME.match(line) or line.endswith("#")):
            return self._screen(line)
        self._set_shape(line.startswith("( "))
        time, interface, number, fd, data, rest = found.groups()
        data, direction = _data_and_direction(data, rest.split())
        arbitration_id, flags = id_and_flags(number)
        flags |= bits.TX if direction in ("T", "t") else 0
        channel = self._channel(interface or "")
        time_ns = parse_seconds_ns(time) if time else 0
        if fd:
            flags |= _fd_flags(int(fd[1], 16))
        elif data[:1] in ("R", "r"):
            return Row(time_ns, arbitration_id, flags | bits.REMOTE, channel, b"", _remote_dlc(data))
        dlc = None
        if not fd and len(data) == 18 and data[16] == "_":
            data, dlc = data[:16], parse_dlc(data[17])
        return Row(time_ns, arbitration_id, flags, channel, _bytes(data.replace(".", "")), dlc)

    def _screen(self, line: str) -> Row:
        """A line of screen output; times that count from the line before are summed."""
        found = screen.parse(line, self.channels)
        if found is None:
            raise ValueError("neither a frame nor a comment")
        text, interface, row = found
        self._set_shape(screen.shape_of(line) or self._shape)
        time = screen.time_of(text) if text else 0
        if self._differences:
            self._sum.now_ns = time = self._sum.now_ns + time
        return row._replace(timestamp_ns=time, channel=self._channel(interface))

    def _set_shape(self, shape: screen.Shape | bool) -> None:
        """Read lines of this form as columns from here on; after too many changes the last form stays.

        For log lines it is whether there are spaces before the time.
        """
        if shape != self._shape and self._changes < _MOST_CHANGES:
            self._shape = shape
            self._changes += 1

    def _channel(self, interface: str) -> int:
        channel = self.channels.get(interface)
        if channel is None:
            channel = self.channels[interface] = channel_of(interface, self.channels)
        return channel


def _fd_flags(digit: int) -> int:
    return bits.FD | (bits.BRS if digit & _BRS else 0) | (bits.ESI if digit & _ESI else 0)


def _data_and_direction(data: str, rest: list[str]) -> tuple[str, str]:
    """The digits after the #, and R or T, given the words that follow; a text after them is ignored."""
    pairs = next((index for index, word in enumerate(rest) if not _PAIR.fullmatch(word)), len(rest))
    if not data or (_PAIR.fullmatch(data) and rest[pairs:] in ([], ["R"], ["T"])):
        data, rest = "".join([data, *rest[:pairs]]), rest[pairs:]
    if rest and _DIGITS.fullmatch(rest[0]):
        raise ValueError(f"{rest[0]!r} after the data")
    return data, rest[0] if rest and rest[0] in ("R", "T", "r", "t") else ""


def _bytes(digits: str) -> bytes:
    try:
        return bytes.fromhex(digits)
    except ValueError:
        raise ValueError(f"invalid data {digits!r}") from None


def _remote_dlc(data: str) -> int:
    """The DLC of a remote frame: the digit after "_", or the requested length, in hexadecimal."""
    length, _, raw = data[1:].partition("_")
    if int(length or "0", 16) > INLINE_BYTES:
        raise ValueError(f"a remote frame with {int(length, 16)} bytes")
    return parse_dlc(raw or length or "0")


def is_candump_line(line: str) -> bool:
    """Whether a line is one of a log or of screen output."""
    return bool(_LOG_LINE.match(line) or _WITHOUT_TIME.match(line)) or screen.is_screen_line(line)


class CandumpReader(TextReader):
    """Reads a log or screen output of candump; the names of its channels are those of the interfaces."""

    def __init__(self, path: Path, problems: Problems) -> None:
        parser = CandumpParser(screen.counts_from_line_before(path))
        super().__init__(path, parser, problems)
        self._interfaces = parser.channels

    @property
    def channel_names(self) -> dict[int, str]:
        """The names by number of the channels so far."""
        return names_of(self._interfaces)
