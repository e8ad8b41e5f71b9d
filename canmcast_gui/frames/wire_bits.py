"""The number of bits of frames on a CAN bus, including stuff bits (ISO 11898-1).

After five equal bits a sender inserts one of the other value, which starts a new run. A classic frame has
stuff bits from the start of frame to the end of the CRC, which is therefore computed here. A CAN FD frame has
them up to the end of the data; the CRC field after it has stuff bits at fixed positions.

Tables process eight bits at a time, of all frames of a kind at once.
"""

from __future__ import annotations

from functools import cache

import numpy as np

from canmcast_gui.frames import bits
from canmcast_gui.frames.arrays import Bytes, Numbers
from canmcast_gui.frames.batch import FrameBatch
from canmcast_gui.frames.layout import DLC_TO_LENGTH, LENGTH_TO_DLC

# CRC delimiter, acknowledge and its delimiter, seven bits of end of frame, three of intermission, without
# stuff bits.
_ENDING_BITS = 13
# An error flag of six bits, its delimiter of eight, and the intermission. Flags of other nodes may extend it.
ERROR_BITS = 17

_CRC_BITS, _CRC_POLYNOMIAL = 15, 0x4599

# The field after the data of a CAN FD frame, for up to 16 bytes of data and for more: a stuff count of four
# bits and the CRC, with a fixed stuff bit before the first and after each fourth of these bits.
_SHORT_FD_BYTES = 16
_SHORT_FD_CRC_FIELD, _LONG_FD_CRC_FIELD = 4 + 17 + 6, 4 + 21 + 7

# A state is the last bit and the length of its run; _NO_RUN is the state before the first bit.
_NO_RUN, _STATES = 8, 9
# An entry of a table: the next state, the number of inserted bits, whether one was inserted after the last
# bit.
_STATE_MASK, _COUNT_SHIFT, _LAST_SHIFT = 15, 4, 8


def wire_bits(batch: FrameBatch) -> tuple[Numbers, Numbers]:
    """The bits of each frame at the arbitration rate and at the data rate, int64 (n,) each.

    They are counted from the start of frame to the intermission. Only CAN FD frames with the bit rate switch
    have bits at the data rate: those after the BRS bit up to the CRC. A payload between two lengths of CAN FD
    is padded with zeros. Error frames count as the shortest possible ones.
    """
    flags = batch.flags
    slow, fast = np.zeros(len(batch), dtype=np.int64), np.zeros(len(batch), dtype=np.int64)
    kinds = flags & np.uint16(bits.EXTENDED | bits.FD | bits.ERROR)
    for kind in np.flatnonzero(np.bincount(kinds)).tolist():
        rows = np.flatnonzero(kinds == kind)
        if kind & bits.ERROR:
            slow[rows] = ERROR_BITS
        elif kind & bits.FD:
            slow[rows], fast[rows] = _fd_bits(batch[rows], bool(kind & bits.EXTENDED))
        else:
            slow[rows] = _classic_bits(batch[rows], bool(kind & bits.EXTENDED))
    return slow, fast


def _classic_bits(batch: FrameBatch, extended: bool) -> Numbers:
    order, lengths, payload = _longest_first(batch, batch.length)
    remote = (batch.flags[order] & np.uint16(bits.REMOTE) != 0).astype(np.int64)
    codes = np.minimum(batch.dlc[order], 15).astype(np.int64)
    numbers = batch.arbitration_id[order].astype(np.int64)
    if extended:  # SOF 0, 11 bits, SRR 1, IDE 1, 18 bits, RTR, r1 0, r0 0, DLC
        head = ((numbers >> 18) << 2 | 3) << 18 | (numbers & 0x3FFFF)
        head, size = (head << 3 | remote << 2) << 4 | codes, 39
    else:  # SOF 0, 11 bits, RTR, IDE 0, r0 0, DLC
        head, size = (numbers << 3 | remote << 2) << 4 | codes, 19
    stuffing, crc = _Stuffing(len(batch)), np.zeros(len(batch), dtype=np.int64)
    for width, values in _portions(head, size):
        stuffing.feed(values, width, len(batch))
        crc = _crc_step(crc, values, width)
    for column, count in _columns(lengths):
        values = payload[:count, column].astype(np.int64)
        stuffing.feed(values, 8, count)
        crc[:count] = _crc_step(crc[:count], values, 8)
    for width, values in _portions(crc, _CRC_BITS):
        stuffing.feed(values, width, len(batch))
    result = np.empty(len(batch), dtype=np.int64)
    result[order] = size + 8 * lengths.astype(np.int64) + _CRC_BITS + stuffing.counts + _ENDING_BITS
    return result


def _fd_bits(batch: FrameBatch, extended: bool) -> tuple[Numbers, Numbers]:
    carried = DLC_TO_LENGTH[LENGTH_TO_DLC[np.minimum(batch.length, 64)]]
    order, lengths, payload = _longest_first(batch, carried)
    switched = (batch.flags[order] & np.uint16(bits.BRS) != 0).astype(np.int64)
    passive = (batch.flags[order] & np.uint16(bits.ESI) != 0).astype(np.int64)
    numbers = batch.arbitration_id[order].astype(np.int64)
    if extended:  # SOF 0, 11 bits, SRR 1, IDE 1, 18 bits, RRS 0, FDF 1, res 0, BRS
        head = ((numbers >> 18) << 2 | 3) << 18 | (numbers & 0x3FFFF)
        head, size = head << 4 | 4 | switched, 36
    else:  # SOF 0, 11 bits, RRS 0, IDE 0, FDF 1, res 0, BRS
        head, size = numbers << 5 | 4 | switched, 17
    stuffing = _Stuffing(len(batch))
    for width, values in _portions(head, size):
        stuffing.feed(values, width, len(batch))
    # A stuff bit after the BRS bit is sent at the data rate.
    before = stuffing.counts - stuffing.after_last
    stuffing.feed(passive << 4 | LENGTH_TO_DLC[lengths], 5, len(batch))
    for column, count in _columns(lengths):
        stuffing.feed(payload[:count, column].astype(np.int64), 8, count)
    # The first fixed stuff bit of the CRC field takes the place of a stuff bit after the data.
    after = stuffing.counts - stuffing.after_last - before
    crc_field = np.where(lengths > _SHORT_FD_BYTES, _LONG_FD_CRC_FIELD, _SHORT_FD_CRC_FIELD)
    arbitration = size + before + _ENDING_BITS
    data = 5 + 8 * lengths.astype(np.int64) + after + crc_field
    slow, fast = np.empty(len(batch), dtype=np.int64), np.empty(len(batch), dtype=np.int64)
    slow[order] = np.where(switched, arbitration, arbitration + data)
    fast[order] = np.where(switched, data, 0)
    return slow, fast


def _longest_first(batch: FrameBatch, lengths: Bytes) -> tuple[Numbers, Bytes, Bytes]:
    """The order by descending length; lengths and payloads in that order."""
    order = np.argsort(-lengths.astype(np.int16), kind="stable")
    width = int(lengths.max())
    return order, lengths[order], batch.payload_matrix(width)[order]


def _columns(lengths: Bytes) -> list[tuple[int, int]]:
    """The columns of payloads, longest first, each with the number of frames that have it."""
    counts = np.searchsorted(-lengths.astype(np.int16), -np.arange(int(lengths[0])), side="left")
    return list(enumerate(counts.tolist()))


def _portions(values: Numbers, size: int) -> list[tuple[int, Numbers]]:
    """Bits, the first one highest, in portions of eight; only the first portion may be shorter."""
    widths = [size % 8] * bool(size % 8) + [8] * (size // 8)
    portions, left = [], size
    for width in widths:
        left -= width
        portions.append((width, values >> left & ((1 << width) - 1)))
    return portions


class _Stuffing:
    """Counts stuff bits of many frames at once. ``after_last`` is 1 if one follows the last bit."""

    def __init__(self, frames: int) -> None:
        self.counts = np.zeros(frames, dtype=np.int64)
        self.after_last = np.zeros(frames, dtype=np.int64)
        self._states = np.full(frames, _NO_RUN, dtype=np.int64)

    def feed(self, values: Numbers, width: int, count: int) -> None:
        """Process the next ``width`` bits of the first ``count`` frames."""
        found = _stuff_table(width)[self._states[:count] << width | values]
        self._states[:count] = found & _STATE_MASK
        self.counts[:count] += found >> _COUNT_SHIFT & _STATE_MASK
        self.after_last[:count] = found >> _LAST_SHIFT


@cache
def _stuff_table(width: int) -> Numbers:
    table = np.zeros(_STATES << width, dtype=np.int64)
    for state in range(_STATES):
        for value in range(1 << width):
            table[state << width | value] = _stuffed(state, value, width)
    return table


def _stuffed(state: int, value: int, width: int) -> int:
    last, run = (-1, 0) if state == _NO_RUN else (state >> 2, (state & 3) + 1)
    count = inserted = 0
    for index in reversed(range(width)):
        bit = value >> index & 1
        last, run = bit, run + 1 if bit == last else 1
        inserted = int(run == 5)
        if inserted:
            count, last, run = count + 1, 1 - bit, 1
    return last << 2 | run - 1 | count << _COUNT_SHIFT | inserted << _LAST_SHIFT


def _crc_step(crc: Numbers, values: Numbers, width: int) -> Numbers:
    """The CRC after ``width`` further bits."""
    top: Numbers = (crc >> (_CRC_BITS - width)) ^ values
    return (crc << width & ((1 << _CRC_BITS) - 1)) ^ _crc_table(width)[top]


@cache
def _crc_table(width: int) -> Numbers:
    table = np.zeros(1 << width, dtype=np.int64)
    for value in range(1 << width):
        register = value << (_CRC_BITS - width)
        for _ in range(width):
            carry = register >> (_CRC_BITS - 1) & 1
            register = (register << 1 & ((1 << _CRC_BITS) - 1)) ^ (_CRC_POLYNOMIAL if carry else 0)
        table[value] = register
    return table
