"""Several recordings one after the other, as one."""

from __future__ import annotations

from collections.abc import Iterable, Iterator

import numpy as np

from canmcast_gui.frames import FrameBatch


def one_after_the_other(sources: Iterable[Iterable[FrameBatch]]) -> Iterator[FrameBatch]:
    """The batches of all sources; from the second on, each begins at the time at which the last has ended.

    Times within a source keep their distances, and the order stays as it is.
    """
    end_ns: int | None = None
    for source in sources:
        shift_ns: int | None = None if end_ns is not None else 0
        for batch in source:
            if not len(batch):
                continue
            if shift_ns is None:
                assert end_ns is not None
                shift_ns = end_ns - int(batch.timestamp_ns[0])
            moved = _shifted(batch, shift_ns)
            newest_ns = int(moved.timestamp_ns.max())
            end_ns = newest_ns if end_ns is None else max(end_ns, newest_ns)
            yield moved


def within(batches: Iterable[FrameBatch], start_ns: int, stop_ns: int | None) -> Iterator[FrameBatch]:
    """The frames whose time since the first frame lies from ``start_ns`` up to before ``stop_ns``."""
    first_ns: int | None = None
    for batch in batches:
        if first_ns is None:
            first_ns = int(batch.timestamp_ns[0])
        since = batch.timestamp_ns - first_ns
        keep = since >= start_ns
        if stop_ns is not None:
            keep &= since < stop_ns
        if keep.all():
            yield batch
        elif keep.any():
            yield batch[keep]


def _shifted(batch: FrameBatch, shift_ns: int) -> FrameBatch:
    if not shift_ns:
        return batch
    records = batch.records.copy()
    records["timestamp_ns"] += np.int64(shift_ns)
    return FrameBatch(records, batch.heap)
