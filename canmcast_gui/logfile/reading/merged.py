"""Several log files, merged on one time line."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile.interfaces import MOST_MARKS
from canmcast_gui.logfile.problems import Finding
from canmcast_gui.logfile.reading.reader import DEFAULT_BATCH_FRAMES, FrameReader, LogPart
from canmcast_gui.logfile.reading.several import SeveralReader

_HIGHEST_CHANNEL = 255


class MergedReader(SeveralReader):
    """Reads several files in time order.

    The frames of each file keep their order, also where its times go backwards. A channel that occurs in two
    files gets another number in the later one; ``channels`` maps (index of the file, channel in the file) to
    the number. With ``align`` all files start at the time of the first one, before their offsets are added.
    """

    def __init__(
        self, parts: Sequence[LogPart], batch_frames: int = DEFAULT_BATCH_FRAMES, align: bool = False
    ) -> None:
        super().__init__(parts, batch_frames)
        self.channels: dict[tuple[int, int], int] = {}
        self._mark_count = 0
        self._align = align
        # (index of the file, row in the file) to the row among all frames, for the rows of findings.
        self._rows: dict[tuple[int, int], int] = {}

    def __iter__(self) -> Iterator[FrameBatch]:
        self.channels.clear()
        self._rows.clear()
        self._marks = []
        self._mark_count = 0
        streams = [
            _Stream(reader, part.offset_ns) for reader, part in zip(self.readers, self.parts, strict=True)
        ]
        if self._align:
            _align(streams)
        frames = 0
        while any(stream.fill() for stream in streams):
            batch = self._next(streams, frames)
            self._place_marks(streams, batch, frames)
            frames += len(batch)
            yield batch
        for stream in streams:
            self._keep(Mark(frames, mark.timestamp_ns, mark.text) for mark in stream.take_marks(None))

    @property
    def findings(self) -> list[Finding]:
        """What is unusual about the files, each with its name, and with its row among all frames."""
        found = [
            finding.of_file(reader.path)._replace(row=self._row(index, finding.row))
            for index, reader in enumerate(self.readers)
            for finding in reader.findings
        ]
        if self._mark_count > len(self._marks):
            found.append(Finding(f"only {len(self._marks):,} of {self._mark_count:,} marks are kept"))
        return found

    @property
    def renumbered(self) -> list[str]:
        """Messages about channels that have another number than in their file."""
        return [
            f"channel {channel} of {self.parts[index].path.name} is channel {number}"
            for (index, channel), number in self.channels.items()
            if number != channel
        ]

    def _row(self, index: int, row: int | None) -> int | None:
        return None if row is None else self._rows.get((index, row))

    def _next(self, streams: list[_Stream], frames: int) -> FrameBatch:
        """All frames up to the time where a stream must read on; ``frames`` were returned before."""
        filled = [(index, stream) for index, stream in enumerate(streams) if stream.fill()]
        until = min(stream.last for _, stream in filled)
        parts, keys, found = [], [], []
        count = 0
        for index, stream in filled:
            first = stream.taken
            batch, key = stream.take(until)
            rows = [row for _, row in self.readers[index].findings if row is not None]
            found += [(index, row, count + row - first) for row in rows if 0 <= row - first < len(batch)]
            count += len(batch)
            if len(batch):
                parts.append(self._with_own_channels(index, batch))
                keys.append(key)
        order = np.argsort(np.concatenate(keys), kind="stable") if len(parts) > 1 else None
        for index, row, source in found:
            position = source if order is None else int(np.flatnonzero(order == source)[0])
            self._rows[index, row] = frames + position
        return parts[0] if order is None else FrameBatch.concatenate(parts)[order]

    def _with_own_channels(self, index: int, batch: FrameBatch) -> FrameBatch:
        present = np.unique(batch.channel)
        table = np.arange(_HIGHEST_CHANNEL + 1, dtype=np.uint8)
        for channel in present.tolist():
            table[channel] = self._channel(index, channel)
        if (table[present] == present).all():
            return batch
        records = batch.records.copy()
        records["channel"] = table[records["channel"]]
        return FrameBatch(records, batch.heap)

    def _number(self, index: int, channel: int) -> int | None:
        return self.channels.get((index, channel))

    def _channel(self, index: int, channel: int) -> int:
        known = self.channels.get((index, channel))
        if known is None:
            taken = set(self.channels.values())
            free = max(taken, default=0) + 1
            known = channel if channel not in taken else min(free, _HIGHEST_CHANNEL)
            self.channels[index, channel] = known
        return known

    def _place_marks(self, streams: list[_Stream], batch: FrameBatch, row: int) -> None:
        """Insert the marks between frames by their times."""
        order = np.maximum.accumulate(batch.timestamp_ns)
        found = [mark for stream in streams for mark in stream.take_marks(int(order[-1]))]
        found.sort(key=lambda mark: mark.timestamp_ns)
        rows = np.searchsorted(order, [mark.timestamp_ns for mark in found]).tolist()
        self._keep(
            Mark(row + offset, mark.timestamp_ns, mark.text) for offset, mark in zip(rows, found, strict=True)
        )

    def _keep(self, marks: Iterator[Mark]) -> None:
        for mark in marks:
            self._mark_count += 1
            if len(self._marks) < MOST_MARKS:
                self._marks.append(mark)


class _Stream:
    """The batches of one file, with sort keys: the highest time so far.

    ``taken`` counts the frames that take() returned.
    """

    def __init__(self, reader: FrameReader, offset_ns: int) -> None:
        self._reader = reader
        self._batches = iter(reader)
        self._batch = FrameBatch.empty()
        self._keys: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._highest = -(2**63)
        self._marks_taken = 0
        self.taken = 0
        self.offset_ns = offset_ns

    def fill(self) -> bool:
        """Read on unless there are frames; False at the end."""
        while not len(self._batch):
            batch = next(self._batches, None)
            if batch is None:
                return False
            if not len(batch):
                continue
            records = batch.records.copy()
            records["timestamp_ns"] += self.offset_ns
            self._batch = FrameBatch(records, batch.heap)
            self._keys = np.maximum(np.maximum.accumulate(records["timestamp_ns"]), self._highest)
            self._highest = int(self._keys[-1])
        return True

    @property
    def first(self) -> int:
        """The key of the next frame."""
        return int(self._keys[0])

    @property
    def last(self) -> int:
        """The key of the last frame that was read."""
        return int(self._keys[-1])

    def take(self, until: int) -> tuple[FrameBatch, npt.NDArray[np.int64]]:
        """The frames with keys up to ``until``, and the keys."""
        end = int(np.searchsorted(self._keys, until, side="right"))
        taken = self._batch[:end], self._keys[:end]
        self._batch, self._keys = self._batch[end:], self._keys[end:]
        self.taken += end
        return taken

    def shift(self, by_ns: int) -> None:
        """Move all times of the file."""
        self.offset_ns += by_ns
        self._batch.records["timestamp_ns"] += by_ns
        self._keys = self._keys + by_ns
        self._highest += by_ns

    def take_marks(self, until: int | None) -> Iterator[Mark]:
        """The next marks with times up to ``until``; None for all."""
        marks = self._reader.marks
        while self._marks_taken < len(marks):
            mark = marks[self._marks_taken]
            time = mark.timestamp_ns + self.offset_ns
            if until is not None and time > until:
                return
            self._marks_taken += 1
            yield Mark(mark.row, time, mark.text)


def _align(streams: list[_Stream]) -> None:
    """Start all files at the time of the first one; offsets are added to that."""
    filled = [stream for stream in streams if stream.fill()]
    starts = [stream.first - stream.offset_ns for stream in filled]
    for stream, start in zip(filled, starts, strict=True):
        stream.shift(starts[0] - start)
