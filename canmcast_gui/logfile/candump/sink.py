"""Writes the log format of candump, with the directions of its option -x.

Format: can-utils' lib.c (snprintf_canframe). A classic DLC of 9 to 15 follows 8 bytes and "_", or the 8 of a
remote frame. An error frame has its class as id, and 8 bytes of details (linux/can/error.h).
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import BinaryIO

import numpy as np

from canmcast_gui.frames import INLINE_BYTES, Flag, FrameBatch
from canmcast_gui.frames.units import NS_PER_US, SOCKETCAN_ERROR_FLAG
from canmcast_gui.logfile.candump.columns import channel_of
from canmcast_gui.logfile.candump.names import HIGHEST_NUMBER, interfaces_of, usual_name
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
    """Writes candump logs; a channel is the interface of its name, or can0 for channel 1 without a name.

    A channel keeps the interface with which it was written first. ``renumbered`` are the channels whose
    interfaces do not give their numbers when the file is read.
    """

    def __init__(self, file: BinaryIO, path: Path) -> None:
        super().__init__(file, path)
        self.renumbered: set[int] = set()
        self._interfaces = {channel: usual_name(channel) for channel in range(1, HIGHEST_NUMBER + 1)}
        self._texts = _texts_of(self._interfaces)
        self._read_as: dict[str, int] = {}
        self._seen: set[int] = set()

    def name_channels(self, names: Mapping[int, str]) -> set[int]:
        """Use names as interfaces; returns the channels whose names are not possible, or come too late."""
        possible = interfaces_of(names)
        self._interfaces |= {each: name for each, name in possible.items() if each not in self._seen}
        self._texts = _texts_of(self._interfaces)
        return {channel for channel, name in names.items() if self._interfaces.get(channel) != name}

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
        self._note_channels(batch)
        return lines_by_kind(batch, kinds, (self._classic, self._remote, self._fd, self._error))

    def _note_channels(self, batch: FrameBatch) -> None:
        """Note which channels are new, and the numbers that they get when the file is read."""
        present = np.flatnonzero(np.bincount(batch.channel, minlength=1)).tolist()
        new = [channel for channel in present if channel not in self._seen]
        self._seen.update(new)
        for channel in sorted(new, key=lambda each: int((batch.channel == each).argmax())):
            interface = self._interfaces[max(1, channel)]
            if interface not in self._read_as:
                self._read_as[interface] = channel_of(interface, self._read_as)
            if channel and self._read_as[interface] != channel:
                self.renumbered.add(channel)

    def _classic(self, batch: FrameBatch) -> PackedText:
        codes = classic_dlcs(batch)
        raw = [_RAW_CODES.take(codes)] if codes.max(initial=0) > INLINE_BYTES else []
        return page(len(batch), [*self._head(batch), _MARK, format_payloads(batch), *raw, _directions(batch)])

    def _remote(self, batch: FrameBatch) -> PackedText:
        return page(len(batch), [*self._head(batch), _REMOTES.take(batch.dlc, axis=0), _directions(batch)])

    def _fd(self, batch: FrameBatch) -> PackedText:
        both = batch.has(Flag.BRS) | batch.has(Flag.ESI).astype(np.int64) << 1
        return page(
            len(batch),
            [*self._head(batch), _FD_MARKS.take(both), format_payloads(batch), _directions(batch)],
        )

    def _error(self, batch: FrameBatch) -> PackedText:
        ids = batch.arbitration_id.astype(np.int64)
        known = (ids > 0) & (ids <= _ERROR_CLASSES) & ~batch.has(Flag.EXTENDED)
        shown = format_ids(
            np.where(known, ids, _BUS_ERROR) | SOCKETCAN_ERROR_FLAG, np.ones(len(batch), dtype=np.bool_), 3
        )
        return page(
            len(batch),
            [*self._origin(batch), *shown, _MARK, format_payloads(batch, INLINE_BYTES), _directions(batch)],
        )

    def _head(self, batch: FrameBatch) -> list[PackedText | int]:
        ids = format_ids(batch.arbitration_id.astype(np.int64), batch.has(Flag.EXTENDED), 3)
        return [*self._origin(batch), *ids]

    def _origin(self, batch: FrameBatch) -> list[PackedText | int]:
        return [
            _OPEN,
            *format_fixed(round_to(batch.timestamp_ns, NS_PER_US), 6),
            self._texts.take(batch.channel, axis=0),
        ]


def _texts_of(interfaces: Mapping[int, str]) -> PackedText:
    """The interfaces with what is around them, for all channels; channel 0 has that of channel 1."""
    return pack_texts([f") {interfaces[max(1, channel)]} " for channel in range(HIGHEST_NUMBER + 1)])


def _directions(batch: FrameBatch) -> PackedText:
    return _DIRECTIONS.take(batch.has(Flag.TX).astype(np.int64))
