"""The lines of a block of text, and the words in them, as columns of positions."""

from __future__ import annotations

from collections.abc import Iterator
from copy import copy
from functools import cached_property
from typing import BinaryIO

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Bytes, Mask, Offsets

# Fields are copied as windows of a fixed width, which may reach beyond the text: before it by the digits of a
# number, after it by the payload of a CAN FD frame with a space after each byte.
_BEFORE = b"\n" * 32
_AFTER = b"\n" * 256

_LINE_FEED, _RETURN, _TAB, _LAST_ASCII = 10, 13, 9, 126


class Text:
    """Bytes of text, uint8, with room before and after the positions that are read."""

    def __init__(self, text: Bytes) -> None:
        self.text = text

    def window(self, positions: Offsets, width: int) -> Bytes:
        """The ``width`` bytes from each position on, uint8 (n, width)."""
        shape = (len(self.text) - width + 1,)
        every = np.ndarray(shape, dtype=f"V{width}", buffer=self.text, strides=(1,))
        return every[positions].view(np.uint8).reshape(-1, width)

    def integers(self, positions: Offsets) -> npt.NDArray[np.uint64]:
        """The eight bytes from each position on, the first in the lowest bits."""
        every = np.ndarray((len(self.text) - 7,), dtype="V8", buffer=self.text, strides=(1,))
        return every[positions].view("<u8")


class Lines(Text):
    """The lines of a block, ``count`` of them.

    ``text`` are the bytes, uint8, with some line feeds before and after; ``starts`` and ``ends`` are where
    each line starts and ends in it, int64 (count,), without its line end.
    """

    def __init__(self, block: bytes) -> None:
        end = b"" if block.endswith(b"\n") else b"\n"
        super().__init__(np.frombuffer(b"".join((_BEFORE, block, end, _AFTER)), dtype=np.uint8))
        last = len(_BEFORE) + len(block) + len(end)
        self._feeds: Offsets = np.flatnonzero(self.text[len(_BEFORE) : last] == _LINE_FEED) + len(_BEFORE)
        self.starts: Offsets = np.concatenate(([len(_BEFORE)], self._feeds[:-1] + 1))
        self.ends: Offsets = self._feeds - (self.text[self._feeds - 1] == _RETURN)
        self.count = len(self.starts)

    @cached_property
    def plain(self) -> Mask:
        """Which lines have only visible ASCII, spaces, tabs and carriage returns, bool (count,)."""
        mask = np.ones(self.count, dtype=np.bool_)
        text = self.text
        unusual = text - np.uint8(11) < 21  # includes carriage returns
        count = np.count_nonzero(unusual)
        usual = not count or count == np.count_nonzero(text == _RETURN)
        if usual and text.min() >= _TAB and text.max() <= _LAST_ASCII:
            return mask
        odd = unusual & (text != _RETURN) | (text < _TAB) | (text > _LAST_ASCII)
        mask[np.searchsorted(self._feeds, np.flatnonzero(odd))] = False
        return mask

    def from_positions(self, rows: Offsets, positions: Offsets) -> Lines:
        """Some of the lines as if they started at the positions; empty where these are after the line."""
        rest = copy(self)
        rest.ends = self.ends[rows]
        rest.starts = np.minimum(positions, rest.ends)
        rest.count = len(rows)
        return rest

    def size(self, count: int) -> int:
        """The bytes of the first ``count`` lines in the block, with their line feeds."""
        return int(self._feeds[count - 1]) + 1 - len(_BEFORE)

    def line(self, number: int) -> bytes:
        """One line, without its line end."""
        return self.text[self.starts[number] : self.ends[number]].tobytes()


# The arrays for the lines of a block have a dozen times its size; these fit in the processor's cache.
BLOCK_BYTES = 1 << 19


def blocks(file: BinaryIO) -> Iterator[bytes]:
    """Blocks of whole lines; the last one may not end with a line end, nor one within a very long line.

    Lines may end with LF, CR LF or CR, and end with LF in the blocks.
    """
    rest = b""
    while part := file.read(BLOCK_BYTES):
        block = rest + part
        # A CR at the end may be the first half of CR LF.
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
    after = np.flatnonzero(text == _RETURN) + 1
    if after[-1] < len(text) and (text[after] == _LINE_FEED).all():
        return block
    return block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")


# Lines of further layouts within a block are parsed one by one.
_MOST_LAYOUTS = 256

_SPACE, _COMMA = 32, 44
_WORD_BITS = 64

# By the length of a line, a bit for each of 64 characters within it.
_WITHIN = np.array([(1 << columns) - 1 for columns in range(_WORD_BITS + 1)], dtype=np.uint64)


class Layouts:
    """Where the first ``words`` words of lines are, for lines that have them within ``width`` characters.

    A log has a few layouts only, and each is analyzed once. ``rows`` are the indices of these lines,
    ``others`` those of the other lines. Words are separated by white space, or with ``comma`` by commas. The
    width is a multiple of 64. Lines must be plain.
    """

    def __init__(
        self, lines: Lines, rows: Offsets, words: int, width: int = _WORD_BITS, comma: bool = False
    ) -> None:
        self._words = words
        patterns = _patterns(lines, rows, width, comma)
        which = np.full(len(rows), -1, dtype=np.int64)
        table: list[list[int]] = []
        rest = np.arange(len(rows))
        for _ in range(_MOST_LAYOUTS):
            if not len(rest):
                break
            edges, key = _layout(patterns[rest[0]], words)
            same = _has_layout(patterns, rest, key)
            if len(edges) >= 2 * words:
                which[rest[same]] = len(table)
                table.append((edges + edges[-1:])[: 2 * words + 1])
            rest = rest[~same]
        self._table = np.array(table, dtype=np.int64).reshape(-1, 2 * words + 1)
        known = which >= 0
        self.others: Offsets = rows[~known]
        self._which = which[known]
        self.rows: Offsets = rows[known]
        self._base = lines.starts[self.rows]

    def __len__(self) -> int:
        return len(self.rows)

    def start(self, word: int) -> Offsets:
        """Where a word starts; for the word after the last one, the end of the last one if there is none."""
        return self._base + self._table[:, 2 * word].take(self._which)

    def end(self, word: int) -> Offsets:
        """Where a word ends."""
        return self._base + self._table[:, 2 * word + 1].take(self._which)

    def size(self, word: int) -> Offsets:
        """How many characters a word has."""
        return (self._table[:, 2 * word + 1] - self._table[:, 2 * word]).take(self._which)

    def without_empty_cells(self) -> Mask:
        """Which lines start with their first word and have one separator between words."""
        table = self._table[:, : 2 * self._words]
        dense = (table[:, 2::2] - table[:, 1:-1:2] == 1).all(axis=1) & (table[:, 0] == 0)
        which: Mask = dense.take(self._which)
        return which

    def select(self, rows: Mask) -> None:
        """Keep some of the lines only."""
        self._which, self.rows, self._base = self._which[rows], self.rows[rows], self._base[rows]


def _patterns(lines: Lines, rows: Offsets, width: int, comma: bool) -> npt.NDArray[np.uint64]:
    """A bit for each character, set within words; uint64 (n, width / 64), the first character lowest."""
    starts = lines.starts[rows]
    heads = lines.window(starts, width)
    in_word = heads != _COMMA if comma else heads > _SPACE
    patterns = np.packbits(in_word.ravel(), bitorder="little").view("<u8").reshape(-1, width // _WORD_BITS)
    sizes = lines.ends[rows] - starts
    for part in range(width // _WORD_BITS):
        patterns[:, part] &= _WITHIN.take(sizes - part * _WORD_BITS, mode="clip")
    return patterns


def _layout(pattern: npt.NDArray[np.uint64], words: int) -> tuple[list[int], int]:
    """Where words start and end, up to the start of the word after the last one; and a key for the layout.

    The key is the pattern up to there and one more bit, then the number of these bits.
    """
    bits = int.from_bytes(pattern.tobytes(), "little")
    width = len(pattern) * _WORD_BITS
    # Where a character differs from the one before. A word at the end of the width may be longer.
    changes = (bits ^ bits << 1) & ((1 << width) - 1)
    edges: list[int] = []
    while changes and len(edges) <= 2 * words:
        lowest = changes & -changes
        edges.append(lowest.bit_length() - 1)
        changes ^= lowest
    key_bits = edges[-1] + 1 if len(edges) > 2 * words else width
    return edges, bits & ((1 << key_bits) - 1) | key_bits << width


def _has_layout(patterns: npt.NDArray[np.uint64], rest: Offsets, key: int) -> Mask:
    """Which of the lines have the layout of a key."""
    parts = patterns.shape[1]
    columns = key >> parts * _WORD_BITS
    same = np.ones(len(rest), dtype=np.bool_)
    for part in range(parts):
        kept = _WITHIN[min(max(columns - part * _WORD_BITS, 0), _WORD_BITS)]
        wanted = np.uint64(key >> part * _WORD_BITS & int(kept))
        same &= patterns[rest, part] & kept == wanted
    return same
