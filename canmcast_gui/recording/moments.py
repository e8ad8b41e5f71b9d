"""Count, mean and variance of values that come in portions, over many groups at once."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames.arrays import Floats
from canmcast_gui.recording.grouping import Groups

# Weight of all values, their mean, and the weighted sum of squared deviations from it.
MOMENTS = [("weight", np.float64), ("mean", np.float64), ("squares", np.float64)]


def merge(
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
