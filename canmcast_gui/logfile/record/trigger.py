"""Selects the frames to record around those that pass a filter; uses neither files nor a clock."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

import numpy as np

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, FrameBatch
from canmcast_gui.frames.filters import Filter, FilterError, compile_filter
from canmcast_gui.frames.marks import Mark
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.problems import FileError
from canmcast_gui.logfile.record.options import RecordOptions

# Two minutes of 20,000 classic frames/s; of a longer time before the trigger, the newest frames are kept.
PRE_TRIGGER_BYTES = 128_000_000


class Trigger:
    """Takes batches in time order and returns the frames to record.

    ``fired`` counts how often a recording started; ``is_open`` is whether frames are recorded now;
    ``kept_bytes`` is the size of the frames that are kept for the next trigger; ``was_truncated`` is whether
    that was too little for all frames before a trigger.
    """

    def __init__(
        self, condition: Filter, pre_ns: int, post_ns: int | None, limit_bytes: int = PRE_TRIGGER_BYTES
    ) -> None:
        self._condition = condition
        self._pre_ns = pre_ns
        self._post_ns = post_ns
        self._limit = limit_bytes
        self._kept: deque[FrameBatch | Mark] = deque()
        self.kept_bytes = 0
        self._until: int | None = None
        self.is_open = False
        self.fired = 0
        self.was_truncated = False
        self._dropped = False

    def keep(self, entry: FrameBatch | Mark) -> None:
        """Keep frames or a mark of the time before the trigger, without looking for the trigger in them."""
        if self.is_open or not self._pre_ns:
            return
        if isinstance(entry, Mark):
            self._kept.append(entry)
        else:
            self._keep(entry)

    def take(self, batch: FrameBatch) -> Iterator[tuple[FrameBatch | Mark, bool]]:
        """The frames and marks to record of this batch and those before it.

        True with those that start a recording.
        """
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

    def _begin(self, frame: FrameBatch) -> Iterator[tuple[FrameBatch | Mark, bool]]:
        """The frames and marks before the one that triggered, and that frame."""
        time = int(frame.timestamp_ns[0])
        self.fired += 1
        self.is_open = True
        self._until = None if self._post_ns is None else time + self._post_ns
        self.was_truncated |= self._dropped
        self._dropped = False
        begins = True
        for kept in self._kept:
            recent = _since(kept, time - self._pre_ns)
            if recent is not None:
                yield recent, begins
                begins = False
        self._kept.clear()
        self.kept_bytes = 0
        yield frame, begins

    def _end(self, batch: FrameBatch, hits: np.ndarray, start: int) -> int:
        """The row after the last one to record; each frame that passes the filter extends the recording."""
        if self._post_ns is None:
            return len(batch)
        times = batch.timestamp_ns
        end = start
        while end < len(batch):
            late = np.flatnonzero(times[end:] > (self._until or 0))
            next_end = end + int(late[0]) if len(late) else len(batch)
            inside = hits[(hits >= end) & (hits < next_end)]
            if len(inside):
                self._until = int(times[inside].max()) + self._post_ns
            elif next_end == end:
                break
            end = next_end
        return end

    def _keep(self, batch: FrameBatch) -> None:
        """Keep frames for the next trigger, and drop those that are too old for it."""
        if not len(batch) or not self._pre_ns:
            return
        self._kept.append(batch.compact())
        self.kept_bytes += own_bytes(batch)
        oldest = int(batch.timestamp_ns[-1]) - self._pre_ns
        while len(self._kept) > 1:
            first = self._kept[0]
            too_many = self.kept_bytes > self._limit
            newest = first.timestamp_ns if isinstance(first, Mark) else int(first.timestamp_ns[-1])
            if not too_many and newest >= oldest:
                break
            self._dropped |= too_many
            self._kept.popleft()
            self.kept_bytes -= 0 if isinstance(first, Mark) else own_bytes(first)


def _since(entry: FrameBatch | Mark, time_ns: int) -> FrameBatch | Mark | None:
    """The frames of a batch from a time on, or a mark; None where it is older."""
    if isinstance(entry, Mark):
        return entry if entry.timestamp_ns >= time_ns else None
    frames = entry[entry.timestamp_ns >= time_ns]
    return frames if len(frames) else None


def trigger_of(options: RecordOptions, condition: Filter | None = None) -> Trigger | None:
    """The trigger of some options; ``condition`` is its compiled filter. Raises FileError."""
    if not options.trigger:
        return None
    if condition is None:
        try:
            condition = compile_filter(options.trigger)
        except FilterError as error:
            raise FileError(f"Invalid trigger: {error}") from error
    post_ns = None if options.post_seconds is None else round(options.post_seconds * NS_PER_SECOND)
    return Trigger(condition, round(options.pre_seconds * NS_PER_SECOND), post_ns)


def own_bytes(batch: FrameBatch) -> int:
    """The bytes of a batch's own frames, without unused parts of its heap."""
    long = batch.length[batch.length > INLINE_BYTES]
    return len(batch) * FRAME_DTYPE.itemsize + int(np.sum(long, dtype=np.int64))
