"""The chunks of a recording in order, within limits: append after the last one, evict from the first."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, MAX_PAYLOAD, FrameBatch
from canmcast_gui.recording.chunk import RECORD_BYTES, RECORDS_SUFFIX, Chunk, MapCache
from canmcast_gui.recording.reading import Loaded, load_chunks

# 64 GiB hold two billion classic frames: three days of a saturated 1 Mbit/s bus.
DEFAULT_LIMIT_BYTES = 64 << 30

# 8 MiB of records: small against any limit that evicts whole chunks, and quick to delete.
CHUNK_FRAMES = 1 << 18

# A small limit gets small chunks, so that what is evicted at once is a small part of it.
CHUNKS_IN_LIMIT = 8

# A monitor that is left running over a weekend must not take the disk from its user.
SHARE_OF_DISK = 0.5


@dataclass(frozen=True, slots=True)
class Limits:
    """The most that a recording keeps: in bytes, in frames, and in ns before its newest frame.

    None is no limit of that kind. However much is allowed, it is never more than half of what the disk has
    for us, which is what is free and what the recording takes.
    """

    most_bytes: int | None = DEFAULT_LIMIT_BYTES
    most_frames: int | None = None
    most_age_ns: int | None = None

    def chunk_frames(self) -> int:
        """How many frames a chunk should hold."""
        most = [CHUNK_FRAMES]
        if self.most_frames is not None:
            most.append(self.most_frames // CHUNKS_IN_LIMIT)
        if self.most_bytes is not None:
            most.append(self.most_bytes // FRAME_DTYPE.itemsize // CHUNKS_IN_LIMIT)
        return max(min(most), 1)

    def spans_enough(self, first_ns: int, next_ns: int) -> bool:
        """Whether a chunk that began then should not take in a frame of ``next_ns``, so that it can go."""
        return self.most_age_ns is not None and next_ns - first_ns > self.most_age_ns // CHUNKS_IN_LIMIT

    def allowed_bytes(self, folder: Path, used: int, coming: int) -> int:
        """How large a recording in ``folder`` may be that takes ``used`` bytes and wants so many more.

        Where others have taken the disk meanwhile, it stays as large as it is; where nothing at all is left
        it may grow, and fail: frames that are safe do not go for a disk that somebody else has filled.
        """
        free = shutil.disk_usage(folder).free
        share = used + coming if free < coming else max(int((free + used) * SHARE_OF_DISK), used)
        return share if self.most_bytes is None else min(self.most_bytes, share)


class ChunkStore:
    """Frames in chunks, within limits. One thread appends, any thread reads ``end_row`` and ``chunks``.

    Readers take the end before the chunks, which are written in the other order, so that the chunks hold all
    rows below it. ``on_evicted`` is told the first row that is left whenever chunks have gone.
    """

    def __init__(self, folder: Path, limits: Limits, on_evicted: Callable[[int], None]) -> None:
        self.maps = MapCache()
        # Replaced as a whole, never changed: readers in other threads take the tuple and go on with it.
        self.chunks: tuple[Chunk, ...] = ()
        self.end_row = 0
        self.start_ns = 0
        self.damaged = 0
        self._loaded = Loaded()
        self._folder = folder
        self._limits = limits
        self._renew = False
        self._looked_at = 0
        self._on_evicted = on_evicted

    def load(self) -> None:
        """Take up the chunks that stand in the folder, as far as they are sound."""
        self._loaded = loaded = load_chunks(self._folder, self.maps)
        self.damaged = loaded.damaged
        self.chunks = tuple(loaded.chunks)
        if loaded.chunks:
            self.end_row = loaded.chunks[-1].end_row
            self.start_ns = loaded.chunks[0].start_ns

    @property
    def limits(self) -> Limits:
        """What it keeps within; others hold from the next batch on, which begins a chunk of their size."""
        return self._limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        self._renew = self._renew or limits.chunk_frames() < self._limits.chunk_frames()
        self._limits = limits

    @property
    def first_row(self) -> int:
        """The oldest row that is there."""
        chunks = self.chunks
        return chunks[0].first_row if chunks else self.end_row

    @property
    def bytes_used(self) -> int:
        """What the chunks take on disk."""
        return sum(chunk.bytes_used for chunk in self.chunks)

    def is_whole(self) -> bool:
        """Whether the newest chunk and one of the others, in turn, are as long as what they hold."""
        chunks = self.chunks
        if not chunks:
            return True
        self._looked_at = (self._looked_at + 1) % len(chunks)
        return chunks[-1].is_whole and chunks[self._looked_at].is_whole

    def close(self) -> tuple[Chunk, ...]:
        """Finish the files and forget the chunks, which it returns."""
        chunks, self.chunks = self.chunks, ()
        if chunks:
            chunks[-1].seal()
        self.maps.clear()
        return chunks

    # -- appending ---------------------------------------------------------------------------------------

    def append(self, batch: FrameBatch) -> None:
        """Put frames behind the last one: all of them, or none where this raises OSError or ValueError."""
        staged: list[Chunk] = []
        try:
            self._loaded.remove_left_out()
            self._stage(dense(batch), staged)
            for chunk in staged:
                chunk.publish()
        except OSError:
            for chunk in staged:
                self._take_back(chunk)
            raise
        self._take_over(staged)
        self._evict_old(batch)

    def _stage(self, batch: FrameBatch, staged: list[Chunk]) -> None:
        """Write ``batch`` into the newest chunk and into new ones as needed; lists them in ``staged``."""
        chunk = self.chunks[-1] if self.chunks else None
        if chunk and (self._renew or self._limits.spans_enough(chunk.first_ns, _first_ns(batch))):
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

    def _take_over(self, staged: list[Chunk]) -> None:
        known = self.chunks[-1:]
        new = tuple(chunk for chunk in staged if chunk not in known)
        if new:
            for chunk in (*known, *new[:-1]):
                chunk.seal()
            if not self.end_row:
                self.start_ns = new[0].start_ns
            self.chunks += new
        self.end_row = self.chunks[-1].end_row
        self._renew = False
        if len(new) > 1:  # a batch of many chunks could not push out itself
            self._make_room(0)

    def _take_back(self, chunk: Chunk) -> None:
        """Undo what was staged, and published if the batch went over several chunks."""
        if chunk in self.chunks:
            chunk.withdraw(self.end_row - chunk.first_row)
        else:
            chunk.remove()

    # -- evicting ----------------------------------------------------------------------------------------

    def _make_room(self, new_chunks: int) -> None:
        """Let the oldest chunks go until so many fit."""
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
        """Let the chunks go whose frames are all older than the limit, measured from the newest one."""
        if self._limits.most_age_ns is None:
            return
        oldest_ns = int(newest.timestamp_ns[-1]) - self._limits.most_age_ns
        while len(self.chunks) > 1 and self.chunks[1].first_ns < oldest_ns:
            self._evict_oldest()

    def _evict_oldest(self) -> bool:
        """The newest chunk stays, for it may be half written; False where there is no other."""
        if len(self.chunks) < 2:
            return False
        oldest, self.chunks = self.chunks[0], self.chunks[1:]
        oldest.remove()
        self._on_evicted(oldest.end_row)
        return True


def _first_ns(batch: FrameBatch) -> int:
    return int(batch.records["timestamp_ns"][0])


def dense(batch: FrameBatch) -> FrameBatch:
    """The same frames with a heap of just their long payloads, in their order, offsets from 0.

    Raises ValueError where a payload lies outside the batch's heap or is longer than a frame can carry.
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
        raise ValueError("a payload lies outside the heap of its batch")
    total = int(sizes.sum())
    if np.array_equal(starts, np.cumsum(sizes) - sizes):
        return FrameBatch(batch.records, batch.heap[:total])
    return batch.compact()
