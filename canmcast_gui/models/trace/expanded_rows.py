"""Which lines of a trace show frames, signals of expanded frames, and gaps.

A line of the table shows a frame, a gap above a frame where frames were lost, or a decoded signal below an
expanded frame. Only expanded frames and gaps are stored, for a trace of any length.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Numbers


class LineContent(NamedTuple):
    """What a line shows: the frame at ``position``, its signal number ``signal``, or the gap above it."""

    position: int
    signal: int | None = None
    gap: bool = False


class ExpandedRows:
    """Converts between positions (of frames, in the order shown) and lines.

    Line 0 is that of position ``first``, which callers give because it changes when frames are evicted.
    A query takes logarithmic time in the number of expanded frames and gaps, a change linear time.
    """

    def __init__(self) -> None:
        self._positions = _numbers()
        self._above = _numbers()  # 1 if there is a gap above the frame
        self._below = _numbers()  # number of signals below the frame
        self._add_up()

    def __len__(self) -> int:
        """The number of expanded frames."""
        return int(np.count_nonzero(self._below))

    def __contains__(self, position: int) -> bool:
        return self.children(position) > 0

    @property
    def is_plain(self) -> bool:
        """Whether all lines show frames."""
        return not len(self._positions)

    @property
    def positions(self) -> list[int]:
        """The positions of expanded frames, ascending."""
        found: list[int] = self._positions[self._below > 0].tolist()
        return found

    @property
    def total(self) -> int:
        """The number of lines that do not show frames."""
        return int(self._before[-1])

    def children(self, position: int) -> int:
        """The number of signals below that frame."""
        index = self._index(position)
        return int(self._below[index]) if self._is_at(index, position) else 0

    def has_gap(self, position: int) -> bool:
        """Whether there is a gap above that frame."""
        index = self._index(position)
        return self._is_at(index, position) and bool(self._above[index])

    # -- changing ----------------------------------------------------------------------------------------

    def expand(self, position: int, children: int) -> None:
        """Expand a collapsed frame."""
        self._insert(np.array([position]))
        self._below[self._index(position)] = children
        self._add_up()

    def collapse(self, position: int) -> None:
        """Collapse an expanded frame."""
        self._below[self._index(position)] = 0
        self._keep(self._above + self._below > 0)

    def add_gaps(self, positions: Numbers) -> None:
        """Add gaps above frames that have none."""
        self._insert(positions)
        self._above[np.searchsorted(self._positions, positions)] = 1
        self._add_up()

    def drop_before(self, first: int) -> None:
        """Remove evicted frames."""
        self._keep(self._positions >= first)

    def copy(self) -> ExpandedRows:
        """A copy that does not change with this object."""
        other = ExpandedRows()
        other._positions, other._above, other._below = (
            array.copy() for array in (self._positions, self._above, self._below)
        )
        other._add_up()
        return other

    def _insert(self, positions: Numbers) -> None:
        new = np.setdiff1d(positions, self._positions)
        indices = np.searchsorted(self._positions, new)
        self._positions = np.insert(self._positions, indices, new)
        self._above = np.insert(self._above, indices, 0)
        self._below = np.insert(self._below, indices, 0)

    def _keep(self, kept: npt.NDArray[np.bool_]) -> None:
        self._positions, self._above, self._below = (
            array[kept] for array in (self._positions, self._above, self._below)
        )
        self._add_up()

    def _add_up(self) -> None:
        self._before = np.concatenate([_numbers(1), np.cumsum(self._above + self._below)])
        self._starts = (
            self._positions + self._before[:-1]
        )  # first line of each group, counted from position 0

    # -- queries -----------------------------------------------------------------------------------------

    def _index(self, position: int) -> int:
        return int(np.searchsorted(self._positions, position))

    def _is_at(self, index: int, position: int) -> bool:
        return index < len(self._positions) and int(self._positions[index]) == position

    def start_of(self, position: int, first: int) -> int:
        """The line of that frame, or of the gap above it."""
        return position - first + int(self._before[self._index(position)])

    def line_of(self, position: int, first: int) -> int:
        """The line of that frame."""
        return self.start_of(position, first) + self.has_gap(position)

    def locate(self, line: int, first: int) -> LineContent:
        """The content of that line."""
        index = int(np.searchsorted(self._starts, line + first, side="right")) - 1
        if index < 0:
            return LineContent(first + line)
        position, above, below = (int(array[index]) for array in (self._positions, self._above, self._below))
        inside = line + first - int(self._starts[index]) - above
        if inside <= 0:
            return LineContent(position, gap=inside < 0)
        if inside <= below:
            return LineContent(position, inside - 1)
        return LineContent(position + inside - below)


def _numbers(count: int = 0) -> Numbers:
    return np.zeros(count, dtype=np.int64)
