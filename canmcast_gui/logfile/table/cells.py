"""The lines of a block of a table, and the positions of the cells of each column."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from canmcast_gui.frames.arrays import Bytes, Mask, Offsets
from canmcast_gui.logfile.table.values import BEFORE, ROOM, stripped, without_prefix

_LINE_FEED = ord("\n")
_BLANKS = b" \t\"'"


@dataclass(frozen=True)
class Lines:
    """Lines of a block in ``content``, whose first line has the number ``first`` in the file.

    ``starts`` is where each line starts. ``edges`` are the positions of all delimiters and line ends of the
    block; for each line ``firsts`` is the index of the edge after its first cell, ``lasts`` of the line end.
    ``feeds`` are the ends of all lines of the block, also after a selection of lines. ``loose`` is whether
    any cell of the block has blanks or quotes at its edges.
    """

    content: Bytes
    edges: Offsets
    starts: Offsets
    firsts: Offsets
    lasts: Offsets
    feeds: Offsets
    first: int
    loose: bool

    @classmethod
    def of(cls, block: bytes, delimiter: str, first: int) -> Lines:
        """All lines of a block that ends with a line feed."""
        content = np.frombuffer(b"".join((bytes(BEFORE), block, bytes(ROOM))), dtype=np.uint8)
        is_feed = content == _LINE_FEED
        is_edge = is_feed | (content == ord(delimiter))
        edges = np.flatnonzero(is_edge)
        lasts = _lasts(content, edges, int(np.count_nonzero(is_feed)))
        feeds = edges.take(lasts)
        starts = np.concatenate(([BEFORE], feeds[:-1] + 1))
        firsts = np.concatenate(([0], lasts[:-1] + 1))
        is_edge[BEFORE - 1] = True
        blanks = [blank for blank in _BLANKS if blank in block and blank != ord(delimiter)]
        loose = any(_adjacent(is_edge, content == blank) for blank in blanks)
        return cls(content, edges, starts, firsts, lasts, feeds, first, loose)

    def __len__(self) -> int:
        return len(self.starts)

    def __getitem__(self, rows: Mask | slice) -> Lines:
        """Some of the lines."""
        return replace(self, starts=self.starts[rows], firsts=self.firsts[rows], lasts=self.lasts[rows])

    @cached_property
    def ends(self) -> Offsets:
        """Where each line ends, without its line feed."""
        return self.edges.take(self.lasts)

    def text(self, row: int) -> str:
        """The text of a line."""
        return self.content[self.starts[row] : self.ends[row]].tobytes().decode("utf-8", "replace").strip()

    def number(self, row: int) -> int:
        """The number of a line in the file."""
        return self.first + int(np.searchsorted(self.feeds, self.starts[row]))


def _lasts(content: Bytes, edges: Offsets, count: int) -> Offsets:
    """The indices of the edges that are line ends, ``count`` of them."""
    cells = len(edges) // count  # where all lines have equally many
    lasts = np.arange(cells - 1, len(edges), cells)
    if cells * count == len(edges) and (content.take(edges[lasts]) == _LINE_FEED).all():
        return lasts
    return np.flatnonzero(content.take(edges) == _LINE_FEED)


def _adjacent(first: Mask, second: Mask) -> bool:
    return bool((first[1:] & second[:-1]).any() or (first[:-1] & second[1:]).any())


class Cells:
    """The cells of lines by column: their starts and ends, without blanks and quotes around them.

    Missing cells of a line are empty cells at its end.
    """

    def __init__(self, lines: Lines, delimiter: str) -> None:
        self._lines = lines
        self._delimiter = ord(delimiter)
        self._fewest = int((lines.lasts - lines.firsts).min(initial=0)) if len(lines) else 0
        self._ends: dict[int, Offsets] = {}
        self._columns: dict[int, tuple[Offsets, Offsets]] = {}
        self.content = lines.content

    def __len__(self) -> int:
        return len(self._lines)

    @property
    def delimiter(self) -> int:
        """The character between cells."""
        return self._delimiter

    def column(self, number: int) -> tuple[Offsets, Offsets]:
        """Where the cells of a column start and end, int64 (n,) each."""
        if number not in self._columns:
            found = self._start(number), self._end(number)
            self._columns[number] = stripped(self.content, *found) if self._lines.loose else found
        return self._columns[number]

    def number_column(self, number: int) -> tuple[Offsets, Offsets]:
        """Where the numbers of a column start, after a 0x or $, and end."""
        starts, ends = self.column(number)
        return without_prefix(self.content, starts, ends), ends

    def first_characters(self, number: int) -> Bytes:
        """The first character of each cell of a column, a delimiter or line feed for an empty one."""
        return self.content.take(self.column(number)[0] if self._lines.loose else self._start(number))

    def _end(self, number: int) -> Offsets:
        if number not in self._ends:
            lines = self._lines
            which = lines.firsts + number
            which = which if number <= self._fewest else np.minimum(which, lines.lasts)
            self._ends[number] = lines.edges.take(which)
        return self._ends[number]

    def _start(self, number: int) -> Offsets:
        if not number:
            return self._lines.starts
        starts = self._end(number - 1) + 1
        return starts if number <= self._fewest else np.minimum(starts, self._lines.ends)
