"""Where the objects of a stream begin: each says how long it is, so each leads to the next.

Followed one by one that is the slowest part of reading. Instead all places that look like an object's
beginning are found at once, and where each one ends; in a sound stream the next begins just there. Only where
that does not hold, because a payload looks like an object or bytes are damaged, every place is judged by what
is around it (see _judged).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

import numpy as np

from canmcast_gui.frames.arrays import Bytes, Column, Places
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

# Objects are padded to four bytes, by one tool in this way and by another in that.
_PADDING = 7

# Texts and markers are kilobytes, pictures of a bus' state some more; what claims more than this is damage.
LARGEST_OBJECT = 16 << 20
_LARGEST_FRAME = 4096
_LONGEST_HEADER = 256
_FRAMES = (MESSAGE, ERROR, ERROR_EXT, MESSAGE2, FD, FD64, FD_ERROR64)

# Payloads that look like objects are rare; each costs a turn of Python.
_MOST_BREAKS = 1000


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
    gaps: Places = field(default_factory=lambda: np.zeros(0, dtype=np.int64))

    def take(self, which: Column) -> Chain:
        """The objects that a mask or an array of numbers selects."""
        columns = (self.starts, self.kinds, self.sizes, self.headers)
        starts, kinds, sizes, headers = (column[which] for column in columns)
        return Chain(starts, kinds, sizes, headers, self.end, self.gaps)


def objects_of(content: Bytes, lost: bool = False, proven: bool = True, last: bool = False) -> Chain:
    """All complete objects of a stream.

    With ``lost`` it begins within an object whose start is missing. Without ``proven`` no checksum has shown
    that the bytes are those that were written: an object counts only when another one begins where it ends,
    so that the last one waits for what follows the stream; with ``last`` nothing does.
    """
    chain = None if lost else _contiguous(_aligned(content), len(content), proven, last)
    return _judged(content, lost, proven, last) if chain is None else chain


def _sound(headers: Places, sizes: Places, kinds: Column) -> Column:
    """Which headers may be those of objects."""
    good: Column = (headers >= OBJECT.size) & (headers <= _LONGEST_HEADER)
    good &= (sizes >= headers) & (sizes <= LARGEST_OBJECT)
    large = sizes > _LARGEST_FRAME
    if large.any():
        good &= ~(large & np.isin(kinds, _FRAMES))
    return good


def _aligned(content: Bytes) -> Chain:
    """What looks like the beginning of an object, at multiples of four bytes."""
    words = content[: len(content) // 4 * 4].view("<u4")
    places = np.flatnonzero(words[: max(0, len(words) - 3)] == _WORD)
    sizes, kinds = words[places + 2].astype(np.int64), words[places + 3]
    headers = (words[places + 1] & 0xFFFF).astype(np.int64)
    good = _sound(headers, sizes, kinds)
    found = Chain(places * 4, kinds, sizes, headers)
    return found if good.all() else found.take(good)


def _contiguous(candidates: Chain, length: int, proven: bool, last: bool) -> Chain | None:
    """The candidates that follow each other from the beginning to the end; None where they do not."""
    starts = candidates.starts
    if not len(starts):
        return candidates if length <= _PADDING + OBJECT.size else None
    ends = starts + candidates.sizes
    jumps = starts[1:] - ends[:-1]
    breaks = np.flatnonzero((jumps < 0) | (jumps > _PADDING))
    if starts[0] > _PADDING or len(breaks) > (_MOST_BREAKS if proven else 0):
        return None
    rows = _followed(starts, ends, breaks)
    if rows is None:
        return None
    final = int(rows[-1])
    end = int(ends[final])
    if length - end > (_PADDING + OBJECT.size if proven else _PADDING):
        return None
    if end > length or not (proven or last):
        # An incomplete object that has others in it is not an object: its size is wrong.
        whole = final == len(starts) - 1
        return _selected(candidates, rows[:-1], int(starts[final])) if whole else None
    return _selected(candidates, rows, end)


def _followed(starts: Places, ends: Places, breaks: Places) -> Places | None:
    """The rows of objects that follow each other, what looks like objects within them left out."""
    pieces: list[Places] = []
    here = 0
    while here < len(starts):
        found = int(np.searchsorted(breaks, here))
        last = int(breaks[found]) if found < len(breaks) else len(starts) - 1
        pieces.append(np.arange(here, last + 1))
        here = int(np.searchsorted(starts, ends[last]))
        if here < len(starts) and starts[here] - ends[last] > _PADDING:
            return None
    return np.concatenate(pieces)


def _selected(candidates: Chain, rows: Places, end: int) -> Chain:
    whole = len(rows) == len(candidates.starts)
    return replace(candidates if whole else candidates.take(rows), end=end)


# -- where objects do not simply follow each other -----------------------------------------------------------


def _judged(content: Bytes, lost: bool, proven: bool, last: bool) -> Chain:
    """The objects among whatever else there is, each judged by its surroundings; linear work.

    An object is linked where the signature of another one follows it at once. What has a linked object
    within its extent is not an object: its size is wrong. In proven bytes one that is not linked counts where
    it is not within another; zeros are padding there.
    """
    marks, found = _anywhere(content)
    ends = found.starts + found.sizes
    filled = np.concatenate(([0], np.cumsum(content != 0, dtype=np.int32)))
    complete, waiting, linked = _links(content, marks, found, filled, proven, last)
    empty = _next(found.starts[linked], found.starts + 1, len(content)) >= np.minimum(ends, len(content))
    kept = linked & empty
    rest = ~linked & empty & ~_covered(found.starts, found.starts[kept], ends[kept])
    open_end = np.flatnonzero(rest & waiting)
    end = int(found.starts[open_end[0]]) if len(open_end) else -1
    if proven:
        lonely = rest & complete & ((found.starts < end) | (end < 0))
        before = np.maximum.accumulate(np.concatenate(([0], np.where(lonely, ends, 0))))[:-1]
        kept |= lonely & (before <= found.starts)
    rows = np.flatnonzero(kept)
    if end < 0:
        end = _open_end(marks, int(ends[rows[-1]]) if len(rows) else 0, filled)
    chain = replace(found.take(rows), end=end)
    return replace(chain, gaps=_gaps(chain, filled, lost, proven))


def _anywhere(content: Bytes) -> tuple[Places, Chain]:
    """All places of the signature, whatever they are aligned to, and those with a header that may be one."""
    places: list[Column] = []
    for alignment in range(4):
        words = content[alignment:]
        words = words[: len(words) // 4 * 4].view("<u4")
        places.append(np.flatnonzero(words == _WORD) * 4 + alignment)
    marks = np.sort(np.concatenate(places), kind="stable")
    starts = marks[marks <= len(content) - OBJECT.size]
    if not len(starts):
        none = np.zeros(0, dtype=np.int64)
        return marks, Chain(none, none, none, none)
    every = np.ndarray((len(content) - OBJECT.size + 1,), f"V{OBJECT.size}", content, strides=(1,))
    heads = every[starts].view(_HEAD)
    headers, sizes = heads["header"].astype(np.int64), heads["size"].astype(np.int64)
    found = Chain(starts, heads["kind"], sizes, headers)
    return marks, found.take(_sound(headers, sizes, heads["kind"]))


def _links(
    content: Bytes, marks: Places, found: Chain, filled: Places, proven: bool, last: bool
) -> tuple[Column, Column, Column]:
    """Which of the objects are complete, which must wait for what follows the stream, which are linked."""
    length = len(content)
    ends = found.starts + found.sizes
    complete = ends <= length
    ends = np.minimum(ends, length)
    after = _next(marks, ends, length)
    near = complete & (after < length) & (after - ends <= _PADDING)
    at_end = complete & ~near & (length - ends <= _PADDING)
    # Zeros up to the next one: padding, unless they may have been bytes of the object too.
    padded = complete & ~at_end & (filled[after] == filled[ends])
    if not proven:
        padded &= content[ends - 1] != 0
    linked = near | padded | at_end if proven or last else near | padded
    waiting = np.zeros_like(linked) if last else ~linked & at_end | ~complete
    return complete, waiting, linked


def _next(places: Places, at: Places, none: int) -> Places:
    """For each of ``at`` the first of the places from there on, or ``none``."""
    return np.append(places, none)[np.searchsorted(places, at)]


def _covered(starts: Places, of: Places, ends: Places) -> Column:
    """Which places are within one of the objects that begin at ``of``."""
    before = np.searchsorted(of, starts, side="right")
    return np.append(0, ends)[before] > starts


def _open_end(marks: Places, after: int, filled: Places) -> int:
    """Where something may begin that continues after the stream, though no whole header is there."""
    length = len(filled) - 1
    if filled[after] == filled[length]:
        return length
    place = int(_next(marks, np.array([max(after, length - OBJECT.size + 1)]), length)[0])
    return place if place < length else max(after, length - len(SIGNATURE) + 1)


def _gaps(chain: Chain, filled: Places, lost: bool, proven: bool) -> Places:
    """The places after which no object is though there are more bytes than padding."""
    after = np.append(0, chain.starts + chain.sizes)
    until = np.append(chain.starts, chain.end)
    gap = until - after > _PADDING
    blank = filled[until] == filled[after]
    gap &= ~blank if proven else ~(blank & (until == len(filled) - 1))
    gap[0] &= not lost
    gaps: Places = after[gap]
    return gaps
