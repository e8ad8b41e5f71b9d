"""Conditions on whole payloads."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Mask
from canmcast_gui.frames.batch import FrameBatch
from canmcast_gui.frames.layout import INLINE_BYTES, MAX_PAYLOAD

# Long payloads are searched in the heap, unless the searched frames are less than 1/SPARSEST of the range.
SPARSEST = 4


@dataclass(frozen=True, slots=True)
class DataContains:
    """Met by frames whose payload contains these consecutive bytes."""

    pattern: bytes

    def mask(self, batch: FrameBatch) -> Mask:
        """Short payloads are searched in their records, long ones in the heap."""
        lengths = batch.length
        result = _contains(batch.data, np.minimum(lengths, INLINE_BYTES), self.pattern)
        long = np.flatnonzero(lengths > INLINE_BYTES)
        if len(long):
            result[long] = self._in_long_payloads(batch[long])
        return result

    def _in_long_payloads(self, batch: FrameBatch) -> Mask:
        starts = batch.records["payload_offset"].astype(np.int64)
        ends = starts + batch.length
        in_order = bool((ends[:-1] <= starts[1:]).all())
        if not in_order or ends[-1] - starts[0] > SPARSEST * (ends - starts).sum():
            return _contains(batch.payload_matrix(MAX_PAYLOAD), batch.length, self.pattern)
        found = starts[0] + np.flatnonzero(_hits(batch.heap[starts[0] : ends[-1]], self.pattern))
        rows = np.searchsorted(starts, found, side="right") - 1
        result = np.zeros(len(batch), dtype=np.bool_)
        result[rows[found + len(self.pattern) <= ends[rows]]] = True
        return result


@dataclass(frozen=True, slots=True)
class DataEquals:
    """Met by frames with exactly this payload."""

    payload: bytes

    def mask(self, batch: FrameBatch) -> Mask:
        """Compare the lengths, then the bytes."""
        result: Mask = batch.length == len(self.payload)
        rows = np.flatnonzero(result)
        if len(rows) and self.payload:
            matrix = batch[rows].payload_matrix(len(self.payload))
            result[rows] = (matrix == np.frombuffer(self.payload, dtype=np.uint8)).all(axis=1)
        return result


def _contains(matrix: npt.NDArray[np.uint8], lengths: npt.NDArray[Any], pattern: bytes) -> Mask:
    """Which rows of ``matrix`` (n, a multiple of 8) hold ``pattern`` within their first ``lengths`` bytes.

    All rows are searched as one run of bytes. Matches that extend beyond the payload of a row are then
    removed.
    """
    count, width = matrix.shape
    if len(pattern) > width or not count:
        return np.zeros(count, dtype=np.bool_)
    hits = _hits(np.ascontiguousarray(matrix).reshape(-1), pattern)
    words = hits.view(np.uint64).reshape(count, -1)  # eight booleans at a time
    allowed = _allowed_starts(width, len(pattern))[lengths]
    found: Mask = ((words & allowed) != 0).any(axis=1)
    return found


def _hits(run: npt.NDArray[np.uint8], pattern: bytes) -> Mask:
    """Where in ``run`` the pattern starts, bool (n,)."""
    count = max(len(run) - len(pattern) + 1, 0)
    hits = np.zeros(len(run), dtype=np.bool_)
    np.equal(run[:count], pattern[0], out=hits[:count])
    for offset, byte in enumerate(pattern[1:], 1):
        hits[:count] &= run[offset : offset + count] == byte
    return hits


def _allowed_starts(width: int, pattern_length: int) -> npt.NDArray[np.uint64]:
    """For each payload length the positions at which a pattern may start, as booleans in words."""
    lengths = np.arange(width + 1)[:, None]
    return (np.arange(width) <= lengths - pattern_length).view(np.uint64)
