"""Converts the cells of lines to frames, column by column."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import DLC_TO_LENGTH, INLINE_BYTES, LENGTH_TO_DLC, MAX_PAYLOAD, Flag, FrameBatch
from canmcast_gui.frames.arrays import Bytes, Mask, Offsets
from canmcast_gui.frames.units import MAX_STANDARD_ID
from canmcast_gui.logfile.table.cells import Cells
from canmcast_gui.logfile.table.layout import TIME_UNITS, TableLayout
from canmcast_gui.logfile.table.payloads import payload_cells
from canmcast_gui.logfile.table.values import (
    date_times,
    digits_only,
    is_letter,
    logger_times,
    times,
    whole_numbers,
    without_label,
    without_unit,
)
from canmcast_gui.logfile.text.lines import Text
from canmcast_gui.logfile.text.numbers import FIRST_BYTES
from canmcast_gui.logfile.times import TIME_LIMIT_NS

Flags = npt.NDArray[np.uint16]

_HIGHEST_NUMBER = 0xFFFFFFFF
_HIGHEST_CHANNEL = 255
# Channels in one file; a column with more values is not one of channels.
_MOST_CHANNELS = 1000
_CHANNEL_BYTES = 16
# Up to this number, comparing with one channel after the other is faster than sorting the cells.
_FEW_CHANNELS = 8


def _switch(letters: bytes, flag: Flag) -> Flags:
    """What the first character of a cell means, for all characters."""
    table = np.zeros(256, dtype=np.uint16)
    table[list(letters.lower() + letters.upper())] = int(flag)
    return table


# The first characters of true, yes, 1, x; for extended ids also of ext; for Tx also of sent and out.
_SWITCHES = {
    "direction": _switch(b"t1so", Flag.TX),
    "extended": _switch(b"ty1xe", Flag.EXTENDED),
    "remote": _switch(b"ty1xr", Flag.REMOTE),
    "error": _switch(b"ty1xe", Flag.ERROR),
    "fd": _switch(b"ty1x", Flag.FD),
    "brs": _switch(b"ty1x", Flag.BRS),
    "esi": _switch(b"ty1x", Flag.ESI),
    "logger_type": _switch(b"19", Flag.EXTENDED) | _switch(b"89", Flag.TX),
}

# Spreadsheets convert an id such as 2E6 to a number with an exponent.
_EXPONENT = re.compile(rb"(\d)[.,]0+E\+(\d\d)$", re.IGNORECASE)
_NUMBER_AT_END = re.compile(rb"\d+$")


class Channels:
    """The channels of one file: numbers unchanged, names such as can0 by their number, others in order."""

    def __init__(self) -> None:
        self._known: dict[bytes, int] = {}

    def number(self, text: bytes, first: int) -> int:
        """The channel for the text of a cell, counted from 1; 0 if unknown."""
        if text not in self._known and len(self._known) < _MOST_CHANNELS:
            self._known[text] = self._new(text, first)
        return self._known.get(text, 0)

    def _new(self, text: bytes, first: int) -> int:
        if not text:
            return 0
        found = _NUMBER_AT_END.search(text)
        if found is None:
            channel = max(self._known.values(), default=0) + 1
        else:
            is_interface = text.lower().startswith((b"can0", b"vcan", b"slcan"))
            channel = int(found[0]) + 1 - (0 if is_interface else first)
        return channel if 0 <= channel <= _HIGHEST_CHANNEL else 0


def frames_of_cells(cells: Cells, layout: TableLayout, channels: Channels) -> tuple[FrameBatch, Mask]:
    """A frame for each line, with times without the start of the layout, and which of them are valid."""
    flags = _flags(cells, layout)
    times_ns, good = _times(cells, layout)
    ids, extended, good_ids = _ids(cells, layout)
    flags |= extended * np.uint16(Flag.EXTENDED)
    payloads, lengths, codes, good_data = _payloads(cells, layout, flags)
    if payloads.shape[1] > INLINE_BYTES:
        data = (flags & np.uint16(Flag.ERROR)) == 0
        flags |= (data & (lengths > INLINE_BYTES)) * np.uint16(Flag.FD)
    good &= (good_ids | ((flags & np.uint16(Flag.ERROR)) > 0)) & good_data
    batch = FrameBatch.from_columns(
        timestamp_ns=times_ns,
        arbitration_id=ids,
        data=payloads,
        length=lengths,
        flags=flags,
        channel=_channels(cells, layout, channels),
        dlc=codes,
    )
    return batch, good


def _times(cells: Cells, layout: TableLayout) -> tuple[Offsets, Mask]:
    if layout.time is None:
        return np.zeros(len(cells), dtype=np.int64), np.ones(len(cells), dtype=bool)
    starts, ends = cells.column(layout.time)
    if layout.time_kind == "date":
        values, good = date_times(cells.content, starts, ends)
    elif layout.time_kind == "logger":
        digits, good = digits_only(cells.content, starts, ends)
        values = logger_times(digits)
    else:
        values, good = _counted(
            cells.content, starts, ends, TIME_UNITS.get(layout.time_kind, TIME_UNITS["s"])
        )
    good &= np.abs(values) < TIME_LIMIT_NS
    return values if good.all() else np.where(good, values, 0), good


def _counted(content: Bytes, starts: Offsets, ends: Offsets, unit_ns: int) -> tuple[Offsets, Mask]:
    """Times as numbers, or hours:minutes:seconds; each may have a unit."""
    if not is_letter(content.take(ends - 1)).any():
        return times(content, starts, ends, unit_ns)
    ends, units = without_unit(content, starts, ends)
    values, good = np.zeros(len(starts), dtype=np.int64), np.zeros(len(starts), dtype=np.bool_)
    for unit in (0, *TIME_UNITS.values()):
        rows = np.flatnonzero(units == unit)
        values[rows], good[rows] = times(content, starts[rows], ends[rows], unit or unit_ns)
    return values, good


def _ids(cells: Cells, layout: TableLayout) -> tuple[Offsets, Mask, Mask]:
    """Ids, which of them are extended, and which are valid."""
    content = cells.content
    starts, ends = cells.number_column(layout.identifier)
    last = content.take(ends - 1) | 0x20
    marked = (ends - starts > 1) & ((last == ord("x")) | (last == ord("h")))
    values, good = whole_numbers(content, starts, ends - marked, layout.id_base)
    for row in np.flatnonzero(~good & (ends > starts)):
        found = _EXPONENT.match(content[starts[row] : ends[row]].tobytes())
        if found is not None:
            values[row], good[row] = int(b"%se%d" % (found[1], int(found[2])), 16), True
    # Where a column says so, contradictions are handled for all formats in reading/checks.py.
    extended = (values > MAX_STANDARD_ID) & (layout.extended is None)
    if marked.any():
        extended |= marked & (last == ord("x"))
    good &= values <= _HIGHEST_NUMBER
    return np.where(good, values, 0), extended, good


def _flags(cells: Cells, layout: TableLayout) -> Flags:
    flags = np.zeros(len(cells), dtype=np.uint16)
    for name, table in _SWITCHES.items():
        column = getattr(layout, name)
        if column is not None:
            flags |= table.take(cells.first_characters(column))
    return flags


def _payloads(
    cells: Cells, layout: TableLayout, flags: Flags
) -> tuple[Bytes, Offsets, npt.NDArray[np.uint8], Mask]:
    """Payloads uint8 (n, 8 to 64), lengths, DLCs, and which have as many bytes as their length says."""
    payloads, found, good = payload_cells(cells, layout)
    announced, has_length, good_lengths = _announced(cells, layout, found)
    good &= good_lengths
    lengths = np.minimum(announced, found)
    codes = LENGTH_TO_DLC.take(lengths)
    complete = announced == lengths
    remote = (flags & np.uint16(Flag.REMOTE)) > 0
    if remote.any():
        codes = np.where(remote & has_length, LENGTH_TO_DLC.take(announced), codes)
        lengths, complete = np.where(remote, 0, lengths), complete | remote
        codes = np.where(remote & ~has_length, 0, codes)
    if layout.length is not None and layout.dlc is not None:
        values, is_code = whole_numbers(cells.content, *cells.column(layout.dlc), 10)
        codes = np.where(is_code & (values <= 15), values, codes)
    return payloads, lengths, codes.astype(np.uint8), good & complete


def _announced(cells: Cells, layout: TableLayout, found: Offsets) -> tuple[Offsets, Mask, Mask]:
    """The length or DLC column of each line in bytes, up to 64; which lines have one, and which are valid."""
    column = layout.length if layout.length is not None else layout.dlc
    if column is None:
        return found, np.zeros(len(found), dtype=bool), np.ones(len(found), dtype=bool)
    starts, ends = cells.number_column(column)
    if len(starts) and ord(":") in cells.content[starts[0] : ends[0]]:
        starts = without_label(cells.content, starts, ends)
    values, good = whole_numbers(cells.content, starts, ends, 10)
    has_length = ends > starts
    if layout.length is None and (values > INLINE_BYTES).any():
        # 9 to 15 is a DLC where the line has as many bytes as it means, otherwise a length.
        coded = DLC_TO_LENGTH[np.minimum(values, 15)].astype(np.int64)
        values = np.where((values > INLINE_BYTES) & (values <= 15) & (found >= coded), coded, values)
    if not has_length.all():
        values, good = np.where(has_length, values, found), good | ~has_length
    return np.minimum(values, MAX_PAYLOAD), has_length, good & (values <= MAX_PAYLOAD)


def _channels(cells: Cells, layout: TableLayout, channels: Channels) -> Any:
    if layout.channel is None:
        return 1
    starts, ends = cells.column(layout.channel)
    sizes = np.minimum(ends - starts, _CHANNEL_BYTES)
    if not sizes.max(initial=0):
        return 1
    if sizes.max() == 1 == sizes.min():
        letters = cells.content.take(starts)
        table = np.zeros(256, dtype=np.uint8)
        for letter in np.flatnonzero(np.bincount(letters)):
            table[letter] = channels.number(bytes([letter]), layout.first_channel)
        return table.take(letters)
    names = _names(cells.content, starts, sizes)
    numbers = np.zeros(len(names), dtype=np.uint8)
    known = np.zeros(len(names), dtype=np.bool_)
    for _ in range(_FEW_CHANNELS):
        row = known.argmin()
        if known[row]:
            return numbers
        same = names == names[row]
        numbers[same] = channels.number(_text(names[row]), layout.first_channel)
        known |= same
    rest = np.flatnonzero(~known)
    different, which = np.unique(names[rest], return_inverse=True)
    others = [channels.number(_text(name), layout.first_channel) for name in different]
    numbers[rest] = np.array(others, dtype=np.uint8)[which]
    return numbers


def _names(content: Bytes, starts: Offsets, sizes: Offsets) -> npt.NDArray[Any]:
    """Cells of up to 16 characters as values that can be compared: numbers where 8 characters are enough."""
    if sizes.max() <= 8:
        return Text(content).integers(starts) & FIRST_BYTES.take(sizes)
    texts = Text(content).window(starts, _CHANNEL_BYTES) * (np.arange(_CHANNEL_BYTES) < sizes[:, None])
    return texts.view(f"S{_CHANNEL_BYTES}")[:, 0]


def _text(name: np.generic) -> bytes:
    return name.tobytes().rstrip(b"\0")
