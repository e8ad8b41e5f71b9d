"""Writes the log format of candump, with the directions of its option -x.

Format: can-utils' lib.c (snprintf_canframe). A classic DLC of 9 to 15 follows 8 bytes and "_", or the 8 of a
remote frame. An error frame has its class as id, and 8 bytes of details (linux/can/error.h).
"""

from __future__ import annotations

import numpy as np

from canmcast_gui.frames import INLINE_BYTES, Flag, FrameBatch
from canmcast_gui.frames.units import NS_PER_US, SOCKETCAN_ERROR_FLAG
from canmcast_gui.logfile.payloads import classic_dlcs
from canmcast_gui.logfile.text.packed_digits import (
    PackedText,
    format_fixed,
    format_ids,
    format_payloads,
    lines_by_kind,
    pack_texts,
    page,
    round_to,
)
from canmcast_gui.logfile.text.sink import TextSink

_OPEN, _MARK = ord("("), ord("#")

_INTERFACES = pack_texts([f") can{max(0, channel - 1)} " for channel in range(256)])
_DIRECTIONS = pack_texts([" R\n", " T\n"])
_REMOTES = pack_texts(
    ["#R", *(f"#R{code}" for code in range(1, 9)), *(f"#R8_{code:X}" for code in range(9, 16))]
)
_RAW_CODES = pack_texts([f"_{code:X}" if code > INLINE_BYTES else "" for code in range(16)])

# By BRS and ESI, BRS in bit 0.
_FD_MARKS = pack_texts([f"##{both}" for both in range(4)])

# linux/can/error.h: all error classes, and that of an error on the bus.
_ERROR_CLASSES, _BUS_ERROR = 0x3FF, 0x80


class CandumpSink(TextSink):
    """Writes candump logs; channel 1 is can0."""

    def head(self, start_s: int) -> str:  # noqa: ARG002 - times in it are absolute
        """Logs have no header."""
        return ""

    def lines(self, batch: FrameBatch) -> bytes:
        """Time, interface, id, data and direction.

        An error frame whose id is not an error class, as in files of other tools, is written as an error on
        the bus, with its first 8 bytes.
        """
        kinds = np.zeros(len(batch), dtype=np.int64)
        kinds[batch.has(Flag.REMOTE)] = 1
        kinds[batch.has(Flag.FD)] = 2
        kinds[batch.has(Flag.ERROR)] = 3
        return lines_by_kind(batch, kinds, (_classic, _remote, _fd, _error))


def _classic(batch: FrameBatch) -> PackedText:
    codes = classic_dlcs(batch)
    raw = [_RAW_CODES.take(codes)] if codes.max(initial=0) > INLINE_BYTES else []
    return page(len(batch), [*_start(batch), _MARK, format_payloads(batch), *raw, _directions(batch)])


def _remote(batch: FrameBatch) -> PackedText:
    return page(len(batch), [*_start(batch), _REMOTES.take(batch.dlc, axis=0), _directions(batch)])


def _fd(batch: FrameBatch) -> PackedText:
    both = batch.has(Flag.BRS) | batch.has(Flag.ESI).astype(np.int64) << 1
    return page(
        len(batch), [*_start(batch), _FD_MARKS.take(both), format_payloads(batch), _directions(batch)]
    )


def _error(batch: FrameBatch) -> PackedText:
    ids = batch.arbitration_id.astype(np.int64)
    known = (ids > 0) & (ids <= _ERROR_CLASSES) & ~batch.has(Flag.EXTENDED)
    shown = format_ids(
        np.where(known, ids, _BUS_ERROR) | SOCKETCAN_ERROR_FLAG, np.ones(len(batch), dtype=np.bool_), 3
    )
    return page(
        len(batch), [*_origin(batch), *shown, _MARK, format_payloads(batch, INLINE_BYTES), _directions(batch)]
    )


def _start(batch: FrameBatch) -> list[PackedText | int]:
    ids = format_ids(batch.arbitration_id.astype(np.int64), batch.has(Flag.EXTENDED), 3)
    return [*_origin(batch), *ids]


def _origin(batch: FrameBatch) -> list[PackedText | int]:
    return [
        _OPEN,
        *format_fixed(round_to(batch.timestamp_ns, NS_PER_US), 6),
        _INTERFACES.take(batch.channel, axis=0),
    ]


def _directions(batch: FrameBatch) -> PackedText:
    return _DIRECTIONS.take(batch.has(Flag.TX).astype(np.int64))
