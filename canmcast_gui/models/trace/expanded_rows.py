"""The lines of a trace that are no frames, and on which lines everything stands because of them.

A line is what a table shows: a frame, a note above it about lost frames, or one of the decoded signals below
it where it is open. Only what is special is remembered, however long the trace is.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Numbers


class Place(NamedTuple):
    """What stands on a line: the frame at ``position``, its signal number ``signal``, or a gap above it."""

    position: int
    signal: int | None = None
    gap: bool = False


class OpenRows:
    """Arithmetic between positions (of frames, in the order shown) and lines.

    Lines count from 0 at the position ``first``, which every question names because it moves when old
    frames go away. Questions cost the logarithm of how much is special, changes all of it.
    """

    def __init__(self) -> None:
        self._positions = _numbers()
        self._above = _numbers()  # 1 where a gap stands above the frame
        self._below = _numbers()  # lines of signals
        self._add_up()

    def __len__(self) -> int:
        """How many frames are open."""
        return int(np.count_nonzero(self._below))

    def __contains__(self, position: int) -> bool:
        return self.children(position) > 0

    @property
    def is_plain(self) -> bool:
        """Whether each line is a frame."""
        return not len(self._positions)

    @property
    def positions(self) -> list[int]:
        """The open positions, ascending."""
        found: list[int] = self._positions[self._below > 0].tolist()
        return found

    @property
    def total(self) -> int:
        """All lines that are no frames."""
        return int(self._before[-1])

    def children(self, position: int) -> int:
        """How many lines of signals stand below that frame."""
        index = self._index(position)
        return int(self._below[index]) if self._is_at(index, position) else 0

    def has_gap(self, position: int) -> bool:
        """Whether a gap stands above that frame."""
        index = self._index(position)
        return self._is_at(index, position) and bool(self._above[index])

    # -- changing ----------------------------------------------------------------------------------------

    def open(self, position: int, children: int) -> None:
        """Open a closed frame."""
        self._insert(np.array([position]))
        self._below[self._index(position)] = children
        self._add_up()

    def close(self, position: int) -> None:
        """Close an open frame."""
        self._below[self._index(position)] = 0
        self._keep(self._above + self._below > 0)

    def add_gaps(self, positions: Numbers) -> None:
        """Put gaps above frames that have none."""
        self._insert(positions)
        self._above[np.searchsorted(self._positions, positions)] = 1
        self._add_up()

    def drop_before(self, first: int) -> None:
        """Forget what belongs to frames that are gone."""
        self._keep(self._positions >= first)

    def clear(self) -> None:
        """Close all, and forget the gaps."""
        self._keep(np.zeros(len(self._positions), dtype=np.bool_))

    def copy(self) -> OpenRows:
        """The same, which stays as it is."""
        other = OpenRows()
        other._positions, other._above, other._below = (
            part.copy() for part in (self._positions, self._above, self._below)
        )
        other._add_up()
        return other

    def _insert(self, positions: Numbers) -> None:
        new = np.setdiff1d(positions, self._positions)
        places = np.searchsorted(self._positions, new)
        self._positions = np.insert(self._positions, places, new)
        self._above = np.insert(self._above, places, 0)
        self._below = np.insert(self._below, places, 0)

    def _keep(self, kept: npt.NDArray[np.bool_]) -> None:
        self._positions, self._above, self._below = (
            part[kept] for part in (self._positions, self._above, self._below)
        )
        self._add_up()

    def _add_up(self) -> None:
        self._before = np.concatenate([_numbers(1), np.cumsum(self._above + self._below)])
        self._starts = self._positions + self._before[:-1]  # where each group begins, counted from position 0

    # -- asking ------------------------------------------------------------------------------------------

    def _index(self, position: int) -> int:
        return int(np.searchsorted(self._positions, position))

    def _is_at(self, index: int, position: int) -> bool:
        return index < len(self._positions) and int(self._positions[index]) == position

    def start_of(self, position: int, first: int) -> int:
        """The line of that frame, or of the gap above it."""
        return position - first + int(self._before[self._index(position)])

    def line_of(self, position: int, first: int) -> int:
        """The line on which that frame stands."""
        return self.start_of(position, first) + self.has_gap(position)

    def locate(self, line: int, first: int) -> Place:
        """What stands on that line."""
        index = int(np.searchsorted(self._starts, line + first, side="right")) - 1
        if index < 0:
            return Place(first + line)
        position, above, below = (int(part[index]) for part in (self._positions, self._above, self._below))
        inside = line + first - int(self._starts[index]) - above
        if inside <= 0:
            return Place(position, gap=inside < 0)
        if inside <= below:
            return Place(position, inside - 1)
        return Place(position + inside - below)


def _numbers(count: int = 0) -> Numbers:
    return np.zeros(count, dtype=np.int64)
