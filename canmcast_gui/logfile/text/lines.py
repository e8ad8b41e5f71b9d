"""The lines of a block of text, by where they begin and end."""

from __future__ import annotations

from copy import copy
from functools import cached_property

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
