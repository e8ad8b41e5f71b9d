"""Which frames of a stream to record: all around those that pass a filter. No files and no clock in here."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.filters import Filter

# Two minutes of 20,000 classic frames/s; whoever asks for more gets the newest that fit.
RING_BYTES = 128_000_000


class Trigger:
    """Takes batches in the order of their times and gives those to record.

    ``fired`` counts how often a recording began; ``is_open`` is whether one is running; ``cut`` is whether
    the ring had no room for all the time before one of them that was asked for.
    """

    def __init__(
        self, condition: Filter, pre_ns: int, post_ns: int | None, ring_bytes: int = RING_BYTES
    ) -> None:
        self._condition = condition
        self._pre_ns = pre_ns
        self._post_ns = post_ns
        self._limit = ring_bytes
        self._ring: deque[FrameBatch] = deque()
        self._ring_bytes = 0
        self._until: int | None = None
        self.is_open = False
        self.fired = 0
        self.cut = False
        self._dropped = False

    def take(self, batch: FrameBatch) -> Iterator[tuple[FrameBatch, bool]]:
        """What to record of this batch and of those before it; True with what begins a recording."""
        hits = np.flatnonzero(self._condition.mask(batch))
        start = 0
        while start < len(batch):
            if self.is_open:
                end = self._end(batch, hits, start)
                if end > start:
                    yield batch[start:end], False
                self.is_open = end == len(batch)
                start = end
                continue
            later = hits[np.searchsorted(hits, start) :]
            if not len(later):
                self._keep(batch[start:])
                return
            first = int(later[0])
            self._keep(batch[start:first])
            yield from self._begin(batch[first : first + 1])
            start = first + 1

    def _begin(self, frame: FrameBatch) -> Iterator[tuple[FrameBatch, bool]]:
        """The frames before the one that fired, and itself."""
        moment = int(frame.timestamp_ns[0])
        self.fired += 1
        self.is_open = True
        self._until = None if self._post_ns is None else moment + self._post_ns
        self.cut |= self._dropped
        self._dropped = False
        begins = True
        for kept in self._ring:
            recent = kept[kept.timestamp_ns >= moment - self._pre_ns]
            if len(recent):
                yield recent, begins
                begins = False
        self._ring.clear()
        self._ring_bytes = 0
        yield frame, begins

    def _end(self, batch: FrameBatch, hits: np.ndarray, start: int) -> int:
        """The row behind the last one to record; each frame that passes the filter prolongs it."""
        if self._post_ns is None:
            return len(batch)
        moments = batch.timestamp_ns
        end = start
        while end < len(batch):
            late = np.flatnonzero(moments[end:] > (self._until or 0))
            behind = end + int(late[0]) if len(late) else len(batch)
            inside = hits[(hits >= end) & (hits < behind)]
            if len(inside):
                self._until = int(moments[inside].max()) + self._post_ns
            elif behind == end:
                break
            end = behind
        return end

    def _keep(self, batch: FrameBatch) -> None:
        """Add frames to the ring, and let those go that no trigger can ask for any more."""
        if not len(batch) or not self._pre_ns:
            return
        self._ring.append(batch.compact())
        self._ring_bytes += _bytes(batch)
        oldest = int(batch.timestamp_ns[-1]) - self._pre_ns
        while len(self._ring) > 1:
            first = self._ring[0]
            too_many = self._ring_bytes > self._limit
            if not too_many and int(first.timestamp_ns[-1]) >= oldest:
                break
            self._dropped |= too_many
            self._ring.popleft()
            self._ring_bytes -= _bytes(first)


def _bytes(batch: FrameBatch) -> int:
    return int(batch.records.nbytes) + int(batch.length[batch.length > 8].sum(dtype=np.int64))
