"""The newest frame of every arbitration id, with count, period and changed bytes, for the by-ID view."""

from __future__ import annotations

from enum import IntEnum
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, MAX_PAYLOAD, FrameBatch
from canmcast_gui.frames.arrays import Floats
from canmcast_gui.recording.entry_numbers import (
    EntryNumbers,
    Kind,
    kinds_of,
)
from canmcast_gui.recording.groups import MOMENTS, Groups, deviation, merge_moments
from canmcast_gui.recording.id_statistics import Cycles, Senders

# The number that fits into 16 bits. All extended ids would not fit into memory; a bus has some hundred.
MAX_ENTRIES = 1 << 16
FIRST_CAPACITY = 256

# A batch of a file has 65,536 frames. It is processed in pieces that stay in the processor's cache.
PIECE_FRAMES = 1 << 12

# Each further period reduces the weight of the earlier ones, so that mean and jitter are of about the last
# hundred.
DECAY = 0.99


class Change(IntEnum):
    """The direction of the last change of a payload byte."""

    NONE = 0
    UP = 1
    DOWN = 2


_ENTRY = np.dtype(
    [
        ("record", FRAME_DTYPE),
        ("count", np.int64),
        ("last_row", np.int64),
        ("period", np.float64),
        *MOMENTS,  # of all periods, each decayed by those after it
        ("payload", np.uint8, (MAX_PAYLOAD,)),
        ("changed", np.uint8, (MAX_PAYLOAD,)),
        ("changed_at", np.int64, (MAX_PAYLOAD,)),
    ]
)


class NewestById:
    """One entry for each arbitration id, format, kind of frame and channel, in order of first appearance.

    Entries are numbered from 0 and keep their numbers. Columns are arrays over the entries; read them again
    after an ``update``. There are at most 65,536 entries; frames that would need more are counted in
    ``overflow``. ``generation`` rises with every change. ``cycles`` and ``senders`` have the periods over the
    whole recording and the sources of the same entries.
    """

    def __init__(self, limit: int = MAX_ENTRIES) -> None:
        self._limit = min(limit, MAX_ENTRIES)
        self.generation = 0
        self.clear()

    def clear(self) -> None:
        """Remove all entries."""
        self.generation += 1
        self.overflow = 0
        self._numbers = EntryNumbers(self._limit)
        self._entries = np.zeros(FIRST_CAPACITY, dtype=_ENTRY)
        self.cycles = Cycles()
        self.senders = Senders()

    def __len__(self) -> int:
        return len(self._numbers)

    # -- columns -----------------------------------------------------------------------------------------

    @property
    def frames(self) -> FrameBatch:
        """The newest frame of each entry, with its whole payload; valid until the next ``update``."""
        heap = np.ascontiguousarray(self._column("payload")).reshape(-1)
        return FrameBatch(self._column("record"), heap)

    @property
    def records(self) -> npt.NDArray[np.void]:
        """The records of the newest frames without their payloads, FRAME_DTYPE (n,), without a copy."""
        return self._column("record")

    @property
    def arbitration_id(self) -> npt.NDArray[np.uint32]:
        """Arbitration ids, uint32 (n,)."""
        return self._column("record")["arbitration_id"]

    @property
    def channel(self) -> npt.NDArray[np.uint8]:
        """Channel numbers, uint8 (n,); 0 is unknown."""
        return self._column("record")["channel"]

    @property
    def flags(self) -> npt.NDArray[np.uint16]:
        """Bits of Flag of the newest frames, uint16 (n,)."""
        return self._column("record")["flags"]

    @property
    def last_timestamp_ns(self) -> npt.NDArray[np.int64]:
        """Times of the newest frames, int64 (n,)."""
        return self._column("record")["timestamp_ns"]

    @property
    def count(self) -> npt.NDArray[np.int64]:
        """The number of frames, int64 (n,)."""
        return self._column("count")

    @property
    def last_row(self) -> npt.NDArray[np.int64]:
        """Row numbers of the newest frames, int64 (n,)."""
        return self._column("last_row")

    @property
    def period_ns(self) -> Floats:
        """Time between the last two frames, float64 (n,); NaN with only one."""
        return np.where(self.count > 1, self._column("period"), np.nan)

    @property
    def period_mean_ns(self) -> Floats:
        """Mean of about the last hundred periods, float64 (n,); NaN without any."""
        return np.where(self.count > 1, self._column("mean"), np.nan)

    @property
    def jitter_ns(self) -> Floats:
        """Standard deviation of about the last hundred periods, float64 (n,); NaN without any."""
        return deviation(self._entries[: len(self)])

    @property
    def payload(self) -> npt.NDArray[np.uint8]:
        """Payloads of the newest frames, zero beyond their ends, uint8 (n, 64)."""
        return self._column("payload")

    @property
    def changed(self) -> npt.NDArray[np.uint8]:
        """How each payload byte last changed (Change), uint8 (n, 64)."""
        return self._column("changed")

    @property
    def changed_at_ns(self) -> npt.NDArray[np.int64]:
        """The time of the frame in which each payload byte last changed, int64 (n, 64); 0: never."""
        return self._column("changed_at")

    @property
    def kind(self) -> npt.NDArray[np.uint8]:
        """The Kind of each entry, uint8 (n,)."""
        return kinds_of(self.flags)

    def find(
        self, arbitration_id: int, extended: bool, kind: Kind = Kind.DATA, channel: int | None = None
    ) -> int | None:
        """The entry of an id, or None where no frame was received.

        Without a ``channel`` it is that of the channel with the newest frame.
        """
        entries = self._numbers.find(arbitration_id, extended, kind, channel)
        return int(entries[self.last_row[entries].argmax()]) if len(entries) else None

    def _column(self, name: str) -> npt.NDArray[Any]:
        return self._entries[name][: len(self)]

    # -- updating ----------------------------------------------------------------------------------------

    def update(self, batch: FrameBatch, first_row: int) -> None:
        """Add the frames of a batch; ``first_row`` is the row number of the first one."""
        for start in range(0, len(batch), PIECE_FRAMES):
            self._update_piece(batch[start : start + PIECE_FRAMES], first_row + start)

    def _update_piece(self, batch: FrameBatch, first_row: int) -> None:
        self.generation += 1
        rows = np.arange(first_row, first_row + len(batch), dtype=np.int64)
        entries, has_entry = self._numbers.of(batch)
        self._make_room()
        if not has_entry.all():
            self.overflow += int(np.count_nonzero(~has_entry))
            batch, rows, entries = batch[has_entry], rows[has_entry], entries[has_entry]
        if len(batch):
            self._add_frames(batch, rows, Groups(entries))

    def _make_room(self) -> None:
        """Grow the columns for the entries that there are now."""
        if len(self) > len(self._entries):
            grown = np.zeros(max(len(self), 2 * len(self._entries)), dtype=_ENTRY)
            grown[: len(self._entries)] = self._entries
            self._entries = grown

    def _add_frames(self, batch: FrameBatch, rows: npt.NDArray[np.int64], groups: Groups) -> None:
        times = batch.timestamp_ns[groups.order]
        which = groups.numbers
        seen = self._entries["count"][which] > 0
        periods = groups.differences(times, self._entries["record"]["timestamp_ns"][which])
        self._update_periods(groups, periods.astype(np.float64), seen)
        self.cycles.update(groups, periods, seen, rows[groups.order])
        self.senders.update(groups, batch)
        self._update_payloads(groups, batch, times, seen)
        last = groups.order[groups.ends - 1]
        records = batch.records.take(last)
        records["payload_offset"] = which * MAX_PAYLOAD
        self._entries["record"][which] = records
        self._entries["last_row"][which] = rows[last]
        self._entries["count"][which] += groups.sizes

    def _update_periods(self, groups: Groups, periods: Floats, seen: npt.NDArray[np.bool_]) -> None:
        """Merge the batch's periods into the weighted mean and sum of squares."""
        from_end = np.repeat(groups.ends, groups.sizes) - np.arange(len(periods)) - 1
        weights: Floats = np.power(DECAY, from_end)
        weights[groups.starts[~seen]] = 0.0  # the first frame of an entry has no period
        decay: Floats = np.power(DECAY, groups.sizes - ~seen)
        merge_moments(self._entries, groups, periods, weights, decay)
        self._entries["period"][groups.numbers] = periods[groups.ends - 1]

    def _update_payloads(
        self, groups: Groups, batch: FrameBatch, times: npt.NDArray[np.int64], seen: npt.NDArray[np.bool_]
    ) -> None:
        """Store the newest payloads, and which bytes of each frame differ from the previous one."""
        which = groups.numbers
        longest = max(int(batch.length.max()), int(self._entries["record"]["length"][which].max()))
        width = max(longest, INLINE_BYTES)
        matrix = batch.data if width == INLINE_BYTES else batch.payload_matrix(width)
        now = matrix[groups.order]
        index, risen = groups.last_changes(now, self._entries["payload"][which, :width], seen)
        self._entries["payload"][which, :width] = now[groups.ends - 1]
        change = np.where(risen, np.uint8(Change.UP), np.uint8(Change.DOWN))
        changed = index > 0
        for name, values in (("changed", change), ("changed_at", np.append(np.int64(0), times)[index])):
            column = self._entries[name]
            column[which, :width] = np.where(changed, values, column[which, :width])
