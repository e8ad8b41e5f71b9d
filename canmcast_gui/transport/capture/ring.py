"""Frames from one process to another: a ring of records and a ring of payload bytes in shared memory.

One process writes, one reads, and neither waits for the other. Each side has counters of its own, which
only grow; a position is a counter modulo the capacity. What does not fit is refused, newest first, so
nothing that is in the ring is ever overwritten. ``SharedMemory`` provides the memory.
"""

from __future__ import annotations

import mmap
import os
import sys
import threading
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, MAX_PAYLOAD, FrameBatch

# Twenty seconds of 26,000 frames/s, or a hundred of 5,000, even when every frame carries 64 bytes: a window
# that hangs in a dialog of the desktop for that long loses nothing. Memory is 16 + 32 MiB, taken from the
# system page by page as it is first used.
RECORDS = 1 << 19
HEAP_BYTES = 1 << 25

# A record as one block of bytes: copied whole instead of field by field.
_BLOCK = np.dtype((np.void, FRAME_DTYPE.itemsize))

# Places of the counters, each 8 bytes; the writer's and the reader's lie in cache lines of their own.
RECORDS_WRITTEN, HEAP_WRITTEN, REFUSED, RECORDS_READ, HEAP_READ = 0, 1, 2, 8, 9
_COUNTERS_BYTES = 128

_barrier = threading.Lock()


class Ring:
    """A view of a ring in ``memory``; made once in each of the two processes over the same bytes.

    ``records`` and ``heap_bytes`` are its capacities, the latter below 4 GiB, which is as far as a record's
    payload offset reaches. Memory of zeros is an empty ring.
    """

    def __init__(self, memory: Any, records: int = RECORDS, heap_bytes: int = HEAP_BYTES) -> None:
        start = _COUNTERS_BYTES
        # Items of 8 aligned bytes are read and written as one, hence never seen half written.
        self._counters = memoryview(memory)[:start].cast("Q")
        self._records = np.frombuffer(memory, _BLOCK, count=records, offset=start)
        start += records * FRAME_DTYPE.itemsize
        self._heap = np.frombuffer(memory, np.uint8, count=heap_bytes, offset=start)

    @staticmethod
    def size(records: int = RECORDS, heap_bytes: int = HEAP_BYTES) -> int:
        """The bytes of memory that a ring needs."""
        return _COUNTERS_BYTES + records * FRAME_DTYPE.itemsize + heap_bytes

    def __len__(self) -> int:
        """Frames that are in the ring."""
        return self._counters[RECORDS_WRITTEN] - self._counters[RECORDS_READ]

    @property
    def offered(self) -> int:
        """All frames that were ever to be put in, fitting or not."""
        return self._counters[RECORDS_WRITTEN] + self.refused

    @property
    def refused(self) -> int:
        """Frames that found the ring full."""
        return self._counters[REFUSED]

    # -- the writer --------------------------------------------------------------------------------------

    def push(self, batch: FrameBatch) -> int:
        """Put frames in; returns how many of the first of them fitted. The others count as refused."""
        offered = len(batch)
        batch = batch[: self._room(batch)]
        written, heap_written = self._counters[RECORDS_WRITTEN], self._counters[HEAP_WRITTEN]
        if (batch.length > INLINE_BYTES).any():
            batch = batch.compact()
            long = batch.length > INLINE_BYTES
            batch.records["payload_offset"][long] += np.uint32(heap_written % (1 << 32))
            _write(self._heap, heap_written, batch.heap)
            # Counted first: a writer that dies between the two counters leaves bytes without a record.
            self._counters[HEAP_WRITTEN] = heap_written + len(batch.heap)
        _write(self._records, written, batch.records.view(_BLOCK))
        _order_memory()
        self._counters[RECORDS_WRITTEN] = written + len(batch)
        if len(batch) < offered:
            self._counters[REFUSED] = self.refused + offered - len(batch)
        return len(batch)

    def _room(self, batch: FrameBatch) -> int:
        """How many of the first frames fit."""
        fitting = min(len(batch), len(self._records) - len(self))
        used = self._counters[HEAP_WRITTEN] - self._counters[HEAP_READ]
        room = len(self._heap) - used
        if fitting * MAX_PAYLOAD <= room:
            return fitting
        sizes = np.where(batch.length > INLINE_BYTES, batch.length, 0)
        return min(fitting, int(np.searchsorted(np.cumsum(sizes, dtype=np.int64), room, side="right")))

    # -- the reader --------------------------------------------------------------------------------------

    def take(self, max_frames: int) -> FrameBatch:
        """Take up to ``max_frames`` frames out, oldest first, into memory of their own."""
        count = min(len(self), max_frames)
        if count <= 0:
            return FrameBatch.empty()
        _order_memory()
        read = self._counters[RECORDS_READ]
        records = _read(self._records, read, count).view(FRAME_DTYPE)
        batch = FrameBatch(records, self._take_heap(records))
        _order_memory()
        self._counters[RECORDS_READ] = read + count
        return batch

    def _take_heap(self, records: npt.NDArray[np.void]) -> npt.NDArray[np.uint8]:
        """The payload bytes of ``records``, whose offsets are made to point into them."""
        long = records["length"] > INLINE_BYTES
        if not long.any():
            return np.zeros(0, dtype=np.uint8)
        heap_read = self._counters[HEAP_READ]
        offsets = records["payload_offset"][long]
        start = heap_read + (int(offsets[0]) - heap_read) % (1 << 32)
        offsets -= offsets[0]
        records["payload_offset"][long] = offsets
        size = int(offsets[-1]) + int(records["length"][long][-1])
        heap = _read(self._heap, start, size)
        _order_memory()
        self._counters[HEAP_READ] = start + size
        return heap


def _write(ring: npt.NDArray[Any], counter: int, items: npt.NDArray[Any]) -> None:
    """Copy ``items`` into the ring from that counter on, around its end where they reach it."""
    start = counter % len(ring)
    before_end = min(len(items), len(ring) - start)
    ring[start : start + before_end] = items[:before_end]
    ring[: len(items) - before_end] = items[before_end:]


def _read(ring: npt.NDArray[Any], counter: int, count: int) -> npt.NDArray[Any]:
    """A copy of ``count`` items from that counter on."""
    start = counter % len(ring)
    before_end = min(count, len(ring) - start)
    return np.concatenate([ring[start : start + before_end], ring[: count - before_end]])


def _order_memory() -> None:
    """Keep the processor from moving reads and writes across this line, as some (ARM) may.

    Taking and giving back a lock is the one memory barrier that Python offers.
    """
    with _barrier:
        pass


class SharedMemory:
    """Zeroed bytes (``buffer``) without a name, so none can remain after a crash.

    They are in a memfd (Linux) or an unlinked file (other POSIX systems), whose descriptor the child
    inherits; on Windows in a mapping that lasts while a process has it open.
    """

    def __init__(self, buffer: mmap.mmap, descriptor: int | None, text: str) -> None:
        self.buffer = buffer
        self._descriptor = descriptor
        self._text = text

    @classmethod
    def create(cls, size: int) -> SharedMemory:
        """New memory. Raises OSError where the system has no room for it."""
        if sys.platform == "win32":
            return cls.open(f"{size} canmcast-{os.urandom(16).hex()}")
        descriptor = _unnamed_file()
        try:
            os.ftruncate(descriptor, size)
            return cls.open(f"{size} {descriptor}")
        except BaseException:
            os.close(descriptor)
            raise

    @classmethod
    def open(cls, text: str) -> SharedMemory:
        """The memory that another SharedMemory's ``to_text`` describes."""
        size, name = text.split(" ")
        if sys.platform == "win32":
            return cls(mmap.mmap(-1, int(size), tagname=name), None, text)
        return cls(mmap.mmap(int(name), int(size)), int(name), text)

    def inherited(self) -> list[int]:
        """The descriptors that the child must inherit."""
        return [] if self._descriptor is None else [self._descriptor]

    def to_text(self) -> str:
        """What the child needs for open()."""
        return self._text

    def close(self) -> None:
        """Let go of the memory; every array over it must be gone."""
        self.buffer.close()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _unnamed_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("canmcast-capture")
    import tempfile  # 10 ms that the capture process of most systems need not wait for

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
