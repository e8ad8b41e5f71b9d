"""Columns of a signal's values in many frames. What does not depend on the frames is computed once."""

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

# Frames are decoded in pieces whose records stay in the processor's cache between the steps: five times as
# fast as each step over all frames.
_PIECE_FRAMES = 16384


class SignalColumn:
    """The values of one name, "Message.Signal", which may be at several paths of several messages.

    ``more_specific_ids`` are extended ids that the database describes individually, not by parameter group.
    """

    def __init__(self, paths: Sequence[SignalPath], more_specific_ids: Column) -> None:
        self._extractors = [_Extractor(path, more_specific_ids) for path in paths]

    def decode(self, batch: FrameBatch, labels: Column) -> Found:
        """The labels (n,) of the frames that have the signal, and its physical values.

        Other messages' frames, remote and error frames, frames that are too short for the signal, and those
        whose multiplexer does not select it are left out.
        """
        if len(self._extractors) == 1:
            return self._extractors[0].decode(batch, labels)
        rows = np.arange(len(batch))
        parts = [extractor.decode(batch, rows) for extractor in self._extractors]
        joined = np.concatenate([rows for rows, _ in parts])
        order = np.argsort(joined, kind="stable")  # the order of the frames
        return labels[joined[order]], np.concatenate([values for _, values in parts])[order]


class _Extractor:
    """Extracts the values of one path. Everything that does not depend on frames is computed once."""

    def __init__(self, path: SignalPath, more_specific_ids: Column) -> None:
        self._bytes_needed = path.bytes_needed
        self._selectors = [(batch_reader(above.field), _selector(values)) for above, values in path.selectors]
        self._raw = batch_reader(path.signal.field)
        self._physical = physical_reader(path.signal)
        self._frames = _frame_finder(path.container or path.message, more_specific_ids)
        self._header_id = path.message.header_id if path.container is not None else None

    def decode(self, batch: FrameBatch, labels: Column) -> Found:
        found = []
        for start in range(0, max(1, len(batch)), _PIECE_FRAMES):
            piece = batch[start : start + _PIECE_FRAMES]
            found.append(self._decode_piece(piece, labels[start : start + _PIECE_FRAMES]))
        if len(found) == 1:
            return found[0]
        return np.concatenate([part for part, _ in found]), np.concatenate([values for _, values in found])

    def _decode_piece(self, batch: FrameBatch, labels: Column) -> Found:
        wanted = self._frames(batch)
        if self._header_id is not None:
            rows = np.flatnonzero(wanted)
            containers, batch = contained_frames(batch[rows], self._header_id)
            labels, wanted = labels[rows][containers], np.ones(len(containers), np.bool_)
        wanted &= batch.length >= self._bytes_needed
        count = np.count_nonzero(wanted)
        # Few frames are selected before the values are read, many after that. Bytes after the eighth can be
        # read only in frames that have them.
        if count < len(batch) and (4 * count < len(batch) or self._bytes_needed > INLINE_BYTES):
            rows = np.flatnonzero(wanted)
            batch, labels, wanted = batch[rows], labels[rows], wanted[rows]
        for multiplexer, selects in self._selectors:
            wanted &= selects(multiplexer(batch))
        raw = self._raw(batch)
        if not wanted.all():
            raw, labels = raw[wanted], labels[wanted]
        return labels, self._physical(raw)


def _frame_finder(message: Message, more_specific_ids: Column) -> Callable[[FrameBatch], Mask]:
    """A function that finds the data frames of a message in a batch."""
    kind = np.uint16(Flag.EXTENDED if message.extended else 0)
    number = np.uint32(message.arbitration_id & message.id_mask)
    if not message.by_parameter_group:

        def find(batch: FrameBatch) -> Mask:
            wanted: Mask = (batch.flags & _KIND) == kind
            wanted &= batch.arbitration_id == number
            return wanted

        return find
    mask = np.uint32(message.id_mask)
    others = more_specific_ids[(more_specific_ids & mask) == number]

    def find_group(batch: FrameBatch) -> Mask:
        wanted: Mask = (batch.flags & _KIND) == kind
        wanted &= (batch.arbitration_id & mask) == number
        if len(others):
            wanted &= ~np.isin(batch.arbitration_id, others)
        return wanted

    return find_group


def _selector(values: frozenset[int]) -> Callable[[Column], Mask]:
    """A function that tells which raw values of a multiplexer select the signal."""
    if len(values) > 8:
        wanted = np.array([value for value in values if -(1 << 63) <= value < 1 << 63], dtype=np.int64)
        return lambda raw: (
            np.isin(raw.astype(np.int64), wanted)
            if raw.dtype.kind in "iu"
            else np.array([value in values for value in raw.tolist()], dtype=np.bool_)
        )

    def select(raw: Column) -> Mask:
        found: Mask = np.zeros(len(raw), dtype=np.bool_)
        for value in values:
            found |= raw == value
        return found

    return select
