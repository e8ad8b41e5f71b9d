"""The frames of a batch in groups, and count, mean and variance of each group's values."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Floats

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

    def differences(
        self, ordered: npt.NDArray[np.int64], before: npt.NDArray[np.int64]
    ) -> npt.NDArray[np.int64]:
        """Each frame's value less that of the one before it; ``before`` (g,) stands before each group."""
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
        """Where each column (n, w) last differed from the frame before, in each group, and whether it rose.

        ``before`` (g, w) stands before each group where ``known`` (g,). Gives the place in order plus 1, or
        0 where nothing changed, and what is true where the value rose; both (g, w). For batches of less than
        32,768 frames: place and direction are reduced together, as one number of 16 bits.
        """
        risen, fallen = (self._compare(sign, ordered, before, known) for sign in (np.greater, np.less))
        marks = np.arange(2, 2 * len(ordered) + 2, 2, dtype=np.uint16)[:, None]
        marked = np.multiply(risen, marks | np.uint16(1), dtype=np.uint16)
        marked |= np.multiply(fallen, marks, dtype=np.uint16)
        last: npt.NDArray[np.uint16] = np.maximum.reduceat(marked, self.starts, axis=0)
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


# Weight of all values, their mean, and the weighted sum of squared deviations from it.
MOMENTS = [("weight", np.float64), ("mean", np.float64), ("squares", np.float64)]


def merge_moments(
    entries: npt.NDArray[Any],
    groups: Groups,
    values: Floats,
    weights: Floats,
    decay: npt.NDArray[np.float64] | float = 1.0,
) -> None:
    """Merge each group's values (n,), in the order of the groups, into its entry (Chan, Golub, LeVeque 1983).

    ``entries`` has the fields of MOMENTS and is numbered as the groups are. What was there before is weighed
    with ``decay``, one number or (g,).
    """
    which = groups.numbers
    weight_before = entries["weight"][which] * decay
    mean_before, squares_before = entries["mean"][which], entries["squares"][which]
    weight = groups.sums(weights)
    mean = groups.sums(weights * values) / np.where(weight > 0, weight, 1.0)
    squares = groups.sums(weights * (values - np.repeat(mean, groups.sizes)) ** 2)
    total = weight_before + weight
    share = weight / np.where(total > 0, total, 1.0)
    apart = mean - mean_before
    entries["squares"][which] = squares_before * decay + squares + apart**2 * share * weight_before
    entries["mean"][which] = mean_before + apart * share
    entries["weight"][which] = total


def deviation(entries: npt.NDArray[Any]) -> Floats:
    """The standard deviation of each entry; NaN where it has no value."""
    weight = entries["weight"]
    result: Floats = np.sqrt(entries["squares"] / np.where(weight > 0, weight, np.nan))
    return result
