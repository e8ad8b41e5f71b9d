"""Where the words of many lines are: a log has but a few layouts, so each is taken apart only once."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Mask, Places
from canmcast_gui.logfile.text.lines import Lines

# Lines of more layouts than that within a block are left to be read one by one.
_MOST_LAYOUTS = 256

_SPACE, _COMMA = 32, 44
_WORD_BITS = 64

# Which of 64 columns lie within a line of that many.
_WITHIN = np.array([(1 << columns) - 1 for columns in range(_WORD_BITS + 1)], dtype=np.uint64)


class Layouts:
    """The first ``words`` words of those of the given lines that have as many within ``width`` columns.

    ``rows`` are the lines' numbers, ``others`` those of the lines that have not. Words stand between white
    space, or with ``comma`` between commas. The width is a multiple of 64. Lines must be plain.
    """

    def __init__(
        self, lines: Lines, rows: Places, words: int, width: int = _WORD_BITS, comma: bool = False
    ) -> None:
        self._words = words
        patterns = _patterns(lines, rows, width, comma)
        which = np.full(len(rows), -1, dtype=np.int64)
        table: list[list[int]] = []
        rest = np.arange(len(rows))
        for _ in range(_MOST_LAYOUTS):
            if not len(rest):
                break
            edges, decisive = _layout(patterns[rest[0]], words)
            same = _same(patterns, rest, decisive)
            if len(edges) >= 2 * words:
                which[rest[same]] = len(table)
                table.append((edges + edges[-1:])[: 2 * words + 1])
            rest = rest[~same]
        self._table = np.array(table, dtype=np.int64).reshape(-1, 2 * words + 1)
        known = which >= 0
        self.others: Places = rows[~known]
        self._which = which[known]
        self.rows: Places = rows[known]
        self._base = lines.starts[self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def start(self, word: int) -> Places:
        """Where a word begins; the one behind the last may be asked for, and is that one's end if absent."""
        return self._base + self._table[:, 2 * word].take(self._which)

    def end(self, word: int) -> Places:
        """Where a word ends."""
        return self._base + self._table[:, 2 * word + 1].take(self._which)

    def size(self, word: int) -> Places:
        """How many characters a word has."""
        return (self._table[:, 2 * word + 1] - self._table[:, 2 * word]).take(self._which)

    def without_empty_cells(self) -> Mask:
        """Which lines begin with their first word and have one separator between each two of their words."""
        table = self._table[:, : 2 * self._words]
        dense = (table[:, 2::2] - table[:, 1:-1:2] == 1).all(axis=1) & (table[:, 0] == 0)
        which: Mask = dense.take(self._which)
        return which

    def only(self, good: Mask) -> None:
        """Go on with some of the lines."""
        self._which, self.rows, self._base = self._which[good], self.rows[good], self._base[good]


def _patterns(lines: Lines, rows: Places, width: int, comma: bool) -> npt.NDArray[np.uint64]:
    """A bit for each column, set where a word is; uint64 (n, width / 64), the first column lowest."""
    starts = lines.starts[rows]
    heads = lines.window(starts, width)
    marks = heads != _COMMA if comma else heads > _SPACE
    patterns = np.packbits(marks.ravel(), bitorder="little").view("<u8").reshape(-1, width // _WORD_BITS)
    sizes = lines.ends[rows] - starts
    for part in range(width // _WORD_BITS):
        patterns[:, part] &= _WITHIN.take(sizes - part * _WORD_BITS, mode="clip")
    return patterns


def _layout(pattern: npt.NDArray[np.uint64], words: int) -> tuple[list[int], int]:
    """The columns where words begin and end, up to where the one behind the last begins; and a pattern of
    all columns up to there with a bit more, so that what has the same there has the same layout."""
    bits = int.from_bytes(pattern.tobytes(), "little")
    width = len(pattern) * _WORD_BITS
    # Where a column differs from the one before. A word that reaches the last column may go on behind it.
    turns = (bits ^ bits << 1) & ((1 << width) - 1)
    edges: list[int] = []
    while turns and len(edges) <= 2 * words:
        lowest = turns & -turns
        edges.append(lowest.bit_length() - 1)
        turns ^= lowest
    decisive = edges[-1] + 1 if len(edges) > 2 * words else width
    return edges, bits & ((1 << decisive) - 1) | decisive << width


def _same(patterns: npt.NDArray[np.uint64], rest: Places, decisive: int) -> Mask:
    """Which of the rest have that layout."""
    parts = patterns.shape[1]
    columns = decisive >> parts * _WORD_BITS
    same = np.ones(len(rest), dtype=np.bool_)
    for part in range(parts):
        kept = _WITHIN[min(max(columns - part * _WORD_BITS, 0), _WORD_BITS)]
        wanted = np.uint64(decisive >> part * _WORD_BITS & int(kept))
        same &= patterns[rest, part] & kept == wanted
    return same
