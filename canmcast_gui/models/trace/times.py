"""The time of a frame as text: since the start, the time of day, or since a previous frame."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.arrays import RowNumbers, Times
from canmcast_gui.models.columns import seconds_texts
from canmcast_gui.recording import Recording, RowsGoneError


class Reference(NamedTuple):
    """The row that times count from, and its time."""

    row: int
    timestamp_ns: int


TIME_MODES = ("absolute", "clock", "delta", "delta_id")

# Rows before a frame that are searched for the previous frame of its id: up to 13 s of a bus with 20,000
# frames/s, which takes 1 ms. Each step searches more rows, for the ids that were not found.
LOOK_BACK_ROWS = (2_048, 16_384, 262_144)

# Frames whose previous frame is cached, so that it is searched once while the frame is visible.
CACHED_FRAMES = 8_192

_KIND = np.uint16(Flag.EXTENDED | Flag.REMOTE | Flag.ERROR)


def clock_texts(timestamps_ns: Times) -> list[str]:
    """Local time of day with six decimals."""
    texts = []
    seconds = ""
    of_second = None
    for value in ((timestamps_ns + 500) // 1000).tolist():
        whole, part = divmod(value, 1_000_000)
        if whole != of_second:
            of_second, seconds = whole, _local_time(whole)
        texts.append(f"{seconds}.{part:06d}")
    return texts


def _local_time(seconds: int) -> str:
    try:
        return datetime.fromtimestamp(seconds).strftime("%H:%M:%S")
    except (OverflowError, OSError, ValueError):
        return "--:--:--"


def keys(batch: FrameBatch) -> npt.NDArray[np.uint64]:
    """One number per id: arbitration id, channel, and whether it is extended, remote or an error frame."""
    ids = batch.arbitration_id.astype(np.uint64)
    channels = batch.channel.astype(np.uint64) << np.uint64(32)
    combined: npt.NDArray[np.uint64] = (
        ids | channels | (batch.flags & _KIND).astype(np.uint64) << np.uint64(40)
    )
    return combined


class SameIdTimes:
    """The times since the previous frame with the same id, for frames of a recording."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._cache: OrderedDict[int, int | None] = OrderedDict()

    def deltas_ns(self, numbers: RowNumbers, batch: FrameBatch) -> list[int | None]:
        """Nanoseconds since the previous frame of the same id; None if the search did not find one.

        ``numbers`` are the ascending row numbers of ``batch``.
        """
        wanted = [index for index, row in enumerate(numbers.tolist()) if row not in self._cache]
        if wanted:
            self._look_up(numbers[wanted], batch[np.array(wanted)])
        times = batch.timestamp_ns.tolist()
        before = [self._cache.get(row) for row in numbers.tolist()]
        return [None if then is None else now - then for now, then in zip(times, before, strict=True)]

    def _look_up(self, numbers: RowNumbers, batch: FrameBatch) -> None:
        """Find previous frames in a block of rows up to the last frame, and in larger blocks where needed."""
        wanted_keys = keys(batch)
        missing = np.arange(len(numbers))
        stop = int(numbers[-1]) + 1
        found: dict[int, int] = {}
        for reach in LOOK_BACK_ROWS:
            start = max(self._recording.first_row, int(numbers[missing[0]]) - reach)
            try:
                block = self._recording.rows(start, stop)
            except RowsGoneError:
                break
            missing = _find_before(block, start, numbers, wanted_keys, missing, found)
            if not len(missing) or start == self._recording.first_row:
                break
        for index, row in enumerate(numbers.tolist()):
            self._cache[row] = found.get(index)
        while len(self._cache) > CACHED_FRAMES:
            self._cache.popitem(last=False)


def _find_before(
    block: FrameBatch,
    start: int,
    numbers: RowNumbers,
    wanted: npt.NDArray[np.uint64],
    missing: npt.NDArray[np.intp],
    found: dict[int, int],
) -> npt.NDArray[np.intp]:
    """Add the times of the frames before the missing ones to ``found``; returns those still missing."""
    block_keys, times = keys(block), block.timestamp_ns
    for key in np.unique(wanted[missing]):
        rows = np.flatnonzero(block_keys == key)
        of_key = missing[wanted[missing] == key]
        previous = np.searchsorted(rows, numbers[of_key] - start) - 1
        for index, row in zip(of_key.tolist(), previous.tolist(), strict=True):
            if row >= 0:
                found[index] = int(times[rows[row]])
    return missing[[index not in found for index in missing.tolist()]]


def delta_texts(deltas_ns: list[int | None]) -> list[str]:
    """Differences in seconds, "" for None."""
    texts = iter(seconds_texts(np.array([delta for delta in deltas_ns if delta is not None], dtype=np.int64)))
    return ["" if delta is None else next(texts) for delta in deltas_ns]
