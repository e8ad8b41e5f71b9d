"""Payloads of any length, which stand apart from the records of their frames."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import MAX_PAYLOAD
from canmcast_gui.frames.arrays import Bytes, Places
from canmcast_gui.logfile.mf4.records import SLACK, Piece

_LENGTH_BYTES = 4
# Payloads of the frames in one piece are some megabytes; whoever says otherwise is not believed.
_MOST_AT_ONCE = 32 << 20
_NOTHING = np.zeros(0, dtype=np.int64)


class VariableRecords:
    """Payloads that are records of a group of their own, in the stream of the frames.

    A frame says where its payload stands in the group's own stream of lengths and bytes, or, ``by_order``,
    does not: then the nth payload is the nth frame's. Payloads of two pieces are kept, as a frame and its
    payload may stand on either side of a border.
    """

    def __init__(self, by_order: bool) -> None:
        self._by_order = by_order
        self._content = np.zeros(SLACK, dtype=np.uint8)
        self._keys = self._starts = self._lengths = _NOTHING
        self._newest = (0, 0)
        self._next = 0
        self._asked = 0

    def add(self, piece: Piece, number: int) -> None:
        """Take the payloads of a piece of the stream."""
        starts = piece.starts.get(number, _NOTHING)
        lengths = _lengths(piece.content, starts)
        steps = np.ones_like(lengths) if self._by_order else lengths + _LENGTH_BYTES
        keys = np.cumsum(steps) - steps + self._next
        self._next += int(steps.sum())
        # What the piece before the last one had is not asked for any more.
        row, place = self._newest
        old = self._content[place : len(self._content) - SLACK]
        self._keys = np.concatenate([self._keys[row:], keys])
        self._starts = np.concatenate([self._starts[row:] - place, starts + _LENGTH_BYTES + len(old)])
        self._lengths = np.concatenate([self._lengths[row:], lengths])
        self._content = np.concatenate([old, piece.content])
        self._newest = (len(self._keys) - len(keys), len(old))

    def keys(self, values: Places) -> Places:
        """What find() is asked for frames that say this."""
        if not self._by_order:
            return values
        self._asked += len(values)
        return np.arange(self._asked - len(values), self._asked, dtype=np.int64)

    def find(self, keys: Places) -> tuple[Bytes, Places, Places, npt.NDArray[np.bool_]]:
        """The bytes in which payloads stand, where each begins, its length, and which are there."""
        if not len(self._keys):
            nowhere = np.zeros(len(keys), dtype=np.int64)
            return self._content, nowhere, nowhere, np.zeros(len(keys), dtype=np.bool_)
        rows = np.minimum(np.searchsorted(self._keys, keys), len(self._keys) - 1)
        return self._content, self._starts[rows], self._lengths[rows], self._keys[rows] == keys

    def to_come(self, keys: Places) -> npt.NDArray[np.bool_]:
        """Which payloads stand in pieces that have not been read."""
        later: npt.NDArray[np.bool_] = keys >= self._next
        return later


class SignalData:
    """Payloads in a stream of their own, mostly in the order of their frames."""

    def __init__(self, pieces: Iterator[bytes]) -> None:
        self._pieces = pieces
        self._content = np.zeros(SLACK, dtype=np.uint8)
        self._base = 0

    def find(self, keys: Places) -> tuple[Bytes, Places, Places, npt.NDArray[np.bool_]]:
        """The bytes in which payloads stand, where each begins, its length, and which are there."""
        if len(keys):
            first = int(keys.min())
            self._read(first, min(int(keys.max()) + _LENGTH_BYTES + MAX_PAYLOAD, first + _MOST_AT_ONCE))
        held = len(self._content) - SLACK
        places = keys - self._base
        there = (places >= 0) & (places <= held - _LENGTH_BYTES)
        places = np.where(there, places, 0)
        lengths = _lengths(self._content, places)
        there &= places + _LENGTH_BYTES + lengths <= held
        return self._content, places + _LENGTH_BYTES, lengths, there

    def _read(self, first: int, end: int) -> None:
        drop = min(max(0, first - self._base), len(self._content) - SLACK)
        parts = [self._content[drop : len(self._content) - SLACK]]
        self._base += drop
        size = len(parts[0])
        while self._base + size < end:
            piece = next(self._pieces, None)
            if piece is None:
                break
            parts.append(np.frombuffer(piece, np.uint8))
            size += len(piece)
            if self._base + size < first:
                self._base += size
                parts, size = [], 0
        self._content = np.concatenate([*parts, np.zeros(SLACK, dtype=np.uint8)])


def _lengths(content: Bytes, starts: Places) -> Places:
    if not len(starts):
        return _NOTHING
    lengths: Places = content[starts[:, None] + np.arange(_LENGTH_BYTES)].view("<u4")[:, 0].astype(np.int64)
    return lengths
