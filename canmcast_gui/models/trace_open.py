"""Which rows of a trace are open, and on which lines everything stands because of it.

A line is what a table shows: a frame, or one of the decoded signals below an open frame. Only the open
frames are remembered, however long the trace is.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right


class OpenRows:
    """Arithmetic between positions (of frames, in the order shown) and lines.

    Lines count from 0 at the position ``first``, which every question names because it moves when old
    frames go away.
    """

    def __init__(self) -> None:
        self._positions: list[int] = []
        self._children: list[int] = []
        self._before: list[int] = [0]  # lines of signals above each open frame; the last is their sum

    def __len__(self) -> int:
        return len(self._positions)

    def __contains__(self, position: int) -> bool:
        index = bisect_left(self._positions, position)
        return index < len(self._positions) and self._positions[index] == position

    @property
    def positions(self) -> list[int]:
        """The open positions, ascending."""
        return list(self._positions)

    @property
    def total(self) -> int:
        """All lines of signals."""
        return self._before[-1]

    def children(self, position: int) -> int:
        """How many lines of signals stand below that frame."""
        index = bisect_left(self._positions, position)
        return self._children[index] if position in self else 0

    def open(self, position: int, children: int) -> None:
        """Open a closed frame."""
        index = bisect_left(self._positions, position)
        self._positions.insert(index, position)
        self._children.insert(index, children)
        self._add_up()

    def close(self, position: int) -> None:
        """Close an open frame."""
        index = bisect_left(self._positions, position)
        del self._positions[index], self._children[index]
        self._add_up()

    def drop_before(self, first: int) -> None:
        """Forget open frames that are gone."""
        index = bisect_left(self._positions, first)
        del self._positions[:index], self._children[:index]
        self._add_up()

    def clear(self) -> None:
        """Close all."""
        self.__init__()  # type: ignore[misc]

    def line_of(self, position: int, first: int) -> int:
        """The line on which that frame stands."""
        return position - first + self._before[bisect_left(self._positions, position)]

    def locate(self, line: int, first: int) -> tuple[int, int | None]:
        """(position, None) where a frame stands on that line, else (its frame's position, signal number)."""
        index = bisect_right(range(len(self._positions)), line, key=lambda i: self._line(i, first)) - 1
        if index < 0:
            return first + line, None
        below = line - self._line(index, first)
        if below == 0:
            return self._positions[index], None
        if below <= self._children[index]:
            return self._positions[index], below - 1
        return self._positions[index] + below - self._children[index], None

    def _line(self, index: int, first: int) -> int:
        return self._positions[index] - first + self._before[index]

    def _add_up(self) -> None:
        self._before = [0]
        for children in self._children:
            self._before.append(self._before[-1] + children)
