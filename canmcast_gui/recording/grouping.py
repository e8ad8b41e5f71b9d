"""A batch ordered by what its frames belong to, for computing over all groups at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

Indices = npt.NDArray[np.intp]


class Groups:
    """The frames of a batch ordered by group number, in their own order within each group.

    ``order`` (n,) are the frames' places in the batch; ``starts`` and ``ends`` (g,) say where in that order
    each group lies, ``numbers`` (g,) which one it is.
    """

    def __init__(self, numbers: npt.NDArray[np.uint16]) -> None:
        self.order: Indices = np.argsort(numbers, kind="stable")  # 16 bits: by counting, in linear time
        ordered = numbers[self.order]
        begins = np.empty(len(ordered), dtype=np.bool_)
        begins[0] = True
        np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
        self.starts: Indices = np.flatnonzero(begins)
        self.ends: Indices = np.append(self.starts[1:], len(ordered))
        self.numbers: Indices = ordered[self.starts].astype(np.intp)

    @property
    def sizes(self) -> Indices:
        """How many frames each group has, (g,)."""
        return self.ends - self.starts

    def predecessors(self, ordered: npt.NDArray[Any], first: npt.NDArray[Any]) -> npt.NDArray[Any]:
        """For each frame in order the value of the one before it; ``first`` for the first of each group."""
        shifted = np.empty_like(ordered)
        shifted[1:] = ordered[:-1]
        shifted[self.starts] = first
        return shifted

    def sums(self, ordered: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The sum of each group's values, (g,)."""
        total: npt.NDArray[np.float64] = np.add.reduceat(ordered, self.starts)
        return total

    def last_where(self, ordered: npt.NDArray[np.bool_]) -> Indices:
        """The place in order where a column was last true in each group, or -1; (n, w) gives (g, w)."""
        places = np.where(ordered, np.arange(len(ordered), dtype=np.intp)[:, None], -1)
        last: Indices = np.maximum.reduceat(places, self.starts, axis=0)
        return last
