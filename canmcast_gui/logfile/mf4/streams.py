"""The frames of one data group, in the order in which their records stand there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.arrays import Bytes, Column
from canmcast_gui.logfile.mf4.blocks import DataStream
from canmcast_gui.logfile.mf4.frames import SignalData, VariableRecords, batch_of_records, records_of
from canmcast_gui.logfile.mf4.groups import VARIABLE, DataGroup, Group
from canmcast_gui.logfile.mf4.records import SLACK, Piece, pieces_of
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.times import TIME_LIMIT_NS

# Frames, and for each one the number by which they are put in order.
Keyed = tuple[FrameBatch, Column]

_NONE = np.zeros(0, dtype=np.int64)


@dataclass
class _Waiting:
    """Records whose payloads come later, and where they stood in the stream."""

    rows: Bytes
    order: Column
    keys: Column


class GroupFrames:
    """Reads the frames of one channel group, given pieces of the stream that it is in."""

    def __init__(
        self, group: Group, payloads: VariableRecords | SignalData | None, problems: Problems
    ) -> None:
        self._group = group
        self._payloads = payloads
        self._problems = problems
        self._waiting = _Waiting(np.zeros((0, group.size), dtype=np.uint8), _NONE, _NONE)

    def frames_in(self, piece: Piece) -> tuple[FrameBatch, Column]:
        """The frames that are complete with a piece, and where each one stands in the stream."""
        starts = piece.starts.get(self._group.record_id, _NONE)
        rows = _rows(piece.content, starts, self._group.size)
        order = starts + piece.base
        if self._payloads is None:
            return self._inline(rows, order)
        keys = self._group.fields["DataBytes"].raw(rows[: len(starts)]).astype(np.int64)
        if isinstance(self._payloads, VariableRecords):
            keys = self._payloads.keys(keys)
        waiting = self._waiting
        return self._apart(
            np.concatenate([waiting.rows, rows[: len(starts)]]),
            np.concatenate([waiting.order, order]),
            np.concatenate([waiting.keys, keys]),
        )

    def finish(self) -> None:
        """Tell of the frames whose payloads never came."""
        for place in self._waiting.order.tolist():
            self._problems.add(f"byte {place} of the data", "a frame without its payload")

    def _inline(self, rows: Bytes, order: Column) -> tuple[FrameBatch, Column]:
        count = len(order)
        records = records_of(self._group, rows[:count])
        field = self._group.fields.get("DataBytes")
        if field is None:
            return self._timely(FrameBatch(records), order)
        places = np.arange(count, dtype=np.int64) * self._group.size + field.byte
        room = np.full(count, field.bits // 8)
        return self._timely(batch_of_records(records, rows.reshape(-1), places, room), order)

    def _apart(self, rows: Bytes, order: Column, keys: Column) -> tuple[FrameBatch, Column]:
        assert self._payloads is not None
        if isinstance(self._payloads, VariableRecords):
            later = self._payloads.to_come(keys)
            self._waiting = _Waiting(rows[later], order[later], keys[later])
            rows, order, keys = rows[~later], order[~later], keys[~later]
        content, places, lengths, there = self._payloads.find(keys)
        for place in order[~there].tolist():
            self._problems.add(f"byte {place} of the data", "a frame without its payload")
        rows, order, places, lengths = rows[there], order[there], places[there], lengths[there]
        records = records_of(self._group, rows)
        if "DataLength" not in self._group.fields:
            records["length"] = np.minimum(lengths, 64)
        return self._timely(batch_of_records(records, content, places, lengths), order)

    def _timely(self, batch: FrameBatch, order: Column) -> tuple[FrameBatch, Column]:
        sound = np.abs(batch.timestamp_ns) < TIME_LIMIT_NS // 10_000 * 10_000
        if sound.all():
            return batch, order
        for place in order[~sound].tolist():
            self._problems.add(f"byte {place} of the data", "a time beyond all measure")
        return batch[sound], order[sound]


def _rows(content: Bytes, starts: Column, size: int) -> Bytes:
    """Records as uint8 (n + some, size); the rows behind the records are zeros."""
    extra = -(-SLACK // max(1, size))
    rows = np.zeros((len(starts) + extra, size), dtype=np.uint8)
    if len(starts) and size:
        every = np.ndarray((len(content) - size + 1,), f"V{size}", content, strides=(1,))
        rows[: len(starts)].reshape(-1).view(f"V{size}")[:] = every[starts]
    return rows


class DataGroupFrames:
    """Reads the frames of all groups that share a stream.

    Groups may come with different delays, so frames are put in the order of their times, those of one group
    in their own; with ``as_they_stand`` in the order of the records.
    """

    def __init__(
        self,
        group: DataGroup,
        data: DataStream,
        payloads: DataStream,
        problems: Problems,
        by_order: bool = False,
        as_they_stand: bool = False,
    ) -> None:
        self._group = group
        self._data = data
        self._problems = problems
        self._as_they_stand = as_they_stand
        self._variable = {
            one.at: (one.record_id, VariableRecords(by_order)) for one in group.groups if one.variable
        }
        self._readers = [
            GroupFrames(one, self._payloads_of(one, payloads), problems) for one in group.groups if one.event
        ]

    def _payloads_of(self, group: Group, stream: DataStream) -> VariableRecords | SignalData | None:
        field = group.fields.get("DataBytes")
        if field is None or field.kind != VARIABLE:
            return None
        if field.data in self._variable:
            return self._variable[field.data][1]
        return SignalData(stream.pieces(field.data) if field.data else iter(()))

    def batches(self) -> Iterator[FrameBatch]:
        """All frames, times since the file's start."""
        if self._as_they_stand or len(self._readers) == 1:
            for parts in self._pieces():
                yield _ordered(parts)[0]
        else:
            yield from self._by_time()

    def _pieces(self) -> Iterator[list[Keyed]]:
        """The frames of each piece of the stream: a part for each group."""
        for piece in pieces_of(self._group, self._data.pieces(self._group.data), self._problems):
            for number, variable in self._variable.values():
                variable.add(piece, number)
            parts = [reader.frames_in(piece) for reader in self._readers]
            if any(len(part[0]) for part in parts):
                yield parts
        for reader in self._readers:
            reader.finish()

    def _by_time(self) -> Iterator[FrameBatch]:
        """What is later than all that came before a piece waits for the next one."""
        latest = [-(2**63)] * len(self._readers)
        held: Keyed = (FrameBatch.empty(), _NONE)
        limit = -(2**63)
        for parts in self._pieces():
            keyed = [held]
            for number, (batch, _) in enumerate(parts):
                if len(batch):
                    keys = np.maximum(np.maximum.accumulate(batch.timestamp_ns), latest[number])
                    latest[number] = int(keys[-1])
                    keyed.append((batch, keys))
            frames, keys = _ordered(keyed)
            ready = int(np.searchsorted(keys, limit, side="right"))
            if ready:
                yield frames[:ready]
            held, limit = (frames[ready:].compact(), keys[ready:]), max(latest)
        if len(held[0]):
            yield held[0]


def _ordered(parts: list[Keyed]) -> Keyed:
    """The frames of some groups in the order of their keys."""
    parts = [part for part in parts if len(part[0])]
    if len(parts) == 1:
        return parts[0]
    keys = np.concatenate([part[1] for part in parts])
    order = np.argsort(keys, kind="stable")
    return FrameBatch.concatenate([part[0] for part in parts])[order], keys[order]


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
