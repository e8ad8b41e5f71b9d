"""The chunks of a recording in order, within limits: append after the last one, evict from the first."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, MAX_PAYLOAD, FrameBatch
from canmcast_gui.recording.chunks.chunk import RECORD_BYTES, RECORDS_SUFFIX, Chunk
from canmcast_gui.recording.chunks.loading import Loaded, load_chunks
from canmcast_gui.recording.chunks.maps import MapCache

# 64 GiB hold two billion classic frames: three days of a 1 Mbit/s bus at full load.
DEFAULT_LIMIT_BYTES = 64 << 30

# 8 MiB of records: a small part of the usual limits, which evict whole chunks, and quick to delete.
CHUNK_FRAMES = 1 << 18

# A small limit gets small chunks, so that one eviction removes a small part of the recording.
CHUNKS_IN_LIMIT = 8

# A monitor that runs over a weekend must not fill the disk of its user.
SHARE_OF_DISK = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a recording keeps: in bytes, in frames, and in ns before its newest frame.

    None: no limit of that kind. A recording never takes more than half of the free disk space, its own size
    included.
    """

    most_bytes: int | None = DEFAULT_LIMIT_BYTES
    most_frames: int | None = None
    most_age_ns: int | None = None

    def chunk_frames(self) -> int:
        """The number of frames of a new chunk."""
        most = [CHUNK_FRAMES]
        if self.most_frames is not None:
            most.append(self.most_frames // CHUNKS_IN_LIMIT)
        if self.most_bytes is not None:
            most.append(self.most_bytes // FRAME_DTYPE.itemsize // CHUNKS_IN_LIMIT)
        return max(min(most), 1)

    def ends_chunk(self, first_ns: int, next_ns: int) -> bool:
        """Whether a frame of ``next_ns`` starts a chunk, so that one from ``first_ns`` on can be evicted."""
        return self.most_age_ns is not None and next_ns - first_ns > self.most_age_ns // CHUNKS_IN_LIMIT

    def allowed_bytes(self, folder: Path, used: int, coming: int) -> int:
        """The limit of a recording in ``folder`` that takes ``used`` bytes and needs ``coming`` more.

        Where other programs have filled the disk, the recording keeps its size. Where the disk is full it may
        grow, and the write fails: stored frames are not evicted for a disk that another program has filled.
        """
        free = shutil.disk_usage(folder).free
        share = used + coming if free < coming else max(int((free + used) * SHARE_OF_DISK), used)
        return share if self.most_bytes is None else min(self.most_bytes, share)


class ChunkStore:
    """Frames in chunks, within limits. One thread appends, any thread reads ``end_row`` and ``chunks``.

    Readers take ``end_row`` before ``chunks``; they are written in the other order, so the chunks have all
    rows below that end. ``on_evicted`` is called with the first remaining row after each eviction.
    """

    def __init__(self, folder: Path, limits: Limits, on_evicted: Callable[[int], None]) -> None:
        self.maps = MapCache()
        # Replaced as a whole, never changed: readers in other threads keep the tuple that they took.
        self.chunks: tuple[Chunk, ...] = ()
        self.end_row = 0
        self.start_ns = 0
        self.damaged = 0
        self._loaded = Loaded()
        self._folder = folder
        self._limits = limits
        self._needs_new_chunk = False
        self._checked = 0
        self._on_evicted = on_evicted

    def load(self) -> None:
        """Load the chunks of the folder, as far as they are undamaged."""
        self._loaded = loaded = load_chunks(self._folder, self.maps)
        self.damaged = loaded.damaged
        self.chunks = tuple(loaded.chunks)
        if loaded.chunks:
            self.end_row = loaded.chunks[-1].end_row
            self.start_ns = loaded.chunks[0].start_ns

    @property
    def limits(self) -> Limits:
        """The limits in force. New ones apply from the next batch on, which starts a chunk of their size."""
        return self._limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        self._needs_new_chunk = self._needs_new_chunk or limits.chunk_frames() < self._limits.chunk_frames()
        self._limits = limits

    @property
    def first_row(self) -> int:
        """The oldest row."""
        chunks = self.chunks
        return chunks[0].first_row if chunks else self.end_row

    @property
    def bytes_used(self) -> int:
        """The size of the chunks on disk."""
        return sum(chunk.bytes_used for chunk in self.chunks)

    def is_intact(self) -> bool:
        """Whether the files of the newest chunk and of one other, in turn, are as long as their content."""
        chunks = self.chunks
        if not chunks:
            return True
        self._checked = (self._checked + 1) % len(chunks)
        return chunks[-1].is_intact and chunks[self._checked].is_intact

    def close(self) -> tuple[Chunk, ...]:
        """Complete the files; returns the chunks, which the store no longer has."""
        chunks, self.chunks = self.chunks, ()
        if chunks:
            chunks[-1].seal()
        self.maps.clear()
        return chunks

    # -- appending ---------------------------------------------------------------------------------------

    def append(self, batch: FrameBatch) -> None:
        """Append frames: all of them, or none where this raises OSError or ValueError."""
        staged: list[Chunk] = []
        try:
            self._loaded.remove_left_out()
            self._stage(dense(batch), staged)
            for chunk in staged:
                chunk.publish()
        except OSError:
            for chunk in staged:
                self._undo(chunk)
            raise
        self._commit(staged)
        self._evict_old(batch)

    def _stage(self, batch: FrameBatch, staged: list[Chunk]) -> None:
        """Write ``batch`` into the newest chunk and into new ones as needed; appends them to ``staged``."""
        chunk = self.chunks[-1] if self.chunks else None
        if chunk and (self._needs_new_chunk or self._limits.ends_chunk(chunk.first_ns, _first_ns(batch))):
            chunk = None
        start = 0
        while start < len(batch):
            if chunk is None or not chunk.free_rows:
                chunk = self._new_chunk(self.end_row + start, _first_ns(batch), staged)
            staged.append(chunk)
            stop = min(start + chunk.free_rows, len(batch))
            whole = start == 0 and stop == len(batch)
            chunk.stage(batch if whole else dense(batch[start:stop]))
            start = stop

    def _new_chunk(self, first_row: int, first_ns: int, staged: list[Chunk]) -> Chunk:
        self._make_room(1 + sum(chunk.first_row >= self.end_row for chunk in staged))
        start_ns = self.start_ns if self.end_row else first_ns
        path = self._folder / f"{first_row:015d}{RECORDS_SUFFIX}"
        return Chunk.create(path, self._limits.chunk_frames(), first_row, start_ns, self.maps)

    def _commit(self, staged: list[Chunk]) -> None:
        known = self.chunks[-1:]
        new = tuple(chunk for chunk in staged if chunk not in known)
        if new:
            for chunk in (*known, *new[:-1]):
                chunk.seal()
            if not self.end_row:
                self.start_ns = new[0].start_ns
            self.chunks += new
        self.end_row = self.chunks[-1].end_row
        self._needs_new_chunk = False
        if len(new) > 1:  # chunks of this batch were not evicted while it was written
            self._make_room(0)

    def _undo(self, chunk: Chunk) -> None:
        """Undo staging, and publishing of the first of several chunks."""
        if chunk in self.chunks:
            chunk.withdraw(self.end_row - chunk.first_row)
        else:
            chunk.remove()

    # -- evicting ----------------------------------------------------------------------------------------

    def _make_room(self, new_chunks: int) -> None:
        """Evict the oldest chunks until ``new_chunks`` fit."""
        coming = new_chunks * self._limits.chunk_frames()
        used = self.bytes_used
        most_bytes = self._limits.allowed_bytes(self._folder, used, coming * RECORD_BYTES)
        most_frames = self._limits.most_frames
        while used + coming * RECORD_BYTES > most_bytes or (
            most_frames is not None and self.end_row - self.first_row + coming > most_frames
        ):
            if not self._evict_oldest():
                return
            used = self.bytes_used

    def _evict_old(self, newest: FrameBatch) -> None:
        """Evict the chunks whose frames are all older than the limit, measured from the newest frame."""
        if self._limits.most_age_ns is None:
            return
        oldest_ns = int(newest.timestamp_ns[-1]) - self._limits.most_age_ns
        while len(self.chunks) > 1 and self.chunks[1].first_ns < oldest_ns:
            self._evict_oldest()

    def _evict_oldest(self) -> bool:
        """Evict the oldest chunk; False where it is the newest, which may be incomplete."""
        if len(self.chunks) < 2:
            return False
        oldest, self.chunks = self.chunks[0], self.chunks[1:]
        oldest.remove()
        self._on_evicted(oldest.end_row)
        return True


def _first_ns(batch: FrameBatch) -> int:
    return int(batch.records["timestamp_ns"][0])


def dense(batch: FrameBatch) -> FrameBatch:
    """The same frames with a heap of only their long payloads, in their order, with offsets from 0.

    Raises ValueError where a payload is outside the batch's heap or longer than a frame can carry.
    """
    lengths = batch.records["length"]
    if len(batch) and lengths.max() > MAX_PAYLOAD:
        raise ValueError(f"a payload of {lengths.max()} bytes; a CAN FD frame carries at most {MAX_PAYLOAD}")
    long = np.flatnonzero(lengths > INLINE_BYTES)
    if not len(long):
        return FrameBatch(batch.records)
    sizes = lengths[long].astype(np.int64)
    starts = batch.records["payload_offset"][long].astype(np.int64)
    if (starts + sizes).max() > len(batch.heap):
        raise ValueError("a payload is outside the heap of its batch")
    total = int(sizes.sum())
    if np.array_equal(starts, np.cumsum(sizes) - sizes):
        return FrameBatch(batch.records, batch.heap[:total])
    return batch.compact()
