"""Reads the frames of data groups, and merges those of several streams on one time line."""

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

# Frames, and for each the key by which they are sorted.
Keyed = tuple[FrameBatch, Column]

_NONE = np.zeros(0, dtype=np.int64)


@dataclass
class _Waiting:
    """Records whose payloads are in later pieces, and their positions in the stream."""

    rows: Bytes
    order: Column
    keys: Column


class GroupFrames:
    """Reads the frames of one channel group, given the pieces of its stream."""

    def __init__(
        self, group: Group, payloads: VariableRecords | SignalData | None, problems: Problems
    ) -> None:
        self._group = group
        self._payloads = payloads
        self._problems = problems
        self._waiting = _Waiting(np.zeros((0, group.size), dtype=np.uint8), _NONE, _NONE)

    def frames_in(self, piece: Piece) -> tuple[FrameBatch, Column]:
        """The frames that are complete with a piece, and the position of each in the stream."""
        starts = piece.starts.get(self._group.record_id, _NONE)
        rows = _rows(piece.content, starts, self._group.size)
        order = starts + piece.base
        if self._payloads is None:
            return self._inline(rows, order)
        keys = self._group.fields["DataBytes"].raw(rows[: len(starts)]).astype(np.int64)
        if isinstance(self._payloads, VariableRecords):
            keys = self._payloads.keys(keys)
        waiting = self._waiting
        return self._with_payloads(
            np.concatenate([waiting.rows, rows[: len(starts)]]),
            np.concatenate([waiting.order, order]),
            np.concatenate([waiting.keys, keys]),
        )

    def finish(self) -> None:
        """Report the frames whose payloads are missing."""
        for position in self._waiting.order.tolist():
            self._problems.add(f"byte {position} of the data", "a frame without its payload")

    def _inline(self, rows: Bytes, order: Column) -> tuple[FrameBatch, Column]:
        count = len(order)
        records = records_of(self._group, rows[:count])
        field = self._group.fields.get("DataBytes")
        if field is None:
            return self._with_valid_times(FrameBatch(records), order)
        offsets = np.arange(count, dtype=np.int64) * self._group.size + field.byte
        room = np.full(count, field.bits // 8)
        return self._with_valid_times(batch_of_records(records, rows.reshape(-1), offsets, room), order)

    def _with_payloads(self, rows: Bytes, order: Column, keys: Column) -> tuple[FrameBatch, Column]:
        assert self._payloads is not None
        if isinstance(self._payloads, VariableRecords):
            later = self._payloads.are_later(keys)
            self._waiting = _Waiting(rows[later], order[later], keys[later])
            rows, order, keys = rows[~later], order[~later], keys[~later]
        content, starts, lengths, found = self._payloads.find(keys)
        for position in order[~found].tolist():
            self._problems.add(f"byte {position} of the data", "a frame without its payload")
        rows, order, starts, lengths = rows[found], order[found], starts[found], lengths[found]
        records = records_of(self._group, rows)
        if "DataLength" not in self._group.fields:
            records["length"] = np.minimum(lengths, 64)
        return self._with_valid_times(batch_of_records(records, content, starts, lengths), order)

    def _with_valid_times(self, batch: FrameBatch, order: Column) -> tuple[FrameBatch, Column]:
        valid = np.abs(batch.timestamp_ns) < TIME_LIMIT_NS // 10_000 * 10_000
        if valid.all():
            return batch, order
        for position in order[~valid].tolist():
            self._problems.add(f"byte {position} of the data", "timestamp out of range")
        return batch[valid], order[valid]


def _rows(content: Bytes, starts: Column, size: int) -> Bytes:
    """Records as uint8 (n + some, size); the rows after the records are zeros."""
    extra = -(-SLACK // max(1, size))
    rows = np.zeros((len(starts) + extra, size), dtype=np.uint8)
    if len(starts) and size:
        every = np.ndarray((len(content) - size + 1,), f"V{size}", content, strides=(1,))
        rows[: len(starts)].reshape(-1).view(f"V{size}")[:] = every[starts]
    return rows


class DataGroupFrames:
    """Reads the frames of all groups that share a stream.

    Groups may be written with different delays, so frames are sorted by time, except that those of one group
    keep their order; with ``in_record_order`` they are in the order of the records.
    """

    def __init__(
        self,
        group: DataGroup,
        data: DataStream,
        payloads: DataStream,
        problems: Problems,
        by_order: bool = False,
        in_record_order: bool = False,
    ) -> None:
        self._group = group
        self._data = data
        self._problems = problems
        self._in_record_order = in_record_order
        self._variable = {
            part.start: (part.record_id, VariableRecords(by_order)) for part in group.groups if part.variable
        }
        self._readers = [
            GroupFrames(part, self._payloads_of(part, payloads), problems)
            for part in group.groups
            if part.event
        ]

    def _payloads_of(self, group: Group, stream: DataStream) -> VariableRecords | SignalData | None:
        field = group.fields.get("DataBytes")
        if field is None or field.kind != VARIABLE:
            return None
        if field.data in self._variable:
            return self._variable[field.data][1]
        return SignalData(stream.pieces(field.data) if field.data else iter(()))

    def batches(self) -> Iterator[FrameBatch]:
        """All frames, with times since the start of the file."""
        if self._in_record_order or len(self._readers) == 1:
            for parts in self._pieces():
                yield _ordered(parts)[0]
        else:
            yield from self._by_time()

    def _pieces(self) -> Iterator[list[Keyed]]:
        """The frames of each piece of the stream, one part for each group."""
        for piece in pieces_of(self._group, self._data.pieces(self._group.data), self._problems):
            for number, variable in self._variable.values():
                variable.add(piece, number)
            parts = [reader.frames_in(piece) for reader in self._readers]
            if any(len(part[0]) for part in parts):
                yield parts
        for reader in self._readers:
            reader.finish()

    def _by_time(self) -> Iterator[FrameBatch]:
        """The frames in time order; those later than all earlier pieces are held for the next piece."""
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
    """The frames of one stream that were not returned yet, with sort keys: the latest time so far."""

    def __init__(self, batches: Iterator[FrameBatch]) -> None:
        self._batches = batches
        self._latest = -(2**63)
        self.batch = FrameBatch.empty()
        self.keys: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self.ended = False
        self.fill()

    def fill(self) -> None:
        """Read on unless there are frames."""
        while not len(self.batch) and not self.ended:
            batch = next(self._batches, None)
            if batch is None:
                self.ended = True
            elif len(batch):
                self.keys = np.maximum(np.maximum.accumulate(batch.timestamp_ns), self._latest)
                self._latest = int(self.keys[-1])
                self.batch = batch

    def take(self, until: int) -> tuple[FrameBatch, npt.NDArray[np.int64]]:
        """The frames with keys up to ``until``, and the keys."""
        count = int(np.searchsorted(self.keys, until, side="right"))
        taken = self.batch[:count], self.keys[:count]
        self.batch, self.keys = self.batch[count:], self.keys[count:]
        self.fill()
        return taken


def merged(streams: list[Iterator[FrameBatch]]) -> Iterator[FrameBatch]:
    """All frames of all streams in time order; the frames of each stream keep their order."""
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
