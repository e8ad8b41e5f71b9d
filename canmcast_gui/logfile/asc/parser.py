"""Vector's ASC files.

Format: Vector's "ASC logging files format specification". Times count from the date in the header or, where
there are such, of the trigger block that they stand in, as in python-can, which puts the time of writing into
the header. Dates are local time.
"""

from __future__ import annotations

import re
from collections.abc import Hashable
from pathlib import Path

from canmcast_gui.frames import DLC_TO_LENGTH, INLINE_BYTES, FrameBatch, bits
from canmcast_gui.frames.arrays import Places
from canmcast_gui.logfile.asc import columns
from canmcast_gui.logfile.asc.columns import RunningTime
from canmcast_gui.logfile.asc.dates import has_times_of_day, parse_date
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.text.lines import Lines
from canmcast_gui.logfile.text.reader import Passed, Remark, TextReader
from canmcast_gui.logfile.text.rows import Row, parse_bytes, parse_dlc, parse_int, parse_seconds_ns
from canmcast_gui.logfile.times import midnight_before

# Lines without a time that are in order.
_HEADER_WORDS = frozenset(
    {"date", "base", "internal", "no", "begin", "end", "#", "previous", "split", "version"}
)

# Events that are texts of the user or of the tool; what stands behind them is one.
_TEXT_EVENTS = frozenset({"comment:", "gmgroup:", "gmmarker:", "gmdescription:", "globalmarker:"})
# What else lines are about, by their first word.
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
    """What reads an ASC file."""
    return TextReader(path, AscParser(has_times_of_day(path)), problems)


class AscParser:
    """Lines of one file. With ``times_of_day`` its times count from midnight before each date."""

    def __init__(self, times_of_day: bool = False) -> None:
        self.start_ns = 0
        self._times_of_day = times_of_day
        self._base = 16
        self._relative = False
        self._running = RunningTime()
        self._triggered = False

    @property
    def state(self) -> Hashable:
        """What lines in the header say."""
        return self.start_ns, self._base, self._relative

    def columns(self, lines: Lines) -> list[tuple[Places, FrameBatch]]:
        """The frames on usual lines."""
        parts = columns.frames(lines, self._base)
        return self._running.take(lines, parts) if self._relative else parts

    def parse(self, line: str) -> Row | Remark | Passed | None:
        """The frame in a line, or the comment."""
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
        """A date that cannot be read leaves the times as they are: since the start. Raises ValueError."""
        if not date:
            return
        try:
            start_ns = parse_date(date[0])
            self.start_ns = midnight_before(start_ns) if self._times_of_day else start_ns
        except (OverflowError, OSError):
            raise ValueError("a date that cannot be read") from None

    def _classic(self, cells: list[str], time: int) -> Row | Passed:
        channel = parse_int(cells[1], "a channel")
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
        payload, code = payload_and_code(cells[5], cells[6:], self._base)
        flags |= bits.FD if len(payload) > INLINE_BYTES else 0
        return Row(time, arbitration_id, flags, channel, payload, code)

    def _remote_dlc(self, cells: list[str]) -> int:
        """The DLC after the r, which older versions leave out; some tools write it in decimal."""
        word = cells[5] if len(cells) > 5 else ""
        return parse_dlc(word, 16 if len(word) == 1 else 10) if 1 <= len(word) <= 2 else 0

    def _fd(self, cells: list[str], time: int) -> Row:
        channel = parse_int(cells[2], "a channel")
        if cells[3].lower() not in _DIRECTIONS:
            raise ValueError("a frame without a direction")
        flags = bits.FD | _DIRECTIONS[cells[3].lower()]
        if cells[4].lower() == "errorframe":
            return Row(time, 0, flags & ~bits.FD | bits.ERROR, channel, b"")
        extended, arbitration_id = self._id_or_name(cells[4], cells)
        # A symbolic name may stand between the id and the bit rate switch.
        at = 5 if cells[5] in ("0", "1") and cells[6] in ("0", "1") else 6
        brs, esi, code = cells[at], cells[at + 1], parse_dlc(cells[at + 2])
        size = parse_int(cells[at + 3], "a length")
        flags |= extended | (bits.BRS if brs == "1" else 0) | (bits.ESI if esi == "1" else 0)
        said = _flags_field(cells, at + 4 + size)
        if size == 0 and said & _FLAG_REMOTE:
            return Row(time, arbitration_id, flags & ~bits.FD | bits.REMOTE, channel, b"", min(8, code))
        payload = self._payload(cells, at + 4, size)
        if said and not said & columns.FLAG_FD and size <= INLINE_BYTES and not flags & (bits.BRS | bits.ESI):
            return Row(time, arbitration_id, flags & ~bits.FD, channel, payload, code if size == 8 else None)
        return Row(time, arbitration_id, flags, channel, payload)

    def _id_or_name(self, text: str, cells: list[str]) -> tuple[int, int]:
        """An id; a symbolic name has it at the end of its line, in decimal, where lines have lengths."""
        try:
            return self._id(text)
        except ValueError:
            if cells[-3:-1] == ["ID", "="]:
                last = cells[-1]
                flags, digits = (bits.EXTENDED, last[:-1]) if last[-1] in "xX" else (0, last)
                return flags, parse_int(digits, "an id")
            raise ValueError(f"{text} is a name, and the line does not say its id") from None

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
    """The flags of a CANFD line whose data end before that word; 0 where they say nothing."""
    try:
        return int(cells[end + columns.FLAGS_AFTER_DATA], 16)
    except (IndexError, ValueError):
        return 0


def _event(cells: list[str]) -> Passed | None:
    """What kind of event this is; that a measurement started or ended needs no word."""
    first = cells[0].lower()
    if ["of", "measurement"] in (cells[1:3], cells[2:4]):
        return None
    if first == "can" and any(cell.lower().startswith("status") for cell in cells):
        return Passed("chip states")
    return Passed(next((kind for words, kind in _EVENTS if words.match(first)), "other events"))


def _channel_event(word: str) -> Passed:
    """What kind of event of a channel this is."""
    word = word.lower()
    if word.startswith("j1939"):
        return Passed("J1939 transport messages")
    return Passed({"statistic:": "statistics", "overloadframe": "overload frames"}.get(word, "other events"))


def _comment(text: str) -> Remark | None:
    """What stands behind two slashes; which version wrote the file is nothing to mark."""
    return Remark(None, text) if text and not text.startswith("version ") else None


def _text(line: str) -> str:
    """What stands behind the name of an event, without the number of the event that it is about."""
    cells = line.split(None, 3)
    if len(cells) > 3 and cells[2].isdigit():
        return cells[3]
    return line.split(None, 2)[2] if len(cells) > 2 else ""


_HIGHEST_CODE = 15
_LENGTHS = frozenset(DLC_TO_LENGTH.tolist())


def payload_and_code(dlc: str, words: list[str], base: int) -> tuple[bytes, int]:
    """The payload and its DLC code, from the word after "d" and the words that follow it.

    More than 8 bytes are a CAN FD frame's. Raises ValueError, or IndexError where bytes are missing.
    """
    code = parse_int(dlc, "a DLC", 16)
    if not 0 <= code <= INLINE_BYTES or not dlc.isalnum():
        return _long(dlc, words[: _count(words, base)], base)
    if len(words) < code:
        raise IndexError
    return parse_bytes(words[:code], base), code


def _long(dlc: str, data: list[str], base: int) -> tuple[bytes, int]:
    """As payload_and_code(), where the DLC is neither of 0 to 8; ``data`` are the bytes that there are."""
    numbers = {int(dlc, 16), *([int(dlc)] if dlc.isdecimal() else [])}
    codes = sorted(number for number in numbers if INLINE_BYTES < number <= _HIGHEST_CODE)
    meant = {int(DLC_TO_LENGTH[code]) for code in codes} | numbers & _LENGTHS
    if len(data) > INLINE_BYTES and len(data) in meant:
        return parse_bytes(data, base), int(DLC_TO_LENGTH.searchsorted(len(data)))
    if not codes and not meant:
        raise ValueError(f"a DLC of {dlc!r}")
    if len(data) < INLINE_BYTES or not codes:
        raise IndexError
    if len(data) > INLINE_BYTES:
        raise ValueError(f"{len(data)} data bytes after a DLC of {dlc!r}")
    return parse_bytes(data, base), codes[0]


def _count(words: list[str], base: int) -> int:
    """How many of the words, from the first on, are bytes."""
    digits = frozenset("0123456789abcdefABCDEF" if base == 16 else "0123456789")
    widest = 2 if base == 16 else 3
    for place, word in enumerate(words):
        if len(word) > widest or not digits.issuperset(word):
            return place
    return len(words)
