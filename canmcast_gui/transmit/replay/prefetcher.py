"""Reads and encodes frames of a replay before they are due, while nothing else is."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import Flag, FrameBatch
from canmcast_gui.frames.validity import valid_rows
from canmcast_gui.transmit.listener import LiveId
from canmcast_gui.transmit.replay.options import Id, ReplayOptions

# Rows that are read and encoded at a time: about 0.2 ms of work, which is done while nothing is due.
CHUNK_ROWS = 256
# If a filter passes few, more rows are read together, up to this number.
MAX_CHUNK_ROWS = 1 << 15
FEW_LEFT = 64

# Encodes a batch; raises ValueError for one that this bus cannot carry.
Encode = Callable[[FrameBatch], object]
Mask = npt.NDArray[np.bool_]


class Rows(Protocol):
    """Where frames are read from: any recording. Rows are numbered."""

    def rows(self, start: int, stop: int) -> FrameBatch:
        """The frames of rows ``start`` to ``stop``."""


@dataclass(slots=True)
class Chunk:
    """Frames ready to be sent: their rows and times, which never go backwards, and their encoded form.

    ``done`` of them were sent; ``end_row`` is the row after the last one that was read for it.
    """

    rows: npt.NDArray[np.int64]
    times: npt.NDArray[np.int64]
    frames: FrameBatch
    encoded: object
    end_row: int
    done: int = 0


class FrameMapper:
    """Which frames of a recording are sent, and with which ids and channels.

    ``live`` are the ids that are left out because other nodes send them. Frames without a channel are sent on
    ``first_channel``; it is 0 where channels are not compared.
    """

    def __init__(self, options: ReplayOptions, first_channel: int = 0) -> None:
        self._options = options
        self._first_channel = first_channel
        self._start_ns = options.start_ns
        self._filter = options.compiled(lambda: self._start_ns or 0)
        self.live: frozenset[LiveId] = frozenset()

    def wanted(self, batch: FrameBatch) -> Mask:
        """Which frames are requested, bool (n,): those that pass the filter, error frames only on request."""
        if self._start_ns is None and len(batch):
            self._start_ns = int(batch.timestamp_ns[0])
        keep = np.ones(len(batch), dtype=np.bool_)
        if not self._options.error_frames:
            keep = ~batch.has(Flag.ERROR)
        if self._options.filter:
            keep = keep & self._filter.mask(batch)
        channels = self._channels(batch)
        for channel, arbitration_id, extended in self.live:
            keep = keep & ~(_has_id(batch, (arbitration_id, extended)) & (channels == channel))
        return keep

    def _channels(self, batch: FrameBatch) -> npt.NDArray[np.uint8]:
        """The number of the channel that each frame is sent on, uint8 (n,); 0 where it is not compared."""
        if not self._first_channel:
            return np.zeros(len(batch), dtype=np.uint8)
        channels = batch.channel.copy()
        for old, new in self._options.channels:
            channels[batch.channel == old] = new
        return np.where(channels == 0, np.uint8(self._first_channel), channels)

    def map(self, batch: FrameBatch) -> FrameBatch:
        """Frames with their new ids and channels, as this program's own."""
        records = batch.records.copy()
        records["flags"] &= np.uint16(~int(Flag.TX) & 0xFFFF)
        records["timestamp_ns"] = np.maximum(records["timestamp_ns"], 0)
        for old, (new_id, new_extended) in self._options.ids:
            rows = _has_id(batch, old)
            records["arbitration_id"][rows] = new_id
            flags = records["flags"][rows] & np.uint16(~int(Flag.EXTENDED) & 0xFFFF)
            records["flags"][rows] = flags | np.uint16(Flag.EXTENDED if new_extended else 0)
        for old_channel, new_channel in self._options.channels:
            records["channel"][batch.channel == old_channel] = new_channel
        return FrameBatch(records, batch.heap)


def _has_id(batch: FrameBatch, wanted: Id) -> Mask:
    arbitration_id, extended = wanted
    same: Mask = (batch.arbitration_id == arbitration_id) & (batch.has(Flag.EXTENDED) == extended)
    return same


class Prefetcher:
    """``chunks`` of frames that are wanted, up to before ``row``, which is read next.

    ``skipped`` counts wanted frames that this bus cannot carry, or that are not valid, as a file may have;
    ``reason`` is why the last one of the former was skipped.
    """

    def __init__(self, source: Rows, options: ReplayOptions, encode: Encode, first_channel: int = 0) -> None:
        self._source = source
        self._encode = encode
        self._window = CHUNK_ROWS
        # The time of the last row that was read; without meaning if the next one does not follow it.
        self._newest_ns = 0
        self._restarted = True
        self.mapper = FrameMapper(options, first_channel)
        self.chunks: deque[Chunk] = deque()
        self.row = options.first_row
        self.skipped = 0
        self.reason = ""

    def restart(self, row: int) -> None:
        """Drop what was read, and continue at another row."""
        self.chunks.clear()
        self.row = row
        self._restarted = True

    def read(self, end_row: int) -> int | None:
        """Read and encode some rows below ``end_row``; the time of the first, None if there is none."""
        start, stop = self.row, min(self.row + self._window, end_row)
        if stop <= start:
            return None
        batch = self._source.rows(start, stop)
        wanted = self.mapper.wanted(batch)
        keep = wanted & valid_rows(batch)
        self.skipped += int(np.count_nonzero(wanted & ~keep))
        self.row = stop
        self._window = CHUNK_ROWS if int(keep.sum()) > FEW_LEFT else min(self._window * 2, MAX_CHUNK_ROWS)
        rows = np.arange(start, start + len(batch))
        times = self._forward(batch.timestamp_ns)
        try:
            self._add(batch, keep, rows, times)
        except ValueError:  # CAN FD frames on a bus without CAN FD, for example
            self._add_each(batch, keep, rows, times)
        return int(times[0])

    def _add(
        self, batch: FrameBatch, keep: Mask, rows: npt.NDArray[np.int64], times: npt.NDArray[np.int64]
    ) -> None:
        """Encode the frames to keep. Raises ValueError if this bus cannot carry all of them."""
        if keep.any():
            frames = self.mapper.map(batch[keep])
            self.chunks.append(Chunk(rows[keep], times[keep], frames, self._encode(frames), self.row))
        elif self.chunks:
            self.chunks[-1].end_row = self.row

    def _add_each(
        self, batch: FrameBatch, keep: Mask, rows: npt.NDArray[np.int64], times: npt.NDArray[np.int64]
    ) -> None:
        """Encode the frames to keep one by one, and skip those that this bus cannot carry."""
        for row in np.flatnonzero(keep):
            single = np.zeros_like(keep)
            single[row] = True
            try:
                self._add(batch, single, rows, times)
            except ValueError as error:
                self.skipped += 1
                self.reason = str(error)

    def _forward(self, times: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
        """The times of rows, never going backwards: the file's order is kept."""
        forward = np.maximum.accumulate(times if self._restarted else np.maximum(times, self._newest_ns))
        self._restarted = False
        self._newest_ns = int(forward[-1])
        return forward
