"""Finds the objects in a stream: each has its size, so that the next one starts where it ends.

Following them one by one is the slowest part of reading. Instead all positions with the signature and a
plausible header of an object are found at once, and where each object ends; in an intact stream the next one
starts there. Only where that is not so, because a payload looks like an object or bytes are damaged, each
position is checked with those around it (see _find_in_damaged).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from canmcast_gui.frames.arrays import Bytes, Column, Offsets
from canmcast_gui.logfile.blf.layout import (
    ERROR,
    ERROR_EXT,
    FD,
    FD64,
    FD_ERROR64,
    MESSAGE,
    MESSAGE2,
    OBJECT,
    SIGNATURE,
)

_WORD = int.from_bytes(SIGNATURE, "little")
_HEAD = np.dtype(
    [("signature", "<u4"), ("header", "<u2"), ("version", "<u2"), ("size", "<u4"), ("kind", "<u4")]
)

# Objects are padded to four bytes, in different ways by different tools.
_PADDING = 7

# Texts and markers have kilobytes, snapshots of a bus some more; a larger object is damage.
LARGEST_OBJECT = 16 << 20
_LARGEST_FRAME = 4096
_LONGEST_HEADER = 256
_FRAMES = (MESSAGE, ERROR, ERROR_EXT, MESSAGE2, FD, FD64, FD_ERROR64)

# Payloads that look like objects are rare; each costs one loop in Python.
_MOST_BREAKS = 1000


@dataclass(frozen=True, slots=True)
class Chain:
    """The objects of a stream as columns: where they start, their types, their sizes and header sizes.

    ``end`` is where the first incomplete object starts; ``gaps`` are positions where an object should start
    and does not.
    """

    starts: Offsets
    kinds: Column
    sizes: Offsets
    headers: Offsets
    end: int = 0
    gaps: Offsets = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def take(self, which: Column) -> Chain:
        """The objects that a mask or an array of indices selects."""
        columns = (self.starts, self.kinds, self.sizes, self.headers)
        starts, kinds, sizes, headers = (column[which] for column in columns)
        return Chain(starts, kinds, sizes, headers, self.end, self.gaps)


def objects_of(content: Bytes, lost: bool = False, verified: bool = True, last: bool = False) -> Chain:
    """All complete objects of a stream.

    With ``lost`` the stream starts within an object whose start is missing. Without ``verified`` no checksum
    has confirmed the bytes: an object then counts only where another one starts at its end, so that the last
    one is not complete before more of the stream was read; with ``last`` the stream is at its end.
    """
    chain = None if lost else _contiguous(_aligned(content), len(content), verified, last)
    return _find_in_damaged(content, lost, verified, last) if chain is None else chain


def _plausible(headers: Offsets, sizes: Offsets, kinds: Column) -> Column:
    """Which headers can be those of objects."""
    good: Column = (headers >= OBJECT.size) & (headers <= _LONGEST_HEADER)
    good &= (sizes >= headers) & (sizes <= LARGEST_OBJECT)
    large = sizes > _LARGEST_FRAME
    if large.any():
        good &= ~(large & np.isin(kinds, _FRAMES))
    return good


def _aligned(content: Bytes) -> Chain:
    """What looks like the start of an object, at multiples of four bytes."""
    words = content[: len(content) // 4 * 4].view("<u4")
    found_at = np.flatnonzero(words[: max(0, len(words) - 3)] == _WORD)
    sizes, kinds = words[found_at + 2].astype(np.int64), words[found_at + 3]
    headers = (words[found_at + 1] & 0xFFFF).astype(np.int64)
    good = _plausible(headers, sizes, kinds)
    found = Chain(found_at * 4, kinds, sizes, headers)
    return found if good.all() else found.take(good)


def _contiguous(candidates: Chain, length: int, verified: bool, last: bool) -> Chain | None:
    """The candidates that follow each other from the start to the end; None where they do not."""
    starts = candidates.starts
    if not len(starts):
        return candidates if length <= _PADDING + OBJECT.size else None
    ends = starts + candidates.sizes
    rows = _sequence(starts, ends, _MOST_BREAKS if verified else 0)
    if rows is None:
        return None
    final = int(rows[-1])
    end = int(ends[final])
    if length - end > (_PADDING + OBJECT.size if verified else _PADDING):
        return None
    if end <= length and (verified or last):
        return _selected(candidates, rows, end)
    # An incomplete object that contains others is not an object: its size is wrong.
    contains_others = final < len(starts) - 1
    return None if contains_others else _selected(candidates, rows[:-1], int(starts[final]))


def _sequence(starts: Offsets, ends: Offsets, most_breaks: int) -> Offsets | None:
    """The rows of objects that follow each other, without what looks like objects within them.

    None where there are more breaks of the sequence than ``most_breaks``, or bytes between objects.
    """
    jumps = starts[1:] - ends[:-1]
    breaks = np.flatnonzero((jumps < 0) | (jumps > _PADDING))
    if starts[0] > _PADDING or len(breaks) > most_breaks:
        return None
    pieces: list[Offsets] = []
    row = 0
    while row < len(starts):
        found = int(np.searchsorted(breaks, row))
        last = int(breaks[found]) if found < len(breaks) else len(starts) - 1
        pieces.append(np.arange(row, last + 1))
        row = int(np.searchsorted(starts, ends[last]))
        if row < len(starts) and starts[row] - ends[last] > _PADDING:
            return None
    return np.concatenate(pieces)


def _selected(candidates: Chain, rows: Offsets, end: int) -> Chain:
    selects_all = len(rows) == len(candidates.starts)
    return replace(candidates if selects_all else candidates.take(rows), end=end)


# -- damaged streams -----------------------------------------------------------------------------------------


def _find_in_damaged(content: Bytes, lost: bool, verified: bool, last: bool) -> Chain:
    """The objects among other bytes, in linear time.

    An object is linked where the signature of another one follows it directly. A candidate that contains a
    linked object is not an object: its size is wrong. In verified bytes an object that is not linked counts
    where it is not within another one, and zeros are padding.
    """
    signatures, found = _unaligned(content)
    ends = found.starts + found.sizes
    nonzero = np.concatenate(([0], np.cumsum(content != 0, dtype=np.int32)))
    complete, waiting, linked = _links(content, signatures, found, nonzero, verified, last)
    empty = _next(found.starts[linked], found.starts + 1, len(content)) >= np.minimum(ends, len(content))
    kept = linked & empty
    rest = ~linked & empty & ~_covered(found.starts, found.starts[kept], ends[kept])
    open_end = np.flatnonzero(rest & waiting)
    end = int(found.starts[open_end[0]]) if len(open_end) else -1
    if verified:
        # An object that reaches into an incomplete one has a wrong size.
        unlinked = rest & complete & ((ends <= end) | (end < 0))
        before = np.maximum.accumulate(np.concatenate(([0], np.where(unlinked, ends, 0))))[:-1]
        kept |= unlinked & (before <= found.starts)
    rows = np.flatnonzero(kept)
    if end < 0:
        end = _open_end(signatures, int(ends[rows[-1]]) if len(rows) else 0, nonzero)
    chain = replace(found.take(rows), end=end)
    return replace(chain, gaps=_gaps(chain, nonzero, lost, verified))


def _unaligned(content: Bytes) -> tuple[Offsets, Chain]:
    """All positions of the signature, of any alignment, and those with a plausible header."""
    positions: list[Column] = []
    for alignment in range(4):
        words = content[alignment:]
        words = words[: len(words) // 4 * 4].view("<u4")
        positions.append(np.flatnonzero(words == _WORD) * 4 + alignment)
    signatures = np.sort(np.concatenate(positions), kind="stable")
    starts = signatures[signatures <= len(content) - OBJECT.size]
    if not len(starts):
        none = np.zeros(0, dtype=np.int64)
        return signatures, Chain(none, none, none, none)
    every = np.ndarray((len(content) - OBJECT.size + 1,), f"V{OBJECT.size}", content, strides=(1,))
    heads = every[starts].view(_HEAD)
    headers, sizes = heads["header"].astype(np.int64), heads["size"].astype(np.int64)
    found = Chain(starts, heads["kind"], sizes, headers)
    return signatures, found.take(_plausible(headers, sizes, heads["kind"]))


def _links(
    content: Bytes, signatures: Offsets, found: Chain, nonzero: Offsets, verified: bool, last: bool
) -> tuple[Column, Column, Column]:
    """Which of the objects are complete, which need more of the stream, which are linked."""
    length = len(content)
    ends = found.starts + found.sizes
    complete = ends <= length
    ends = np.minimum(ends, length)
    after = _next(signatures, ends, length)
    near = complete & (after < length) & (after - ends <= _PADDING)
    at_end = complete & ~near & (length - ends <= _PADDING)
    # Zeros up to the next one are padding, unless they may be bytes of the object.
    padded = complete & ~at_end & (nonzero[after] == nonzero[ends])
    if not verified:
        padded &= content[ends - 1] != 0
    linked = near | padded | at_end if verified or last else near | padded
    waiting = np.zeros_like(linked) if last else ~linked & at_end | ~complete
    return complete, waiting, linked


def _next(positions: Offsets, starts: Offsets, none: int) -> Offsets:
    """For each start the first of the positions from there on, or ``none``."""
    return np.append(positions, none)[np.searchsorted(positions, starts)]


def _covered(starts: Offsets, of: Offsets, ends: Offsets) -> Column:
    """Which starts are within one of the objects that start at ``of``."""
    before = np.searchsorted(of, starts, side="right")
    return np.append(0, ends)[before] > starts


def _open_end(signatures: Offsets, after: int, nonzero: Offsets) -> int:
    """Where an object may start whose header is not complete."""
    length = len(nonzero) - 1
    if nonzero[after] == nonzero[length]:
        return length
    start = int(_next(signatures, np.array([max(after, length - OBJECT.size + 1)]), length)[0])
    return start if start < length else max(after, length - len(SIGNATURE) + 1)


def _gaps(chain: Chain, nonzero: Offsets, lost: bool, verified: bool) -> Offsets:
    """The positions after which there are more bytes than padding, but no object."""
    after = np.append(0, chain.starts + chain.sizes)
    until = np.append(chain.starts, chain.end)
    gap = until - after > _PADDING
    is_zero = nonzero[until] == nonzero[after]
    gap &= ~is_zero if verified else ~(is_zero & (until == len(nonzero) - 1))
    gap[0] &= not lost
    gaps: Offsets = after[gap]
    return gaps
