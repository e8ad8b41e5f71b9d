"""The time of a frame as a user wants to read it: since the start, by the clock, since a frame before."""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.arrays import Times
from canmcast_gui.models.columns import seconds_texts
from canmcast_gui.recording import Recording, RowsGoneError


class Reference(NamedTuple):
    """The row that times count from, and its time."""

    row: int
    timestamp_ns: int


TIME_MODES = ("absolute", "clock", "delta", "delta_id")

# How far back the previous frame of an id is looked for: some 13 s of a bus with 20,000 frames a second, and
# 1 ms of work. Each step looks further where ids are still missing.
LOOK_BACK_ROWS = (2_048, 16_384, 262_144)

# Frames whose predecessor is remembered, so that each is looked for once while it stays on the screen.
REMEMBERED = 8_192

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
    """One number per kind of frame: arbitration id, channel, and whether extended, remote or error."""
    ids = batch.arbitration_id.astype(np.uint64)
    channels = batch.channel.astype(np.uint64) << np.uint64(32)
    return ids | channels | (batch.flags & _KIND).astype(np.uint64) << np.uint64(40)


class SameIdTimes:
    """For frames of a recording, the time of the frame before with the same id."""

    def __init__(self, recording: Recording) -> None:
        self._recording = recording
        self._known: OrderedDict[int, int | None] = OrderedDict()

    def deltas_ns(self, numbers: npt.NDArray[np.int64], batch: FrameBatch) -> list[int | None]:
        """Nanoseconds since the frame before of the same id; None where none was found near enough.

        ``numbers`` are the rising row numbers of ``batch``.
        """
        wanted = [index for index, row in enumerate(numbers.tolist()) if row not in self._known]
        if wanted:
            self._look_up(numbers[wanted], batch[np.array(wanted)])
        times = batch.timestamp_ns.tolist()
        before = [self._known.get(row) for row in numbers.tolist()]
        return [None if then is None else now - then for now, then in zip(times, before, strict=True)]

    def _look_up(self, numbers: npt.NDArray[np.int64], batch: FrameBatch) -> None:
        """Find predecessors in a block of rows up to the last wanted frame, further back where needed."""
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
            self._known[row] = found.get(index)
        while len(self._known) > REMEMBERED:
            self._known.popitem(last=False)


def _find_before(
    block: FrameBatch,
    start: int,
    numbers: npt.NDArray[np.int64],
    wanted: npt.NDArray[np.uint64],
    missing: npt.NDArray[np.intp],
    found: dict[int, int],
) -> npt.NDArray[np.intp]:
    """Add to ``found`` the time of the frame before each missing one; returns those still missing."""
    block_keys, times = keys(block), block.timestamp_ns
    for key in np.unique(wanted[missing]):
        places = np.flatnonzero(block_keys == key)
        mine = missing[wanted[missing] == key]
        before = np.searchsorted(places, numbers[mine] - start) - 1
        for index, place in zip(mine.tolist(), before.tolist(), strict=True):
            if place >= 0:
                found[index] = int(times[places[place]])
    return missing[[index not in found for index in missing.tolist()]]


def delta_texts(deltas_ns: list[int | None]) -> list[str]:
    """Differences in seconds, nothing where there is none."""
    known = iter(seconds_texts(np.array([delta for delta in deltas_ns if delta is not None], dtype=np.int64)))
    return ["" if delta is None else next(known) for delta in deltas_ns]
