"""Writes ASC files, with the lines that Vector's tools write and python-can reads."""

from __future__ import annotations

import numpy as np

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.arrays import Numbers
from canmcast_gui.frames.marks import Mark
from canmcast_gui.frames.units import NS_PER_US
from canmcast_gui.logfile.asc.dates import date_text
from canmcast_gui.logfile.payloads import classic_dlcs
from canmcast_gui.logfile.text.packed_digits import (
    PackedText,
    count_digits,
    count_hex_digits,
    format_fixed,
    format_hex,
    format_spaced_payloads,
    lines_by_kind,
    pack_texts,
    page,
    round_to,
)
from canmcast_gui.logfile.text.sink import StartTextSink

_LINE_FEED = ord("\n")

# Before a time, to make those below a hundred seconds 9 characters wide.
_TIME_PADDING = pack_texts(["", " ", ""])

_CHANNELS = pack_texts([f" {channel}  " for channel in range(256)])
_ERRORS = pack_texts([f" {channel}  ErrorFrame\n" for channel in range(256)])
_FD_CHANNELS = pack_texts([f" CANFD {channel:>3} " for channel in range(256)])

# By direction; the first is Rx.
_FD_DIRECTIONS = pack_texts(["Rx   ", "Tx   "])

# By the length of an id: after it on classic lines, to 15 characters; before it on CANFD lines, to 8.
_ID_PADDING = pack_texts([" " * (15 - size) for size in range(16)])
_FD_ID_PADDING = pack_texts([" " * max(0, 8 - size) for size in range(16)])

# By direction times 16 and DLC.
_DATA_KINDS = pack_texts([f" {direction}   d {code:x}" for direction in ("Rx", "Tx") for code in range(16)])
_REMOTE_KINDS = pack_texts(
    [f" {direction}   r {code:x}\n" for direction in ("Rx", "Tx") for code in range(16)]
)

# By BRS and ESI (BRS in bit 0): the name, which is empty, and the two flags.
_FD_FLAGS = pack_texts([f"{'':>35}{both & 1} {both >> 1} " for both in range(4)])
_FD_LENGTHS = pack_texts([f" {length:>2}" for length in range(65)])

# After the data: duration, length in bits, flags, CRC and bit timings.
_FD_ENDS = pack_texts(
    [
        f" {0:>8} {0:>4} {1 << 12 | (both & 1) << 13 | (both >> 1) << 14:>8X}" + f" {0:>8}" * 5 + "\n"
        for both in range(4)
    ]
)
_FD_CODES = pack_texts([f"{code:x}" for code in range(16)])


class AscSink(StartTextSink):
    """Writes ASC; times count from a whole second.

    An ErrorFrame line has a channel only, without id, direction, DLC and data.
    """

    def head(self, start_s: int) -> str:
        """The dates, in local time."""
        date = date_text(start_s)
        return (
            f"date {date}\nbase hex  timestamps absolute\ninternal events logged\n"
            f"Begin Triggerblock {date}\n 0.000000 Start of measurement\n"
        )

    def lines(self, batch: FrameBatch) -> bytes:
        """Classic, remote, ErrorFrame and CANFD lines."""
        kinds = np.zeros(len(batch), dtype=np.int64)
        kinds[batch.has(Flag.REMOTE)] = 1
        kinds[batch.has(Flag.FD)] = 2
        kinds[batch.has(Flag.ERROR)] = 3
        return lines_by_kind(batch, kinds, (self._classic, self._remote, self._fd, self._error))

    def end(self) -> str:
        """The end of the only trigger block."""
        return "End TriggerBlock\n"

    def mark_line(self, mark: Mark) -> str:
        """A Comment event that belongs to no other event, its text on one line."""
        microseconds = int(round_to(self.since_start(np.array([mark.timestamp_ns])), NS_PER_US)[0])
        time = f"{microseconds // 1_000_000}.{microseconds % 1_000_000:06d}"
        return f"{time:>9} Comment: 0 {' '.join(mark.text.split())}\n"

    def _classic(self, batch: FrameBatch) -> PackedText:
        kinds = _DATA_KINDS.take(_direction(batch) << 4 | classic_dlcs(batch), axis=0)
        return page(len(batch), [*self._start_of(batch), kinds, format_spaced_payloads(batch), _LINE_FEED])

    def _remote(self, batch: FrameBatch) -> PackedText:
        kinds = _REMOTE_KINDS.take(_direction(batch) << 4 | batch.dlc, axis=0)
        return page(len(batch), [*self._start_of(batch), kinds])

    def _error(self, batch: FrameBatch) -> PackedText:
        return page(len(batch), [*self._times(batch), _ERRORS.take(_channel(batch), axis=0)])

    def _fd(self, batch: FrameBatch) -> PackedText:
        both = batch.has(Flag.BRS) | batch.has(Flag.ESI).astype(np.int64) << 1
        number, digits = _ids(batch)
        columns = [
            *self._times(batch),
            _FD_CHANNELS.take(_channel(batch), axis=0),
            _FD_DIRECTIONS.take(_direction(batch), axis=0),
            _FD_ID_PADDING.take(digits, axis=0),
            *number,
            _FD_FLAGS.take(both, axis=0),
            _FD_CODES.take(batch.dlc),
            _FD_LENGTHS.take(batch.length),
            format_spaced_payloads(batch),
            _FD_ENDS.take(both, axis=0),
        ]
        return page(len(batch), columns)

    def _start_of(self, batch: FrameBatch) -> list[PackedText | int]:
        """Time, channel and id of a classic line."""
        number, digits = _ids(batch)
        padding = _ID_PADDING.take(digits, axis=0)
        return [*self._times(batch), _CHANNELS.take(_channel(batch), axis=0), *number, padding]

    def _times(self, batch: FrameBatch) -> list[PackedText | int]:
        times = round_to(self.since_start(batch.timestamp_ns), NS_PER_US)
        wide = count_digits(times // 1_000_000)
        return [_TIME_PADDING.take(np.minimum(wide, 2)), *format_fixed(times, 6)]


def _ids(batch: FrameBatch) -> tuple[list[PackedText | int], Numbers]:
    """Ids, with an x after extended ones, and their lengths."""
    ids = batch.arbitration_id.astype(np.int64)
    extended = batch.has(Flag.EXTENDED)
    marks = np.where(extended, np.uint32(ord("x")), np.uint32(0))
    return [*format_hex(ids), marks], count_hex_digits(ids) + extended


def _channel(batch: FrameBatch) -> Numbers:
    return np.maximum(batch.channel, 1).astype(np.int64)


def _direction(batch: FrameBatch) -> Numbers:
    return batch.has(Flag.TX).astype(np.int64)
