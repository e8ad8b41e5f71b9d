"""How the entries of the by-ID view are sorted: one array of keys for each column."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import Flag
from canmcast_gui.recording import NewestById

Keys = npt.NDArray[np.generic]

# Columns whose values keep changing; a view sorts anew by them now and then, by the others never.
CHANGING = frozenset({"count", "cycle", "jitter", "data", "dlc", "time", "delta", "source"})


def sort_keys(newest: NewestById, column: str, names: list[str]) -> Keys:
    """What a column is sorted by, one key per entry; ``names`` are the entries' message names."""
    if column == "name":
        # entries without a name come last in rising order
        return np.array([name.casefold() or "\U0010ffff" for name in names])
    if column == "id":
        return newest.arbitration_id.astype(np.int64) * 2 + newest.frames.has(Flag.EXTENDED)
    if column == "data":
        return np.ascontiguousarray(newest.payload).view("S64").ravel()
    by_array = {"cycle": newest.period_mean_ns, "delta": newest.period_ns, "jitter": newest.jitter_ns}
    if column in by_array:
        return by_array[column]
    batch = newest.frames
    return {
        "count": newest.count,
        "time": newest.last_timestamp_ns,
        "dlc": batch.length,
        "type": batch.flags,
        "direction": batch.has(Flag.TX),
        "channel": batch.channel,
        "source": batch.source,
    }[column]


def sorted_entries(entries: npt.NDArray[np.intp], keys: Keys, descending: bool) -> npt.NDArray[np.intp]:
    """``entries`` by their keys; equal ones stay in the order of their first appearance."""
    chosen = keys[entries]
    if descending:
        return entries[::-1][np.argsort(chosen[::-1], kind="stable")][::-1]
    return entries[np.argsort(chosen, kind="stable")]
