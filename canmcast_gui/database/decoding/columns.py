"""Columns of a signal's values over many frames, by an extractor that is compiled once."""

from __future__ import annotations

from collections.abc import Callable, Sequence

import numpy as np

from canmcast_gui.database.decoding.payload import contained_frames
from canmcast_gui.database.decoding.values import physical_reader
from canmcast_gui.database.model import Message, SignalPath
from canmcast_gui.frames import INLINE_BYTES, Flag, FrameBatch
from canmcast_gui.frames.arrays import Column, Mask
from canmcast_gui.frames.bitfield import batch_reader

Found = tuple[Column, Column]

_KIND = np.uint16(Flag.EXTENDED | Flag.REMOTE | Flag.ERROR)

# Frames are taken in pieces whose records stay in the processor's cache between the steps: five times as
# fast as one step after the other over all of them.
_PIECE_FRAMES = 16384


class SignalColumn:
    """The values of one name, "Message.Signal", which may be in several places of several messages.

    ``others`` are extended ids that the database describes more closely than by their parameter group.
    """

    def __init__(self, places: Sequence[SignalPath], others: Column) -> None:
        self._extractors = [_Extractor(place, others) for place in places]

    def decode(self, batch: FrameBatch, marks: Column) -> Found:
        """The marks (n,) of the frames that have the signal, and its physical values there.

        Other messages' frames, remote and error frames, frames too short for the signal, and those whose
        multiplexer does not select it are left out.
        """
        if len(self._extractors) == 1:
            return self._extractors[0].decode(batch, marks)
        # As decoded one by one, but in the order of the frames.
        rows = np.arange(len(batch))
        parts = [one.decode(batch, rows) for one in self._extractors]
        joined = np.concatenate([rows for rows, _ in parts])
        order = np.argsort(joined, kind="stable")
        return marks[joined[order]], np.concatenate([values for _, values in parts])[order]


class _Extractor:
    """One place's way from frames to values, with everything worked out that does not depend on frames."""

    def __init__(self, place: SignalPath, others: Column) -> None:
        self._needed = place.bytes_needed
        self._chain = [(batch_reader(above.field), _selector(numbers)) for above, numbers in place.selectors]
        self._raw = batch_reader(place.signal.field)
        self._physical = physical_reader(place.signal)
        self._frames = _frame_finder(place.container or place.message, others)
        self._header_id = place.message.header_id if place.container is not None else None

    def decode(self, batch: FrameBatch, marks: Column) -> Found:
        found = []
        for start in range(0, max(1, len(batch)), _PIECE_FRAMES):
            piece = batch[start : start + _PIECE_FRAMES]
            found.append(self._decode_piece(piece, marks[start : start + _PIECE_FRAMES]))
        if len(found) == 1:
            return found[0]
        return np.concatenate([one for one, _ in found]), np.concatenate([one for _, one in found])

    def _decode_piece(self, batch: FrameBatch, marks: Column) -> Found:
        there = self._frames(batch)
        if self._header_id is not None:
            rows = np.flatnonzero(there)
            inner, batch = contained_frames(batch[rows], self._header_id)
            marks, there = marks[rows][inner], np.ones(len(inner), np.bool_)
        there &= batch.length >= self._needed
        count = np.count_nonzero(there)
        # Few frames are picked out first, many last. What lies beyond byte 8 can be read only where it is.
        if count < len(batch) and (4 * count < len(batch) or self._needed > INLINE_BYTES):
            rows = np.flatnonzero(there)
            batch, marks, there = batch[rows], marks[rows], there[rows]
        for multiplexer, selects in self._chain:
            there &= selects(multiplexer(batch))
        raw = self._raw(batch)
        if not there.all():
            raw, marks = raw[there], marks[there]
        return marks, self._physical(raw)


def _frame_finder(message: Message, others: Column) -> Callable[[FrameBatch], Mask]:
    """What says which data frames of a batch are this message."""
    kind = np.uint16(Flag.EXTENDED if message.extended else 0)
    number = np.uint32(message.arbitration_id & message.id_mask)
    if not message.by_parameter_group:

        def find(batch: FrameBatch) -> Mask:
            wanted: Mask = (batch.flags & _KIND) == kind
            wanted &= batch.arbitration_id == number
            return wanted

        return find
    mask = np.uint32(message.id_mask)
    near = others[(others & mask) == number]

    def find_group(batch: FrameBatch) -> Mask:
        wanted: Mask = (batch.flags & _KIND) == kind
        wanted &= (batch.arbitration_id & mask) == number
        if len(near):
            wanted &= ~np.isin(batch.arbitration_id, near)
        return wanted

    return find_group


def _selector(numbers: frozenset[int]) -> Callable[[Column], Mask]:
    """What says which raw values of a multiplexer select the signal."""
    if len(numbers) > 8:
        wanted = np.array([one for one in numbers if -(1 << 63) <= one < 1 << 63], dtype=np.int64)
        return lambda raw: (
            np.isin(raw.astype(np.int64), wanted)
            if raw.dtype.kind in "iu"
            else np.array([one in numbers for one in raw.tolist()], dtype=np.bool_)
        )

    def select(raw: Column) -> Mask:
        found: Mask = np.zeros(len(raw), dtype=np.bool_)
        for number in numbers:
            found |= raw == number
        return found

    return select
