"""Reads TRC files.

Format: PEAK's document "CAN TRC file format". Bus numbers are channels. The start time in the header has no
time zone; it is read as UTC, as in python-can.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable
from decimal import Decimal, InvalidOperation

import numpy as np

from canmcast_gui.frames import DLC_TO_LENGTH, INLINE_BYTES, LENGTH_TO_DLC, MAX_PAYLOAD, FrameBatch, bits
from canmcast_gui.frames.arrays import Mask, Numbers, Offsets
from canmcast_gui.frames.units import NS_PER_DAY, NS_PER_US
from canmcast_gui.logfile.text.lines import Layouts, Lines
from canmcast_gui.logfile.text.numbers import parse_decimal, parse_hex, parse_seconds
from canmcast_gui.logfile.text.payloads import batch_from, payloads
from canmcast_gui.logfile.text.reader import Passed, Remark
from canmcast_gui.logfile.text.rows import Row, parse_bytes, parse_dlc, parse_int, parse_seconds_ns
from canmcast_gui.logfile.times import checked_start

# OLE automation dates count from 1899-12-30, this number of days before 1970-01-01.
_OLE_EPOCH_DAYS = 25569
_MICROSECONDS_OF_DAY = NS_PER_DAY // NS_PER_US

_FLAGS_BY_TYPE = {
    "DT": 0,
    "RR": bits.REMOTE,
    "FD": bits.FD,
    "FB": bits.FD | bits.BRS,
    "FE": bits.FD | bits.BRS | bits.ESI,
    "BI": bits.FD | bits.ESI,
}
# Types of lines that are not frames.
_OTHER_TYPES = {"ST": Passed("bus states"), "EC": Passed("error counters")}

_NO_ID = 0xFFFFFFFF
_HEX_DIGITS = frozenset("0123456789abcdefABCDEF")

# The columns of versions without a $COLUMNS line: type, bus, id, DLC; -1 without such a column.
_COLUMNS_V1 = {"1.0": (-1, -1, 2, 3), "1.1": (2, -1, 3, 4), "1.2": (3, 2, 4, 5), "1.3": (3, 2, 4, 6)}


class TrcParser:
    """Parses the lines of one file, whose header defines the columns."""

    def __init__(self) -> None:
        self.start_ns = 0
        self._parse_frame: Callable[[str], Row | Remark | Passed | None] = self._parse_v1
        self._v1 = _COLUMNS_V1["1.0"]
        self._columns: dict[str, int] = {}

    @property
    def state(self) -> Hashable:
        """What the header says."""
        return self.start_ns, self._v1, tuple(self._columns)

    def columns(self, lines: Lines) -> list[tuple[Offsets, FrameBatch]]:
        """The frames in lines of the usual form."""
        return _frames_v2(lines, self._columns) if self._columns else _frames_v1(lines, *self._v1)

    def parse(self, line: str) -> Row | Remark | Passed | None:
        """The frame in a line, or the text of an event."""
        if not line or line.startswith(";"):
            if line.startswith(";$"):
                self._header(*line[2:].split("=", 1))
            return None
        return self._parse_frame(line)

    def _header(self, name: str, value: str = "") -> None:
        value = value.strip()
        if name == "FILEVERSION" and value in _COLUMNS_V1:
            self._v1 = _COLUMNS_V1[value]
        elif name == "STARTTIME":
            self.start_ns = _ole_date(value)
        elif name == "COLUMNS":
            columns = {column: index for index, column in enumerate(value.split(","))}
            if not {"O", "T", "I", "D"} <= columns.keys() or not {"l", "L"} & columns.keys():
                raise ValueError("columns without a time, a type, an id, a length or data")
            self._columns = columns
            self._parse_frame = self._parse_v2

    def _parse_v1(self, line: str) -> Row | Passed:
        cells = line.split()
        type_at, bus_at, id_at, dlc_at = self._v1
        kind = cells[type_at] if type_at >= 0 else "Rx"
        if kind not in ("Rx", "Tx", "Error"):
            return _OTHER_TYPES["ST"] if kind == "Warng" else Passed("other events")
        flags = bits.TX if kind == "Tx" else bits.ERROR if kind == "Error" else 0
        number = cells[id_at]
        if number == "FFFFFFFF" and not flags & bits.ERROR:
            return _OTHER_TYPES["ST"]  # in a version without types
        time = _milliseconds(cells[1])
        if type_at < 0 and "ERROR" in cells:  # in that version
            return Row(time, 0, bits.ERROR, 1, parse_bytes(_byte_pairs(cells[id_at + 1 :])))
        channel = parse_int(cells[bus_at], "bus") if bus_at >= 0 else 1
        dlc = parse_int(cells[dlc_at], "DLC")
        if flags & bits.ERROR:
            return Row(time, 0, flags, channel, parse_bytes(cells[dlc_at + 1 : dlc_at + 1 + dlc]))
        flags |= bits.EXTENDED if len(number) > 4 else 0
        arbitration_id = parse_int(number, "id", 16)
        if cells[dlc_at + 1 : dlc_at + 2] == ["RTR"]:
            return Row(time, arbitration_id, flags | bits.REMOTE, channel, b"", _classic(dlc))
        return Row(time, arbitration_id, flags, channel, _payload(cells, dlc_at + 1, _classic(dlc)))

    def _parse_v2(self, line: str) -> Row | Remark | Passed | None:
        cells = line.split(maxsplit=len(self._columns) - 1)
        kind = cells[self._columns["T"]]
        if kind in _OTHER_TYPES:
            return _OTHER_TYPES[kind]
        if kind == "EV":
            text = line.split(maxsplit=self._columns["T"] + 1)[self._columns["T"] + 1]
            return Remark(_milliseconds(cells[self._columns["O"]]), text)
        if kind == "ER":
            return self._error_frame(line.split())
        if kind not in _FLAGS_BY_TYPE:
            raise ValueError(f"a line of type {kind}")
        return self._frame(cells, _FLAGS_BY_TYPE[kind])

    def _frame(self, cells: list[str], flags: int) -> Row:
        columns = self._columns
        number = cells[columns["I"]]
        flags |= bits.EXTENDED if len(number) > 4 else 0
        flags |= bits.TX if "d" in columns and cells[columns["d"]] == "Tx" else 0
        channel = parse_int(cells[columns["B"]], "bus") if "B" in columns else 1
        time = _milliseconds(cells[columns["O"]])
        arbitration_id = parse_int(number, "id", 16)
        length, code = self._length_and_code(cells, bool(flags & bits.FD))
        if flags & bits.REMOTE:
            return Row(time, arbitration_id, flags, channel, b"", code)
        data = cells[columns["D"]].split() if length else []
        return Row(time, arbitration_id, flags, channel, _payload(data, 0, length), code)

    def _length_and_code(self, cells: list[str], fd: bool) -> tuple[int, int]:
        """The number of bytes and the DLC; the file has one of them."""
        if "l" in self._columns:
            length = parse_int(cells[self._columns["l"]], "length")
            if not 0 <= length <= MAX_PAYLOAD:
                raise ValueError(f"a frame with {length} bytes")
            return length, int(LENGTH_TO_DLC[length])
        code = parse_dlc(cells[self._columns["L"]], 10)
        return int(DLC_TO_LENGTH[code]) if fd else min(code, INLINE_BYTES), code

    def _error_frame(self, cells: list[str]) -> Row:
        """Columns that an error frame does not have are omitted, or have a dash."""
        columns = self._columns
        direction = next((index for index, cell in enumerate(cells) if cell in ("Rx", "Tx")), len(cells) - 1)
        flags = bits.ERROR | (bits.TX if cells[direction] == "Tx" else 0)
        channel = int(cells[columns["B"]]) if "B" in columns and cells[columns["B"]].isdigit() else 1
        data = parse_bytes(_byte_pairs(cells[direction + 1 :]))
        return Row(_milliseconds(cells[columns["O"]]), 0, flags, channel, data)


def _payload(cells: list[str], start: int, length: int) -> bytes:
    pairs = cells[start : start + length]
    if len(pairs) < length:
        raise IndexError
    return parse_bytes(pairs)


def _byte_pairs(cells: list[str]) -> list[str]:
    """The cells of two hexadecimal digits."""
    return [cell for cell in cells if len(cell) == 2 and _HEX_DIGITS.issuperset(cell)]


def _classic(dlc: int) -> int:
    if not 0 <= dlc <= INLINE_BYTES:
        raise ValueError(f"invalid DLC '{dlc}'")
    return dlc


def _milliseconds(text: str) -> int:
    """Decimal milliseconds as text in nanoseconds, exactly."""
    return parse_seconds_ns(text) // 1000


def _ole_date(text: str) -> int:
    """Days since 1899-12-30 as nanoseconds since 1970, to the microsecond, the resolution of the digits."""
    try:
        days = Decimal(text) - _OLE_EPOCH_DAYS
        return checked_start(round(days * _MICROSECONDS_OF_DAY) * NS_PER_US)
    except (InvalidOperation, OverflowError, ValueError):
        raise ValueError("a start time that is not a number of days") from None


# -- in columns ----------------------------------------------------------------------------------------------


def _frames_v2(lines: Lines, columns: dict[str, int]) -> list[tuple[Offsets, FrameBatch]]:
    """The frames in lines of version 2 of the usual form, given the index of each column; data are last."""
    if columns["D"] != len(columns) - 1:
        return []
    found = Layouts(lines, np.flatnonzero(lines.plain), columns["D"])
    kinds = _two_letters(lines, found, columns["T"])
    flags = np.where(kinds == _letters("DT"), 0, -1)
    if flags.any():
        for name in ("FD", "FB", "FE", "BI"):
            flags[kinds == _letters(name)] = _FLAGS_BY_TYPE[name]
    good = flags >= 0
    if "d" in columns:
        good &= _direction(lines, found, columns["d"], flags)
    size = columns.get("l", columns.get("L", 0))
    lengths, length_good = parse_decimal(lines, found.end(size), found.size(size))
    good &= length_good & (lengths <= (64 if "l" in columns else 15))
    good &= (flags & bits.FD != 0) | (lengths <= 8)
    if "l" not in columns:
        lengths = DLC_TO_LENGTH[lengths & 15].astype(np.int64)
    found_in = (columns["O"], columns["I"], columns.get("B", -1), columns["D"])
    return [_batch(lines, found, good, found_in, lengths, flags)]


def _frames_v1(lines: Lines, kind: int, bus: int, number: int, dlc: int) -> list[tuple[Offsets, FrameBatch]]:
    """The frames in lines of version 1 of the usual form, given the columns type, bus, id and DLC or -1."""
    found = Layouts(lines, np.flatnonzero(lines.plain), dlc + 1)
    flags = np.zeros(len(found), dtype=np.int64)
    lengths, good = parse_decimal(lines, found.end(dlc), found.size(dlc))
    if kind >= 0:
        good &= _direction(lines, found, kind, flags)
    else:
        marks = np.cumsum(lines.text == ord("R"))  # of RTR and ERROR
        good &= marks.take(lines.ends[found.rows]) == marks.take(found.start(0))
    good &= lengths <= 8
    return [_batch(lines, found, good, (1, number, bus, dlc + 1), lengths, flags)]


def _two_letters(lines: Lines, found: Layouts, word: int) -> Numbers:
    """Words of two letters as integers; -1 for others."""
    start = found.start(word)
    both = lines.text[start].astype(np.int64) | lines.text[start + 1].astype(np.int64) << 8
    return np.where(found.size(word) == 2, both, -1)


def _letters(word: str) -> int:
    """A word of two letters as an integer."""
    return int.from_bytes(word.encode(), "little")


def _direction(lines: Lines, found: Layouts, word: int, flags: Numbers) -> Mask:
    """Add the direction to the flags; which lines have one."""
    words = _two_letters(lines, found, word)
    tx = words == _letters("Tx")
    flags |= bits.TX * tx
    good: Mask = tx | (words == _letters("Rx"))
    return good


def _batch(
    lines: Lines,
    found: Layouts,
    good: Mask,
    words: tuple[int, int, int, int],
    lengths: Numbers,
    flags: Numbers,
) -> tuple[Offsets, FrameBatch]:
    """The frames of lines that are valid in all columns; ``words`` are time, id, bus and data."""
    time, number, bus, data = words
    times, time_good = parse_seconds(lines, found.start(time), found.end(time))
    ids, id_good = parse_hex(lines, found.end(number), found.size(number))
    good &= time_good & id_good & (ids != _NO_ID)
    flags = flags | bits.EXTENDED * (found.size(number) > 4)
    channels: Numbers | int = 1
    if bus >= 0:
        channels, channel_good = parse_decimal(lines, found.end(bus), found.size(bus))
        good &= channel_good
        channels[channels > 255] = 0
    content = payloads(lines, found.start(data), np.where(good, lengths, 0), 3)
    good &= content.good
    batch = batch_from(times // 1000, ids, flags, channels, content)
    return (found.rows, batch) if good.all() else (found.rows[good], batch[good])
