"""Converts cells to payloads: all bytes in one cell, or one byte in each of several cells."""

from __future__ import annotations

import re

import numpy as np

from canmcast_gui.frames import INLINE_BYTES, MAX_PAYLOAD
from canmcast_gui.frames.arrays import Bytes, Mask, Offsets
from canmcast_gui.logfile.table.cells import Cells
from canmcast_gui.logfile.table.layout import TableLayout
from canmcast_gui.logfile.table.values import is_digit, whole_numbers
from canmcast_gui.logfile.text.lines import Text
from canmcast_gui.logfile.text.numbers import FIRST_BYTES, hex_bytes
from canmcast_gui.logfile.text.rows import parse_bytes

_LINE_FEED = ord("\n")

# By a byte: the number of its lowest bits that are set, up to the first that is not.
_LEADING = np.array([((value ^ value + 1).bit_length() - 1) for value in range(256)], dtype=np.int64)


def payload_cells(cells: Cells, layout: TableLayout) -> tuple[Bytes, Offsets, Mask]:
    """Payloads as uint8 (n, 8 to 64), undefined after the end of each; their lengths; and which are valid."""
    if layout.data is None:
        nothing = np.zeros((len(cells), INLINE_BYTES), dtype=np.uint8)
        return nothing, np.zeros(len(cells), dtype=np.int64), np.ones(len(cells), dtype=np.bool_)
    if layout.data_cells == 1:
        return _one_cell(cells, layout.data, layout.data_base)
    return _many_cells(cells, layout.data, min(layout.data_cells, MAX_PAYLOAD), layout.data_base)


# -- all bytes in one cell -------------------------------------------------------------------------------


def _one_cell(cells: Cells, column: int, base: int) -> tuple[Bytes, Offsets, Mask]:
    if base == 16:
        payloads, lengths, good = _pairs(cells.content, *cells.number_column(column))
    else:
        payloads = np.zeros((len(cells), MAX_PAYLOAD), dtype=np.uint8)
        lengths, good = np.zeros(len(cells), dtype=np.int64), np.zeros(len(cells), dtype=np.bool_)
    rest = np.flatnonzero(~good)
    if len(rest):  # bytes of different widths, or decimal ones
        payloads = _widened(payloads)
        starts, ends = cells.column(column)
        for row in rest:
            payload = _bytes_of(cells.content[starts[row] : ends[row]].tobytes(), base)
            good[row] = payload is not None
            lengths[row] = len(payload or b"")
            payloads[row, : lengths[row]] = np.frombuffer(payload or b"", dtype=np.uint8)
    return payloads, lengths, good


def _pairs(content: Bytes, starts: Offsets, ends: Offsets) -> tuple[Bytes, Offsets, Mask]:
    """Pairs of hexadecimal digits, with one character between them or none."""
    separated = len(starts) > 0 and ends[0] - starts[0] > 2 and not is_digit(content[starts[:1] + 2])[0]
    pitches = (3, 2) if separated else (2, 3)
    payloads, lengths, good = _even_pairs(content, starts, ends - starts, pitches[0])
    rest = np.flatnonzero(~good)
    if len(rest):
        payloads = _widened(payloads)
        begin, widths = starts[rest], ends[rest] - starts[rest]
        values, lengths[rest], good[rest] = _even_pairs(content, begin, widths, pitches[1])
        payloads[rest, : values.shape[1]] = values
    return payloads, lengths, good


def _even_pairs(content: Bytes, starts: Offsets, widths: Offsets, pitch: int) -> tuple[Bytes, Offsets, Mask]:
    """Pairs that are ``pitch`` characters apart."""
    lengths = widths >> 1 if pitch == 2 else (widths + 1) // 3
    good = (widths == pitch * lengths - (pitch == 3)) & (lengths <= MAX_PAYLOAD)
    lengths = lengths if good.all() else np.where(good, lengths, 0)
    width = max(INLINE_BYTES, int(lengths.max(initial=0)))
    characters = Text(content).window(starts, pitch * width)
    values, bad = hex_bytes(characters, pitch, width)
    if pitch == 3:
        bad[:, 1:] |= is_digit(characters[:, 2:-1:3])
    if width == INLINE_BYTES:
        good &= bad.view("<u8")[:, 0] & FIRST_BYTES.take(lengths) == 0
    else:
        good &= ~(bad & (np.arange(width) < lengths[:, None])).any(axis=1)
    return values, lengths, good


def _bytes_of(cell: bytes, base: int) -> bytes | None:
    pairs = re.split(r"[\s,.:;_-]+", cell.decode("latin-1").strip())
    try:
        payload = parse_bytes([pair.removeprefix("0x").removeprefix("0X") for pair in pairs if pair], base)
    except ValueError:
        return None
    return payload if len(payload) <= MAX_PAYLOAD else None


def _widened(payloads: Bytes) -> Bytes:
    """The same with room for 64 bytes each."""
    wide = np.zeros((len(payloads), MAX_PAYLOAD), dtype=np.uint8)
    wide[:, : payloads.shape[1]] = payloads
    return wide


# -- one byte in each of several cells -------------------------------------------------------------------


def _many_cells(cells: Cells, first: int, count: int, base: int) -> tuple[Bytes, Offsets, Mask]:
    good = np.ones(len(cells), dtype=np.bool_)
    if base != 16:
        return *_cell_by_cell(cells, first, count, base, np.arange(len(cells))), good
    payloads, lengths, usual = _even_cells(cells, first, count)
    rest = np.flatnonzero(~usual)
    if len(rest):
        payloads[rest], lengths[rest] = _cell_by_cell(cells, first, count, base, rest)
    return payloads, lengths, good


def _even_cells(cells: Cells, first: int, count: int) -> tuple[Bytes, Offsets, Mask]:
    """Cells of two digits each, up to an empty one; and which lines have such cells only."""
    starts, _ = cells.column(first)
    width = max(INLINE_BYTES, count)
    # With one character after the last byte.
    characters = Text(cells.content).window(starts, 3 * width + 1)
    values, bad = hex_bytes(characters, 3, width)
    after = characters[:, 2:-1:3]
    is_byte = (after == cells.delimiter) & ~bad
    lengths = np.minimum(_leading(is_byte), count)
    usual = lengths == count
    short = np.flatnonzero(~usual)
    if len(short):
        stop = lengths[short]
        last = ~bad[short, stop] & (after[short, stop] == _LINE_FEED)
        lengths[short] += last
        follows = characters[short, 3 * stop]
        usual[short] = last | (follows == cells.delimiter) | (follows == _LINE_FEED)
    return values, lengths, usual


def _leading(values: Mask) -> Offsets:
    """How many values of each row are true up to the first that is not."""
    if values.shape[1] == INLINE_BYTES:
        return _LEADING.take(np.packbits(values.ravel(), bitorder="little"))
    found: Offsets = np.where(values.all(axis=1), values.shape[1], values.argmin(axis=1))
    return found


def _cell_by_cell(cells: Cells, first: int, count: int, base: int, rows: Offsets) -> tuple[Bytes, Offsets]:
    payloads = np.zeros((len(rows), max(INLINE_BYTES, count)), dtype=np.uint8)
    lengths = np.zeros(len(rows), dtype=np.int64)
    continues = np.ones(len(rows), dtype=np.bool_)
    for index in range(count):
        starts, ends = cells.number_column(first + index)
        values, is_number = whole_numbers(cells.content, starts[rows], ends[rows], base)
        continues &= is_number & (values < 256)
        if not continues.any():
            break
        lengths += continues
        payloads[:, index] = np.where(continues, values, 0)
    return payloads, lengths
