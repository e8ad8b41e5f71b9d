"""The cells of a table's lines to frames, column by column."""

from __future__ import annotations

import re
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import DLC_TO_LENGTH, INLINE_BYTES, LENGTH_TO_DLC, MAX_PAYLOAD, Flag, FrameBatch
from canmcast_gui.logfile.cells import (
    Bytes,
    Mask,
    Places,
    digits_only,
    first_letters,
    hex_payloads,
    times,
    whole_numbers,
    without_prefix,
)
from canmcast_gui.logfile.rows import LONGEST_TIME_NS, payload_of
from canmcast_gui.logfile.table_dates import date_times, logger_times
from canmcast_gui.logfile.table_layout import TIME_UNITS, TableLayout

Cells = list[tuple[Places, Places]]

_HIGHEST_ID = 0x1FFFFFFF
_STANDARD_ID = 0x7FF
_HIGHEST_CHANNEL = 255
# Names of channels in one file; more is no column of channels.
_MOST_CHANNELS = 1000
_CHANNEL_BYTES = 16

# What stands at the beginning of a yes: true, yes, 1, x; of an extended id also ext; of Tx also sent, out.
_YES = b"ty1x"
_EXTENDED = b"ty1xe"
_REMOTE = b"ty1xr"
_ERROR = b"ty1xe"
_SENT = b"t1so"

# Spreadsheets turn an id such as 2E6 into a number with an exponent.
_EXPONENT = re.compile(rb"(\d)[.,]0+E\+(\d\d)$", re.IGNORECASE)
_NUMBER_AT_END = re.compile(rb"\d+$")


class Channels:
    """The channels of one file: numbers as they are, names such as can0 by their number, others in turn."""

    def __init__(self) -> None:
        self._known: dict[bytes, int] = {}

    def number(self, text: bytes, first: int) -> int:
        """The channel for a cell's text, counted from 1; 0 for none."""
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


def frames_of_cells(
    content: Bytes, cells: Cells, layout: TableLayout, channels: Channels
) -> tuple[FrameBatch, Mask]:
    """A frame for each line, times without the layout's start, and which of them are sound."""
    count = len(cells[0][0])
    flags = _flags(content, cells, layout)
    times_ns, good = _times(content, cells, layout, count)
    ids, extended, good_ids = _ids(content, cells, layout)
    flags |= np.where(extended, np.uint16(Flag.EXTENDED), np.uint16(0))
    payloads, lengths, codes, good_data = _payloads(content, cells, layout, flags)
    flags |= np.where(lengths > INLINE_BYTES, np.uint16(Flag.FD), np.uint16(0))
    good &= (good_ids | ((flags & np.uint16(Flag.ERROR)) > 0)) & good_data
    batch = FrameBatch.from_columns(
        timestamp_ns=times_ns,
        arbitration_id=ids,
        data=payloads,
        length=lengths,
        flags=flags,
        channel=_channels(content, cells, layout, channels),
        dlc=codes,
    )
    return batch, good


def _times(content: Bytes, cells: Cells, layout: TableLayout, count: int) -> tuple[Places, Mask]:
    if layout.time is None:
        return np.zeros(count, dtype=np.int64), np.ones(count, dtype=bool)
    starts, ends = cells[layout.time]
    if layout.time_kind == "date":
        values, good = date_times(content, starts, ends)
    elif layout.time_kind == "logger":
        digits, good = digits_only(content, starts, ends)
        values = logger_times(digits)
    else:
        values, good = times(content, starts, ends, TIME_UNITS.get(layout.time_kind, TIME_UNITS["s"]))
    good &= np.abs(values) < LONGEST_TIME_NS
    return np.where(good, values, 0), good


def _ids(content: Bytes, cells: Cells, layout: TableLayout) -> tuple[npt.NDArray[np.uint32], Mask, Mask]:
    """Ids, which of them are extended, and which are ids."""
    starts, ends = cells[layout.identifier]
    starts = without_prefix(content, starts, ends)
    last = content[np.maximum(ends - 1, 0)] | 0x20
    marked = (ends - starts > 1) & ((last == ord("x")) | (last == ord("h")))
    says_extended = marked & (last == ord("x"))
    values, good = whole_numbers(content, starts, ends - marked, layout.id_base)
    for row in np.flatnonzero(~good & (ends > starts)):
        found = _EXPONENT.match(content[starts[row] : ends[row]].tobytes())
        if found is not None:
            values[row], good[row] = int(b"%se%d" % (found[1], int(found[2])), 16), True
    extended = says_extended | (values > _STANDARD_ID)
    if layout.extended is not None:
        extended |= _begins(content, cells, layout.extended, _EXTENDED)
    # Reserved bits above the 29 are common in files of J1939 tools, as for the other formats.
    return (values & _HIGHEST_ID).astype(np.uint32), extended, good & (values <= 0xFFFFFFFF)


def _begins(content: Bytes, cells: Cells, column: int, letters: bytes) -> Mask:
    return np.isin(first_letters(content, *cells[column]), np.frombuffer(letters, dtype=np.uint8))


def _flags(content: Bytes, cells: Cells, layout: TableLayout) -> npt.NDArray[np.uint16]:
    flags = np.zeros(len(cells[0][0]), dtype=np.uint16)
    for column, letters, flag in (
        (layout.direction, _SENT, Flag.TX),
        (layout.remote, _REMOTE, Flag.REMOTE),
        (layout.error, _ERROR, Flag.ERROR),
        (layout.fd, _YES, Flag.FD),
        (layout.brs, _YES, Flag.BRS),
        (layout.esi, _YES, Flag.ESI),
    ):
        if column is not None:
            flags |= np.where(_begins(content, cells, column, letters), np.uint16(flag), np.uint16(0))
    return flags


def _payloads(
    content: Bytes, cells: Cells, layout: TableLayout, flags: npt.NDArray[np.uint16]
) -> tuple[Bytes, Places, npt.NDArray[np.uint8], Mask]:
    """Payloads uint8 (n, 64), lengths, DLC codes, and which have all the bytes that they announce."""
    count = len(flags)
    if layout.data is None:
        payloads, there = np.zeros((count, MAX_PAYLOAD), dtype=np.uint8), np.zeros(count, dtype=np.int64)
        good = np.ones(count, dtype=bool)
    elif layout.data_cells == 1:
        payloads, there, good = _one_cell(content, *cells[layout.data], layout.data_base)
    else:
        payloads, there, good = _many_cells(content, cells, layout)
    announced, said, good_lengths = _announced(content, cells, layout, there)
    remote = (flags & np.uint16(Flag.REMOTE)) > 0
    lengths = np.where(remote, 0, np.minimum(announced, there))
    good &= good_lengths & (remote | (announced <= there))
    codes = np.where(remote, LENGTH_TO_DLC[np.minimum(announced, MAX_PAYLOAD)], LENGTH_TO_DLC[lengths])
    codes = np.where(said, codes, LENGTH_TO_DLC[lengths])
    if layout.length is not None and layout.dlc is not None:
        values, is_code = whole_numbers(content, *cells[layout.dlc], 10)
        codes = np.where(is_code & (values <= 15), values, codes)
    return payloads, lengths, codes.astype(np.uint8), good


def _announced(content: Bytes, cells: Cells, layout: TableLayout, there: Places) -> tuple[Places, Mask, Mask]:
    """How many bytes each line says there are, whether it says so, and whether that can be."""
    column = layout.length if layout.length is not None else layout.dlc
    if column is None:
        return there, np.zeros(len(there), dtype=bool), np.ones(len(there), dtype=bool)
    starts, ends = cells[column]
    values, good = whole_numbers(content, without_prefix(content, starts, ends), ends, 10)
    said = ends > starts
    if layout.length is None:
        # A DLC of 9 to 15 is a code where so many bytes are there, else a length.
        coded = DLC_TO_LENGTH[np.minimum(values, 15)].astype(np.int64)
        values = np.where((values > INLINE_BYTES) & (values <= 15) & (there >= coded), coded, values)
    values = np.where(said, values, there)
    return np.minimum(values, MAX_PAYLOAD), said, (good | ~said) & (values <= MAX_PAYLOAD)


def _one_cell(content: Bytes, starts: Places, ends: Places, base: int) -> tuple[Bytes, Places, Mask]:
    if base == 16:
        payloads, lengths, good = hex_payloads(content, starts, ends)
    else:
        payloads = np.zeros((len(starts), MAX_PAYLOAD), dtype=np.uint8)
        lengths, good = np.zeros(len(starts), dtype=np.int64), np.zeros(len(starts), dtype=bool)
    for row in np.flatnonzero(~good):  # bytes of different widths, or decimal ones
        payload = _bytes_of(content[starts[row] : ends[row]].tobytes(), base)
        good[row] = payload is not None
        lengths[row] = len(payload or b"")
        payloads[row, : lengths[row]] = np.frombuffer(payload or b"", dtype=np.uint8)
    return payloads, lengths, good


def _bytes_of(cell: bytes, base: int) -> bytes | None:
    pairs = re.split(r"[\s,.:;_-]+", cell.decode("latin-1").strip())
    try:
        payload = payload_of([pair.removeprefix("0x").removeprefix("0X") for pair in pairs if pair], base)
    except ValueError:
        return None
    return payload if len(payload) <= MAX_PAYLOAD else None


def _many_cells(content: Bytes, cells: Cells, layout: TableLayout) -> tuple[Bytes, Places, Mask]:
    count = len(cells[0][0])
    payloads = np.zeros((count, MAX_PAYLOAD), dtype=np.uint8)
    lengths, good = np.zeros(count, dtype=np.int64), np.ones(count, dtype=bool)
    goes_on = np.ones(count, dtype=bool)
    for place in range(min(layout.data_cells, MAX_PAYLOAD)):
        starts, ends = cells[(layout.data or 0) + place]
        starts = without_prefix(content, starts, ends)
        values, is_number = whole_numbers(content, starts, ends, layout.data_base)
        goes_on &= is_number & (values < 256)
        lengths += goes_on
        payloads[:, place] = np.where(goes_on, values, 0)
    return payloads, lengths, good


def _channels(content: Bytes, cells: Cells, layout: TableLayout, channels: Channels) -> Any:
    if layout.channel is None:
        return np.ones(len(cells[0][0]), dtype=np.uint8)
    starts, ends = cells[layout.channel]
    width = min(_CHANNEL_BYTES, int((ends - starts).max(initial=0)))
    if not width:
        return np.ones(len(starts), dtype=np.uint8)
    places = np.arange(width)
    texts = np.where(places < (ends - starts)[:, None], content[starts[:, None] + places], 0).astype(np.uint8)
    different, which = np.unique(texts.view(f"S{width}")[:, 0], return_inverse=True)
    numbers = [channels.number(bytes(text), layout.first_channel) for text in different]
    return np.array(numbers, dtype=np.uint8)[which]
