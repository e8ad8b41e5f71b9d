"""The frames of a batch in groups, and count, mean and variance of each group's values."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Floats

Indices = npt.NDArray[np.intp]


class Groups:
    """The frames of a batch ordered by group number, in their own order within each group.

    ``order`` (n,) are the frames' indices in the batch; ``starts`` and ``ends`` (g,) are the range of each
    group in that order, ``numbers`` (g,) the group numbers.
    """

    def __init__(self, numbers: npt.NDArray[np.uint16]) -> None:
        self.order: Indices = np.argsort(numbers, kind="stable")  # radix sort for 16 bits, in linear time
        ordered = numbers[self.order]
        begins = np.empty(len(ordered), dtype=np.bool_)
        begins[0] = True
        np.not_equal(ordered[1:], ordered[:-1], out=begins[1:])
        self.starts: Indices = np.flatnonzero(begins)
        self.ends: Indices = np.append(self.starts[1:], len(ordered))
        self.numbers: Indices = ordered[self.starts].astype(np.intp)

    @property
    def sizes(self) -> Indices:
        """The number of frames of each group, (g,)."""
        return self.ends - self.starts

    def differences(
        self, ordered: npt.NDArray[np.int64], before: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        """Each frame's value minus that of the previous one; ``before`` (g,) are those before each group."""
        result = np.empty_like(ordered)
        np.subtract(ordered[1:], ordered[:-1], out=result[1:])
        result[self.starts] = ordered[self.starts] - before
        return result

    def sums(self, ordered: npt.NDArray[np.float64]) -> npt.NDArray[np.float64]:
        """The sum of each group's values, (g,)."""
        total: npt.NDArray[np.float64] = np.add.reduceat(ordered, self.starts)
        return total

    def last_changes(
        self, ordered: npt.NDArray[np.uint8], before: npt.NDArray[np.uint8], known: npt.NDArray[np.bool_]
    ) -> tuple[npt.NDArray[np.uint16], npt.NDArray[np.bool_]]:
        """Where each column (n, w) last differed from the previous frame, in each group, and whether it rose.

        ``before`` (g, w) are the values before each group, where ``known`` (g,). Returns the index in
        ``order`` plus 1, or 0 where nothing changed, and True where the value rose; both (g, w). For batches
        of less than 32,768 frames: index and direction are reduced together, as one number of 16 bits.
        """
        risen, fallen = (self._compare(sign, ordered, before, known) for sign in (np.greater, np.less))
        indices = np.arange(2, 2 * len(ordered) + 2, 2, dtype=np.uint16)[:, None]
        changed = np.multiply(risen, indices | np.uint16(1), dtype=np.uint16)
        changed |= np.multiply(fallen, indices, dtype=np.uint16)
        last: npt.NDArray[np.uint16] = np.maximum.reduceat(changed, self.starts, axis=0)
        return last >> np.uint16(1), (last & np.uint16(1)) != 0

    def _compare(
        self,
        sign: np.ufunc,
        ordered: npt.NDArray[np.uint8],
        before: npt.NDArray[np.uint8],
        known: npt.NDArray[np.bool_],
    ) -> npt.NDArray[np.bool_]:
        result = np.empty(ordered.shape, dtype=np.bool_)
        sign(ordered[1:], ordered[:-1], out=result[1:])
        result[self.starts] = sign(ordered[self.starts], before) & known[:, None]
        return result


# The sum of the weights of all values, their mean, and the weighted sum of squared deviations from it.
MOMENTS = [("weight", np.float64), ("mean", np.float64), ("squares", np.float64)]


def merge_moments(
    entries: npt.NDArray[Any],
    groups: Groups,
    values: Floats,
    weights: Floats,
    decay: npt.NDArray[np.float64] | float = 1.0,
) -> None:
    """Merge each group's values (n,), in the order of the groups, into its entry (Chan, Golub, LeVeque 1983).

    ``entries`` has the fields of MOMENTS and is indexed by group number. Earlier values are weighted with
    ``decay``, one number or (g,).
    """
    numbers = groups.numbers
    weight_before = entries["weight"][numbers] * decay
    mean_before, squares_before = entries["mean"][numbers], entries["squares"][numbers]
    weight = groups.sums(weights)
    mean = groups.sums(weights * values) / np.where(weight > 0, weight, 1.0)
    squares = groups.sums(weights * (values - np.repeat(mean, groups.sizes)) ** 2)
    total = weight_before + weight
    share = weight / np.where(total > 0, total, 1.0)
    difference = mean - mean_before
    entries["squares"][numbers] = squares_before * decay + squares + difference**2 * share * weight_before
    entries["mean"][numbers] = mean_before + difference * share
    entries["weight"][numbers] = total


def deviation(entries: npt.NDArray[Any]) -> Floats:
    """The standard deviation of each entry; NaN without values."""
    weight = entries["weight"]
    result: Floats = np.sqrt(entries["squares"] / np.where(weight > 0, weight, np.nan))
    return result
