"""Writes PEAK TRC 2.1. Error frames are ER lines and marks EV lines; python-can writes neither."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal

import numpy as np

from canmcast_gui.frames import DLC_TO_LENGTH, INLINE_BYTES, Flag, FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.frames.units import NS_PER_DAY, NS_PER_SECOND, NS_PER_US
from canmcast_gui.logfile.text.packed_digits import (
    PackedText,
    count_digits,
    format_decimal,
    format_fixed,
    format_ids,
    format_spaced_payloads,
    lines_by_kind,
    pack_texts,
    page,
    round_to,
)
from canmcast_gui.logfile.text.sink import StartTextSink

_OLE_EPOCH_DAYS = 25569
_DAY_SECONDS = NS_PER_DAY // NS_PER_SECOND

_LINE_END = int.from_bytes(b"\r\n", "little")

# By the digits of a number, or of a time before its point: spaces before it, to 7 and 14 characters.
_NUMBER_PADDING = pack_texts([" " * max(0, 7 - size) for size in range(20)])
_TIME_PADDING = pack_texts([" " * max(1, 10 - size) for size in range(20)])

_BUSES = pack_texts([f"{bus:>2} " for bus in range(256)])
_ID_PADDING = pack_texts(["    ", ""])
_DIRECTIONS = pack_texts([" Rx -  ", " Tx -  "])
_LENGTHS = pack_texts([f"{length:<4}" for length in range(65)])
_REMOTE = int.from_bytes(b" RR ", "little")
_DATA = int.from_bytes(b" DT ", "little")
_ERROR = int.from_bytes(b" ER ", "little")
_ERROR_DIRECTIONS = pack_texts(["       - Rx -  ", "       - Tx -  "])

# By BRS and ESI, BRS in bit 0.
_FD_TYPES = pack_texts([" FD ", " FB ", " BI ", " FE "])


class TrcSink(StartTextSink):
    """Writes TRC; times count from a whole second, UTC."""

    _count = 0

    def head(self, start_s: int) -> str:
        """The version, the start and the columns; l is the number of data bytes."""
        start = datetime.fromtimestamp(start_s, tz=UTC)
        rule = ";" + "-" * 79
        lines = (
            ";$FILEVERSION=2.1",
            f";$STARTTIME={_days(start_s)}",
            ";$COLUMNS=N,O,T,B,I,d,R,l,D",
            ";",
            f";   {self._path}",
            f";   Start time: {start:%d.%m.%Y %H:%M:%S}.000.0 UTC",
            rule,
            ";   Message   Time    Type    ID     Rx/Tx",
            ";   Number    Offset  |  Bus  [hex]  |  Reserved",
            ";   |         [ms]    |  |    |      |  |  Data Length",
            ";   |         |       |  |    |      |  |  |    Data [hex] ...",
            ";   |         |       |  |    |      |  |  |    |",
            ";---+-- ------+------ +- +- --+----- +- +- +--- +- -- -- -- -- -- -- --",
        )
        return "".join(line + "\r\n" for line in lines)

    def lines(self, batch: FrameBatch) -> bytes:
        """Numbered lines of the types of the frames."""
        kinds = np.zeros(len(batch), dtype=np.int64)
        kinds[batch.has(Flag.REMOTE)] = 1
        kinds[batch.has(Flag.ERROR)] = 2
        self._numbers = np.arange(self._count + 1, self._count + len(batch) + 1)
        self._rows = [np.flatnonzero(kinds == kind) for kind in range(3)]
        self._count += len(batch)
        return lines_by_kind(batch, kinds, (self._data, self._remote, self._error))

    def mark_line(self, mark: Mark) -> str:
        """An event with its time, its text on one line."""
        text = " ".join(mark.text.split())
        if not text:
            return ""  # an event needs a text
        self._count += 1
        microseconds = int(round_to(self.since_start(np.array([mark.timestamp_ns])), NS_PER_US)[0])
        time = f"{microseconds // 1000}.{microseconds % 1000:03d}"
        return f"{self._count:>7} {time:>13} EV {text}\r\n"

    def _data(self, batch: FrameBatch) -> PackedText:
        fd = batch.has(Flag.FD)
        both = batch.has(Flag.BRS) | batch.has(Flag.ESI).astype(np.int64) << 1
        types = np.where(fd, _FD_TYPES.take(both), np.uint32(_DATA)) if fd.any() else _DATA
        columns = self._start_of(batch, 0, types)
        return page(
            len(batch), [*columns, _LENGTHS.take(batch.length), format_spaced_payloads(batch), _LINE_END]
        )

    def _remote(self, batch: FrameBatch) -> PackedText:
        lengths = _LENGTHS.take(DLC_TO_LENGTH[batch.dlc])
        return page(len(batch), [*self._start_of(batch, 1, _REMOTE), lengths, _LINE_END])

    def _error(self, batch: FrameBatch) -> PackedText:
        """The bytes describe the error: five in files of PEAK's tools, up to 8 in ours."""
        columns = [
            *self._numbers_and_times(batch, 2),
            _ERROR,
            _BUSES.take(np.maximum(batch.channel, 1)),
            _ERROR_DIRECTIONS.take(batch.has(Flag.TX).astype(np.int64), axis=0),
            _LENGTHS.take(np.minimum(batch.length, INLINE_BYTES)),
            format_spaced_payloads(batch, INLINE_BYTES),
            _LINE_END,
        ]
        return page(len(batch), columns)

    def _start_of(self, batch: FrameBatch, kind: int, types: PackedText | int) -> list[PackedText | int]:
        """All columns up to the reserved one."""
        extended = batch.has(Flag.EXTENDED)
        return [
            *self._numbers_and_times(batch, kind),
            types,
            _BUSES.take(np.maximum(batch.channel, 1)),
            _ID_PADDING.take(extended.astype(np.int64)),
            *format_ids(batch.arbitration_id.astype(np.int64), extended, 4),
            _DIRECTIONS.take(batch.has(Flag.TX).astype(np.int64), axis=0),
        ]

    def _numbers_and_times(self, batch: FrameBatch, kind: int) -> list[PackedText | int]:
        """The numbers and times of lines."""
        numbers = self._numbers[self._rows[kind]]
        microseconds = round_to(self.since_start(batch.timestamp_ns), NS_PER_US)
        sizes = count_digits(microseconds // 1000)
        return [
            _NUMBER_PADDING.take(count_digits(numbers), axis=0),
            *format_decimal(numbers),
            _TIME_PADDING.take(np.minimum(sizes, 19), axis=0),
            *format_fixed(microseconds, 3),
        ]


def _days(start_s: int) -> str:
    """Days since 1899-12-30, with enough digits for the exact second; a float has a resolution of 0.6 µs."""
    return f"{Decimal(start_s) / _DAY_SECONDS + _OLE_EPOCH_DAYS:.12f}"
