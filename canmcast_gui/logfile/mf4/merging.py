"""Frames of several streams on one time line, without holding more than a piece of each."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch


class _Stream:
    """The frames of one stream that have not been given on."""

    def __init__(self, batches: Iterator[FrameBatch]) -> None:
        self._batches = batches
        self._latest = -(2**63)
        self.batch = FrameBatch.empty()
        self.keys: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.ended = False
        self.fill()

    def fill(self) -> None:
        """Have some frames, unless there are no more."""
        while not len(self.batch) and not self.ended:
            batch = next(self._batches, None)
            if batch is None:
                self.ended = True
            elif len(batch):
                # Times that go backwards stay behind what came before them in their stream.
                self.keys = np.maximum(np.maximum.accumulate(batch.timestamp_ns), self._latest)
                self._latest = int(self.keys[-1])
                self.batch = batch

    def take(self, until: int) -> tuple[FrameBatch, npt.NDArray[np.int64]]:
        """The frames that come no later than a time."""
        count = int(np.searchsorted(self.keys, until, side="right"))
        taken = self.batch[:count], self.keys[:count]
        self.batch, self.keys = self.batch[count:], self.keys[count:]
        self.fill()
        return taken


def merged(streams: list[Iterator[FrameBatch]]) -> Iterator[FrameBatch]:
    """All frames of all streams by time; those of one stream stay in their order."""
    if len(streams) == 1:
        yield from streams[0]
        return
    waiting = [stream for stream in map(_Stream, streams) if not stream.ended]
    while waiting:
        until = min(int(stream.keys[-1]) for stream in waiting)
        parts = [stream.take(until) for stream in waiting]
        parts = [part for part in parts if len(part[0])]
        batch = FrameBatch.concatenate([part[0] for part in parts])
        order = np.argsort(np.concatenate([part[1] for part in parts]), kind="stable")
        yield batch[order] if len(parts) > 1 else batch
        waiting = [stream for stream in waiting if not stream.ended]
