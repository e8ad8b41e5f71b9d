"""Reads ASC files.

Times count from the date in the header, or from that of the trigger block that contains them: python-can
writes the time of writing into the header. Dates are local time.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path

from canmcast_gui.frames import DLC_TO_LENGTH, INLINE_BYTES, FrameBatch, bits
from canmcast_gui.frames.arrays import Offsets
from canmcast_gui.logfile.asc import columns
from canmcast_gui.logfile.asc.columns import RunningTime
from canmcast_gui.logfile.asc.dates import has_times_of_day, parse_date
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.text.lines import Lines
from canmcast_gui.logfile.text.reader import Passed, Remark, TextReader
from canmcast_gui.logfile.text.rows import Row, parse_bytes, parse_dlc, parse_int, parse_seconds_ns
from canmcast_gui.logfile.times import midnight_before

# First words of valid lines without a time.
_HEADER_WORDS = frozenset(
    {"date", "base", "internal", "no", "begin", "end", "#", "previous", "split", "version"}
)

# Events that are texts of the user or of the tool.
_TEXT_EVENTS = frozenset({"comment:", "gmgroup:", "gmmarker:", "gmdescription:", "globalmarker:"})
# Other events, by the first word of the line.
_EVENTS = tuple(
    (re.compile(words, re.IGNORECASE), kind)
    for words, kind in (
        (r"canxl", "CAN XL frames"),
        (r"(l\d+|lin?)$", "LIN events"),
        (r"fr$", "FlexRay events"),
        (r"eth", "Ethernet events"),
        (r"most|mst", "MOST events"),
        (r"j1939", "J1939 transport messages"),
        (r"sv:", "system variables"),
        (r"gps", "GPS positions"),
        (r"trigger", "trigger events"),
    )
)
_DIRECTIONS = {"rx": 0, "tx": bits.TX, "txrq": bits.TX}

# Bits of the flags field of a CANFD line.
_FLAG_REMOTE = 0x10


def asc_reader(path: Path, problems: Problems) -> TextReader:
    """A reader for an ASC file."""
    return TextReader(path, AscParser(has_times_of_day(path)), problems)


class AscParser:
    """Parses the lines of one file. With ``times_of_day`` times count from midnight before each date."""

    def __init__(self, times_of_day: bool = False) -> None:
        self.start_ns = 0
        self._times_of_day = times_of_day
        self._base = 16
        self._relative = False
        self._running = RunningTime()
        self._triggered = False

    @property
    def state(self) -> Hashable:
        """What the header says."""
        return self.start_ns, self._base, self._relative

    def columns(self, lines: Lines) -> list[tuple[Offsets, FrameBatch]]:
        """The frames in lines of the usual form."""
        parts = columns.frames(lines, self._base)
        return self._running.take(lines, parts) if self._relative else parts

    def parse(self, line: str) -> Row | Remark | Passed | None:
        """The frame or comment in a line."""
        cells = line.split()
        if not cells:
            return None
        if line.startswith("//"):
            return _comment(line[2:].strip())
        if not (cells[0][0].isdigit() or cells[0][0] == "-"):
            self._header(cells, line)
            return None
        time = self._time(cells[0])
        kind = cells[1]
        if kind.isdigit():
            return self._classic(cells, time)
        if kind.upper() == "CANFD" and cells[3:5] != ["of", "measurement"]:
            return self._fd(cells, time)
        if kind.lower() in _TEXT_EVENTS:
            return Remark(time, _text(line))
        if line.lower().endswith("log trigger event"):
            return Remark(time, line.split(None, 1)[1])
        return _event(cells[1:])

    def _time(self, text: str) -> int:
        """Nanoseconds since the start; relative times count from the event before."""
        time = parse_seconds_ns(text)
        return self._running.next(time) if self._relative else time

    def _header(self, cells: list[str], line: str) -> None:
        word = cells[0].lower()
        if word not in _HEADER_WORDS:
            raise ValueError("neither an event nor a header line")
        lower = [cell.lower() for cell in cells]
        if word == "base":
            self._base = 10 if lower[1:2] == ["dec"] else 16
            self._relative = "relative" in lower
        elif word == "date" and not self._triggered:
            self._set_start(line.split(None, 1)[1:])
        elif word == "begin":
            self._triggered = True
            self._set_start(line.split(None, 2)[2:])

    def _set_start(self, date: list[str]) -> None:
        """Set the start; after invalid date times still count from the start. Raises ValueError."""
        if not date:
            return
        try:
            start_ns = parse_date(date[0])
            self.start_ns = midnight_before(start_ns) if self._times_of_day else start_ns
        except (OverflowError, OSError):
            raise ValueError("invalid date") from None

    def _classic(self, cells: list[str], time: int) -> Row | Passed:
        channel = parse_int(cells[1], "channel")
        number = cells[2]
        if number.lower() == "errorframe":
            return Row(time, 0, bits.ERROR, channel, b"")
        if len(cells) < 4 or cells[3].lower() not in _DIRECTIONS:
            if not number[0].isdigit():
                return _channel_event(number)
            raise ValueError("a frame without a direction")
        flags, arbitration_id = self._id_or_name(number, cells)
        flags |= _DIRECTIONS[cells[3].lower()]
        if cells[4].lower() == "r":
            return Row(time, arbitration_id, flags | bits.REMOTE, channel, b"", self._remote_dlc(cells))
        if cells[4].lower() != "d":
            raise ValueError(f"a frame of kind {cells[4]!r}")
        payload, code = payload_and_dlc(cells[5], cells[6:], self._base)
        flags |= bits.FD if len(payload) > INLINE_BYTES else 0
        return Row(time, arbitration_id, flags, channel, payload, code)

    def _remote_dlc(self, cells: list[str]) -> int:
        """The DLC after the "r", which older versions omit and some tools write in decimal."""
        word = cells[5] if len(cells) > 5 else ""
        return parse_dlc(word, 16 if len(word) == 1 else 10) if 1 <= len(word) <= 2 else 0

    def _fd(self, cells: list[str], time: int) -> Row:
        channel = parse_int(cells[2], "channel")
        if cells[3].lower() not in _DIRECTIONS:
            raise ValueError("a frame without a direction")
        flags = bits.FD | _DIRECTIONS[cells[3].lower()]
        if cells[4].lower() == "errorframe":
            return Row(time, 0, flags & ~bits.FD | bits.ERROR, channel, b"")
        extended, arbitration_id = self._id_or_name(cells[4], cells)
        # There may be a symbolic name between the id and the bit rate switch.
        first = 5 if cells[5] in ("0", "1") and cells[6] in ("0", "1") else 6
        brs, esi, code = cells[first], cells[first + 1], parse_dlc(cells[first + 2])
        size = parse_int(cells[first + 3], "length")
        flags |= extended | (bits.BRS if brs == "1" else 0) | (bits.ESI if esi == "1" else 0)
        field = _flags_field(cells, first + 4 + size)
        if size == 0 and field & _FLAG_REMOTE:
            return Row(time, arbitration_id, flags & ~bits.FD | bits.REMOTE, channel, b"", min(8, code))
        payload = self._payload(cells, first + 4, size)
        if (
            field
            and not field & columns.FLAG_FD
            and size <= INLINE_BYTES
            and not flags & (bits.BRS | bits.ESI)
        ):
            return Row(time, arbitration_id, flags & ~bits.FD, channel, payload, code if size == 8 else None)
        return Row(time, arbitration_id, flags, channel, payload)

    def _id_or_name(self, text: str, cells: list[str]) -> tuple[int, int]:
        """The id; for a symbolic name it is at the end of the line, in decimal, where lines have lengths."""
        try:
            return self._id(text)
        except ValueError:
            if cells[-3:-1] == ["ID", "="]:
                last = cells[-1]
                flags, digits = (bits.EXTENDED, last[:-1]) if last[-1] in "xX" else (0, last)
                return flags, parse_int(digits, "id")
            raise ValueError(f"{text} is a name without an id") from None

    def _id(self, text: str) -> tuple[int, int]:
        if text[-1] in "xX":
            return bits.EXTENDED, int(text[:-1], self._base)
        return 0, int(text, self._base)

    def _payload(self, cells: list[str], start: int, length: int) -> bytes:
        pairs = cells[start : start + length]
        if len(pairs) < length:
            raise IndexError
        return parse_bytes(pairs, self._base)


def _flags_field(cells: list[str], end: int) -> int:
    """The flags of a CANFD line whose data end before that word; 0 where there are none."""
    try:
        return int(cells[end + columns.FLAGS_AFTER_DATA], 16)
    except (IndexError, ValueError):
        return 0


def _event(cells: list[str]) -> Passed | None:
    """The kind of an event; None for the start and end of a measurement."""
    first = cells[0].lower()
    if ["of", "measurement"] in (cells[1:3], cells[2:4]):
        return None
    if first == "can" and any(cell.lower().startswith("status") for cell in cells):
        return Passed("chip states")
    return Passed(next((kind for words, kind in _EVENTS if words.match(first)), "other events"))


def _channel_event(word: str) -> Passed:
    """The kind of an event of a channel."""
    word = word.lower()
    if word.startswith("j1939"):
        return Passed("J1939 transport messages")
    return Passed({"statistic:": "statistics", "overloadframe": "overload frames"}.get(word, "other events"))


def _comment(text: str) -> Remark | None:
    """The comment after two slashes, without the version of the tool."""
    return Remark(None, text) if text and not text.startswith("version ") else None


def _text(line: str) -> str:
    """The text after the name of an event, without the number of the event that it is about."""
    cells = line.split(None, 3)
    if len(cells) > 3 and cells[2].isdigit():
        return cells[3]
    return line.split(None, 2)[2] if len(cells) > 2 else ""


_HIGHEST_CODE = 15
_LENGTHS = frozenset(DLC_TO_LENGTH.tolist())


# -- payloads of classic lines -------------------------------------------------------------------------------


def payload_and_dlc(dlc: str, words: list[str], base: int) -> tuple[bytes, int]:
    """The payload and the DLC, from the word after "d" and the words that follow it.

    The DLC is a hexadecimal digit in Vector's specification. Tools that do not know CANFD lines write CAN FD
    frames on these lines too, with a decimal DLC or with the number of bytes: python-can before 4.0 wrote
    "d 40" before 64 bytes. The number of bytes decides. Raises ValueError, or IndexError for missing bytes.
    """
    code = parse_int(dlc, "DLC", 16)
    if not 0 <= code <= INLINE_BYTES or not dlc.isalnum():
        return _long(dlc, words[: _count(words, base)], base)
    if len(words) < code:
        raise IndexError
    return parse_bytes(words[:code], base), code


def _long(dlc: str, data: list[str], base: int) -> tuple[bytes, int]:
    """Like payload_and_dlc(), for a DLC that is not 0 to 8; ``data`` are all words that are bytes."""
    numbers = {int(dlc, 16), *([int(dlc)] if dlc.isdecimal() else [])}
    codes = sorted(number for number in numbers if INLINE_BYTES < number <= _HIGHEST_CODE)
    lengths = {int(DLC_TO_LENGTH[code]) for code in codes} | numbers & _LENGTHS
    if len(data) > INLINE_BYTES and len(data) in lengths:
        return parse_bytes(data, base), int(DLC_TO_LENGTH.searchsorted(len(data)))
    if not codes and not lengths:
        raise ValueError(f"invalid DLC {dlc!r}")
    if len(data) < INLINE_BYTES or not codes:
        raise IndexError
    if len(data) > INLINE_BYTES:
        raise ValueError(f"{len(data)} data bytes after DLC {dlc!r}")
    return parse_bytes(data, base), codes[0]


def _count(words: list[str], base: int) -> int:
    """How many words, from the first on, are bytes."""
    digits = frozenset("0123456789abcdefABCDEF" if base == 16 else "0123456789")
    widest = 2 if base == 16 else 3
    for index, word in enumerate(words):
        if len(word) > widest or not digits.issuperset(word):
            return index
    return len(words)
