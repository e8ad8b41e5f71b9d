"""Several log files as one, in the order of their times."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.marks import Mark
from canmcast_gui.logfile.problems import Finding, Missing
from canmcast_gui.logfile.reading.reader import DEFAULT_BATCH_FRAMES, FrameReader
from canmcast_gui.logfile.table.layout import TableLayout

# As for the marks of one file.
_MOST_MARKS = 10_000
_HIGHEST_CHANNEL = 255


@dataclass(frozen=True, slots=True)
class LogPart:
    """One of the files: ``offset_ns`` is added to its times; ``layout`` is for a table without names."""

    path: Path
    offset_ns: int = 0
    layout: TableLayout | None = None


class MergedReader:
    """Iterates over the frames of several files in time order, as FrameReader does over those of one.

    Within one file the order stays, also where its times go backwards. A channel that two files have gets
    another number for the later one, so that channels tell the files apart; ``channels`` holds what was
    changed: (place of the file in ``parts``, channel there) -> channel here. With ``align`` all files begin
    when the first does, before their offsets are added. Making one raises FileError as a FrameReader does.
    """

    def __init__(
        self, parts: Sequence[LogPart], batch_frames: int = DEFAULT_BATCH_FRAMES, align: bool = False
    ) -> None:
        self.parts = tuple(parts)
        self.readers = [FrameReader(part.path, batch_frames, part.layout) for part in self.parts]
        self.channels: dict[tuple[int, int], int] = {}
        self.marks: list[Mark] = []
        self._mark_count = 0
        self.start_ns = 0
        self._align = align
        # Where rows of the files came to be: (place of the file in ``parts``, row there) -> row here.
        self._rows: dict[tuple[int, int], int] = {}

    def __iter__(self) -> Iterator[FrameBatch]:
        self.channels.clear()
        self._rows.clear()
        self.marks = []
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
    def progress(self) -> float:
        """How much of all files has been read, 0 to 1."""
        sizes = [reader.size for reader in self.readers]
        done = sum(reader.progress * size for reader, size in zip(self.readers, sizes, strict=True))
        return done / sum(sizes)

    @property
    def skipped(self) -> int:
        """How much could not be read so far, in all files."""
        return sum(reader.skipped for reader in self.readers)

    @property
    def problems(self) -> list[str]:
        """Sentences about what is odd and about the first of what was skipped, each with its file."""
        located = [
            f"{reader.path.name}, {problem}"
            for reader in self.readers
            for problem in reader.problems[len(reader.findings) :]
        ]
        return [finding.sentence for finding in self.findings] + located

    @property
    def missing(self) -> Missing:
        """What damaged places cost, in all files."""
        return sum((reader.missing for reader in self.readers), Missing())

    @property
    def findings(self) -> list[Finding]:
        """What is odd about the files, each with its name; rows count in all frames."""
        found = [
            Finding(f"{reader.path.name}, {sentence}", None if row is None else self._rows.get((place, row)))
            for place, reader in enumerate(self.readers)
            for sentence, row in reader.findings
        ]
        if self._mark_count > len(self.marks):
            found.append(Finding(f"only {len(self.marks):,} of {self._mark_count:,} marks are kept"))
        return found

    @property
    def renumbered(self) -> list[str]:
        """Sentences about the channels that have another number here than in their file."""
        return [
            f"channel {channel} of {self.parts[place].path.name} is channel {number}"
            for (place, channel), number in self.channels.items()
            if number != channel
        ]

    def _next(self, streams: list[_Stream], frames: int) -> FrameBatch:
        """All frames up to where the first of the streams must be read on; ``frames`` came before them."""
        filled = [(place, stream) for place, stream in enumerate(streams) if stream.fill()]
        until = min(stream.last for _, stream in filled)
        parts, keys, found = [], [], []
        at = 0
        for place, stream in filled:
            first = stream.taken
            batch, key = stream.take(until)
            rows = [row for _, row in self.readers[place].findings if row is not None]
            found += [(place, row, at + row - first) for row in rows if 0 <= row - first < len(batch)]
            at += len(batch)
            if len(batch):
                parts.append(self._renumbered(place, batch))
                keys.append(key)
        order = np.argsort(np.concatenate(keys), kind="stable") if len(parts) > 1 else None
        for place, row, source in found:
            position = source if order is None else int(np.flatnonzero(order == source)[0])
            self._rows[place, row] = frames + position
        return parts[0] if order is None else FrameBatch.concatenate(parts)[order]

    def _renumbered(self, place: int, batch: FrameBatch) -> FrameBatch:
        present = np.unique(batch.channel)
        table = np.arange(256, dtype=np.uint8)
        for channel in present.tolist():
            table[channel] = self._channel(place, channel)
        if (table[present] == present).all():
            return batch
        records = batch.records.copy()
        records["channel"] = table[records["channel"]]
        return FrameBatch(records, batch.heap)

    def _channel(self, place: int, channel: int) -> int:
        known = self.channels.get((place, channel))
        if known is None:
            taken = set(self.channels.values())
            free = max(taken, default=0) + 1
            known = channel if channel not in taken else min(free, _HIGHEST_CHANNEL)
            self.channels[place, channel] = known
        return known

    def _place_marks(self, streams: list[_Stream], batch: FrameBatch, row: int) -> None:
        """Put the marks between the frames that they stand between by their times."""
        order = np.maximum.accumulate(batch.timestamp_ns)
        found = [mark for stream in streams for mark in stream.take_marks(int(order[-1]))]
        found.sort(key=lambda mark: mark.timestamp_ns)
        places = np.searchsorted(order, [mark.timestamp_ns for mark in found])
        self._keep(
            Mark(row + int(place), mark.timestamp_ns, mark.text)
            for place, mark in zip(places, found, strict=True)
        )

    def _keep(self, marks: Iterator[Mark]) -> None:
        for mark in marks:
            self._mark_count += 1
            if len(self.marks) < _MOST_MARKS:
                self.marks.append(mark)


class _Stream:
    """One file's batches, with keys that never fall: the highest time so far.

    ``taken`` is how many frames were given out.
    """

    def __init__(self, reader: FrameReader, offset_ns: int) -> None:
        self._reader = reader
        self._batches = iter(reader)
        self._batch = FrameBatch.empty()
        self._keys: npt.NDArray[np.int64] = np.zeros(0, dtype=np.int64)
        self._highest = -(2**63)
        self._placed = 0
        self.taken = 0
        self.offset_ns = offset_ns

    def fill(self) -> bool:
        """Have frames at hand; False at the end."""
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
        """The key of the last frame at hand."""
        return int(self._keys[-1])

    def take(self, until: int) -> tuple[FrameBatch, npt.NDArray[np.int64]]:
        """The frames with keys up to ``until``, and the keys."""
        end = int(np.searchsorted(self._keys, until, side="right"))
        taken = self._batch[:end], self._keys[:end]
        self._batch, self._keys = self._batch[end:], self._keys[end:]
        self.taken += end
        return taken

    def shift(self, by_ns: int) -> None:
        """Move the file in time."""
        self.offset_ns += by_ns
        self._batch.records["timestamp_ns"] += by_ns
        self._keys = self._keys + by_ns
        self._highest += by_ns

    def take_marks(self, until: int | None) -> Iterator[Mark]:
        """The marks since the last time with times up to ``until``; None for all."""
        marks = self._reader.marks
        while self._placed < len(marks):
            mark = marks[self._placed]
            moment = mark.timestamp_ns + self.offset_ns
            if until is not None and moment > until:
                return
            self._placed += 1
            yield Mark(mark.row, moment, mark.text)


def _align(streams: list[_Stream]) -> None:
    """Let all begin when the first does; offsets stay on top."""
    filled = [stream for stream in streams if stream.fill()]
    starts = [stream.first - stream.offset_ns for stream in filled]
    for stream, start in zip(filled, starts, strict=True):
        stream.shift(starts[0] - start)
