"""The lines of a block of text, by where they begin and end."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from functools import cached_property
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Bytes, Mask, Places

# Fields are gathered by windows of a fixed width, which may reach beyond the text: before it by the digits of
# a number, behind it by the payload of a CAN FD frame with a space after each byte.
_BEFORE = b"\n" * 32

_BEHIND = b"\n" * 256

_LINE_FEED, _RETURN, _TAB, _LAST_ASCII = 10, 13, 9, 126


class Text:
    """Bytes of text, uint8, with room before and behind the places that are asked for."""

    def __init__(self, text: Bytes) -> None:
        self.text = text

    def window(self, places: Places, width: int) -> Bytes:
        """The ``width`` bytes from each place on, uint8 (n, width)."""
        shape = (len(self.text) - width + 1,)
        every = np.ndarray(shape, dtype=f"V{width}", buffer=self.text, strides=(1,))
        return every[places].view(np.uint8).reshape(-1, width)

    def integers(self, places: Places) -> npt.NDArray[np.uint64]:
        """The eight bytes from each place on, the first in the lowest bits."""
        every = np.ndarray((len(self.text) - 7,), dtype="V8", buffer=self.text, strides=(1,))
        return every[places].view("<u8")


class Lines(Text):
    """The lines of a block, ``count`` of them.

    ``text`` are the bytes, uint8, with some line feeds before and behind; ``starts`` and ``ends`` are where
    each line lies in it, int64 (count,), without its line feed
    and a return before that.
    """

    def __init__(self, block: bytes) -> None:
        end = b"" if block.endswith(b"\n") else b"\n"
        super().__init__(np.frombuffer(b"".join((_BEFORE, block, end, _BEHIND)), dtype=np.uint8))
        last = len(_BEFORE) + len(block) + len(end)
        self._feeds: Places = np.flatnonzero(self.text[len(_BEFORE) : last] == _LINE_FEED) + len(_BEFORE)
        self.starts: Places = np.concatenate(([len(_BEFORE)], self._feeds[:-1] + 1))
        self.ends: Places = self._feeds - (self.text[self._feeds - 1] == _RETURN)
        self.count = len(self.starts)

    @cached_property
    def plain(self) -> Mask:
        """Which lines are of visible ASCII, spaces, tabs and returns only, bool (count,)."""
        mask = np.ones(self.count, dtype=np.bool_)
        text = self.text
        unusual = text - np.uint8(11) < 21  # also returns
        count = np.count_nonzero(unusual)
        usual = not count or count == np.count_nonzero(text == _RETURN)
        if usual and text.min() >= _TAB and text.max() <= _LAST_ASCII:
            return mask
        odd = unusual & (text != _RETURN) | (text < _TAB) | (text > _LAST_ASCII)
        mask[np.searchsorted(self._feeds, np.flatnonzero(odd))] = False
        return mask

    def from_places(self, rows: Places, places: Places) -> Lines:
        """Those of the lines as if they began at the places within them; empty where these lie after them."""
        rest = copy(self)
        rest.ends = self.ends[rows]
        rest.starts = np.minimum(places, rest.ends)
        rest.count = len(rows)
        return rest

    def size(self, count: int) -> int:
        """How many bytes of the block the first ``count`` lines are, with their line feeds."""
        return int(self._feeds[count - 1]) + 1 - len(_BEFORE)

    def line(self, number: int) -> bytes:
        """One line, as it stands in the file."""
        return self.text[self.starts[number] : self.ends[number]].tobytes()


# Arrays about the lines of a block are a dozen times its size; with these they stay near the processor.
BLOCK_BYTES = 1 << 19


def blocks(file: BinaryIO) -> Iterator[bytes]:
    """Blocks that end with a line's end; only the last one may not, and one of a line that never ends.

    Lines end with LF, CR LF or CR; all become LF.
    """
    rest = b""
    while part := file.read(BLOCK_BYTES):
        block = rest + part
        # A CR at the end may be the first half of a line's end.
        usable = block[:-1] if block.endswith(b"\r") else block
        end = max(usable.rfind(b"\n"), usable.rfind(b"\r")) + 1
        if not end and len(block) >= BLOCK_BYTES:
            end = len(usable)
        rest = block[end:]
        if end:
            yield _with_line_feeds(block[:end])
    if rest:
        yield _with_line_feeds(rest)


def _with_line_feeds(block: bytes) -> bytes:
    if b"\r" not in block:
        return block
    text = np.frombuffer(block, dtype=np.uint8)
    behind = np.flatnonzero(text == _RETURN) + 1
    if behind[-1] < len(text) and (text[behind] == _LINE_FEED).all():
        return block
    return block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


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
