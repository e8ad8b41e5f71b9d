"""Where the objects of a stream begin: each says how long it is, so each leads to the next.

Followed one by one that is the slowest part of reading. Instead all places that look like an object's
beginning are found at once, and where each one ends; in a sound stream the next begins just there. Only where
that does not hold, because a payload looks like an object or bytes are damaged, it is followed step by step.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.logfile.blf.layout import (
    ERROR,
    ERROR_EXT,
    FD,
    FD64,
    FD_ERROR64,
    HEADER_BYTES,
    MESSAGE,
    MESSAGE2,
    OBJECT,
    SIGNATURE,
)

Places = npt.NDArray[np.int64]
Column = npt.NDArray[Any]

_WORD = int.from_bytes(SIGNATURE, "little")

# Objects are padded to four bytes, by one tool in this way and by another in that.
_PADDING = 7

# Texts and markers are kilobytes, pictures of a bus' state some more; what claims more than this is damage.
LARGEST_OBJECT = 16 << 20
_LARGEST_FRAME = 4096
_LONGEST_HEADER = 256
_FRAMES = (MESSAGE, ERROR, ERROR_EXT, MESSAGE2, FD, FD64, FD_ERROR64)


@dataclass(frozen=True, slots=True)
class Chain:
    """Objects in a stream: where they begin, their types, their sizes and those of their headers.

    ``end`` is where the first one begins that is not complete; ``gaps`` are places where no object begins
    though one should.
    """

    starts: Places
    kinds: Column
    sizes: Places
    headers: Places
    end: int = 0
    gaps: tuple[int, ...] = ()

    def take(self, which: Column) -> Chain:
        """The objects that a mask or an array of numbers selects."""
        columns = (self.starts, self.kinds, self.sizes, self.headers)
        starts, kinds, sizes, headers = (column[which] for column in columns)
        return Chain(starts, kinds, sizes, headers, self.end, self.gaps)


def objects_of(content: npt.NDArray[np.uint8], lost: bool) -> Chain:
    """All complete objects of a stream; with ``lost`` it begins within one that nobody has the start of."""
    aligned = _candidates(content, (0,))
    chain = None if lost else _walk(aligned, len(content), strict=True)
    if chain is None:
        chain = _walk(_candidates(content, (0, 1, 2, 3)), len(content), strict=False)
        assert chain is not None
        if lost:
            chain = replace(chain, gaps=tuple(gap for gap in chain.gaps if gap))
    return chain


def _candidates(content: npt.NDArray[np.uint8], alignments: tuple[int, ...]) -> Chain:
    """What looks like the beginning of an object: its signature, and a header that may be one."""
    found: list[Chain] = []
    for alignment in alignments:
        words = content[alignment:]
        words = words[: len(words) // 4 * 4].view("<u4")
        places = np.flatnonzero(words[: max(0, len(words) - 3)] == _WORD)
        versions = words[places + 1]
        sizes, kinds = words[places + 2].astype(np.int64), words[places + 3]
        headers = (versions & 0xFFFF).astype(np.int64)
        good = (headers >= OBJECT.size) & (headers <= _LONGEST_HEADER)
        good &= (sizes >= headers) & (sizes <= LARGEST_OBJECT)
        large = sizes > _LARGEST_FRAME
        if large.any():
            good &= ~(large & np.isin(kinds, _FRAMES))
        starts = places * 4 + alignment
        one = Chain(starts, kinds, sizes, headers)
        found.append(one if good.all() else one.take(good))
    if len(found) == 1:
        return found[0]
    names = ("starts", "kinds", "sizes", "headers")
    starts, kinds, sizes, headers = (np.concatenate([getattr(one, name) for one in found]) for name in names)
    return Chain(starts, kinds, sizes, headers).take(np.argsort(starts, kind="stable"))


def _walk(candidates: Chain, length: int, strict: bool) -> Chain | None:
    """The candidates that are objects; with ``strict`` None where there are gaps between them."""
    starts = candidates.starts
    if not len(starts):
        return None if strict and length >= HEADER_BYTES else _nothing(candidates, length)
    ends = starts + candidates.sizes
    jumps = starts[1:] - ends[:-1]
    breaks = np.flatnonzero((jumps < 0) | (jumps > _PADDING))
    gaps = [0] if starts[0] > _PADDING else []
    if strict and gaps:
        return None
    pieces: list[Places] = []
    here = 0
    while True:
        found = int(np.searchsorted(breaks, here))
        last = int(breaks[found]) if found < len(breaks) else len(starts) - 1
        pieces.append(np.arange(here, last + 1))
        behind = int(ends[last])
        here = int(np.searchsorted(starts, behind))
        if here == len(starts):
            break
        if starts[here] - behind > _PADDING:
            gaps.append(behind)
        if strict and gaps:
            return None
    rows = np.concatenate(pieces)
    if behind > length:
        return _selected(candidates, rows[:-1], int(starts[rows[-1]]), gaps)
    if length - behind > _PADDING + OBJECT.size:
        if strict:
            return None
        gaps.append(behind)
        behind = length - OBJECT.size
    return _selected(candidates, rows, behind, gaps)


def _selected(candidates: Chain, rows: Places, end: int, gaps: list[int]) -> Chain:
    whole = len(rows) == len(candidates.starts)
    return replace(candidates if whole else candidates.take(rows), end=end, gaps=tuple(gaps))


def _nothing(candidates: Chain, length: int) -> Chain:
    long = length > _PADDING + OBJECT.size
    return replace(candidates, end=length - OBJECT.size, gaps=(0,)) if long else candidates
