"""Frames from one process to another: a ring of records and a ring of payload bytes in shared memory.

One process writes, one reads, and neither waits for the other. Each side has its own counters, which only
grow; a position is a counter modulo the capacity. Frames that do not fit are refused, so frames in the ring
are never overwritten. ``SharedMemory`` provides the memory.
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

# 20 s of 26,000 frames/s, or 100 s of 5,000 frames/s, also of 64 bytes each: a window that is blocked by a
# dialog of the desktop for that long loses no frame. The memory of 16 + 32 MiB is allocated page by page when
# it is first used.
RECORDS = 1 << 19
HEAP_BYTES = 1 << 25

# A record as one block of bytes, which numpy copies whole instead of field by field.
_BLOCK = np.dtype((np.void, FRAME_DTYPE.itemsize))

# Positions of the counters of 8 bytes each; those of the writer and of the reader are in different cache
# lines.
RECORDS_WRITTEN, HEAP_WRITTEN, REFUSED, RECORDS_READ, HEAP_READ = 0, 1, 2, 8, 9
_COUNTERS_BYTES = 128

_barrier = threading.Lock()


class Ring:
    """A view of a ring in ``memory``; each of the two processes makes one of the same memory.

    ``records`` and ``heap_bytes`` are its capacities. ``heap_bytes`` is below 4 GiB, the range of the payload
    offset of a record. Zeroed memory is an empty ring.
    """

    def __init__(self, memory: Any, records: int = RECORDS, heap_bytes: int = HEAP_BYTES) -> None:
        start = _COUNTERS_BYTES
        # Aligned items of 8 bytes are read and written at once, so that no half written ones are seen.
        self._counters = memoryview(memory)[:start].cast("Q")
        self._records = np.frombuffer(memory, _BLOCK, count=records, offset=start)
        start += records * FRAME_DTYPE.itemsize
        self._heap = np.frombuffer(memory, np.uint8, count=heap_bytes, offset=start)

    @staticmethod
    def size(records: int = RECORDS, heap_bytes: int = HEAP_BYTES) -> int:
        """The bytes of memory that a ring needs."""
        return _COUNTERS_BYTES + records * FRAME_DTYPE.itemsize + heap_bytes

    def __len__(self) -> int:
        """The number of frames in the ring."""
        return self._counters[RECORDS_WRITTEN] - self._counters[RECORDS_READ]

    @property
    def offered(self) -> int:
        """The number of frames passed to push(), including refused ones."""
        return self._counters[RECORDS_WRITTEN] + self.refused

    @property
    def refused(self) -> int:
        """The number of frames for which the ring was full."""
        return self._counters[REFUSED]

    # -- the writer --------------------------------------------------------------------------------------

    def push(self, batch: FrameBatch) -> int:
        """Add frames; returns how many of them, from the first on, fitted. The others count as refused."""
        offered = len(batch)
        batch = batch[: self._room(batch)]
        written, heap_written = self._counters[RECORDS_WRITTEN], self._counters[HEAP_WRITTEN]
        if (batch.length > INLINE_BYTES).any():
            batch = batch.compact()
            long = batch.length > INLINE_BYTES
            batch.records["payload_offset"][long] += np.uint32(heap_written % (1 << 32))
            _write(self._heap, heap_written, batch.heap)
            # Counted first: a writer that ends between the two counters leaves bytes without a record.
            self._counters[HEAP_WRITTEN] = heap_written + len(batch.heap)
        _write(self._records, written, batch.records.view(_BLOCK))
        _order_memory()
        self._counters[RECORDS_WRITTEN] = written + len(batch)
        if len(batch) < offered:
            self._counters[REFUSED] = self.refused + offered - len(batch)
        return len(batch)

    def _room(self, batch: FrameBatch) -> int:
        """How many frames fit, from the first on."""
        fitting = min(len(batch), len(self._records) - len(self))
        used = self._counters[HEAP_WRITTEN] - self._counters[HEAP_READ]
        room = len(self._heap) - used
        if fitting * MAX_PAYLOAD <= room:
            return fitting
        sizes = np.where(batch.length > INLINE_BYTES, batch.length, 0)
        return min(fitting, int(np.searchsorted(np.cumsum(sizes, dtype=np.int64), room, side="right")))

    # -- the reader --------------------------------------------------------------------------------------

    def take(self, max_frames: int) -> FrameBatch:
        """Remove up to ``max_frames`` frames, oldest first; they get memory of their own."""
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
        """The payload bytes of ``records``, whose offsets are changed to refer to them."""
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
    """Copy ``items`` into the ring from a counter on; they wrap around at its end."""
    start = counter % len(ring)
    before_end = min(len(items), len(ring) - start)
    ring[start : start + before_end] = items[:before_end]
    ring[: len(items) - before_end] = items[before_end:]


def _read(ring: npt.NDArray[Any], counter: int, count: int) -> npt.NDArray[Any]:
    """A copy of ``count`` items from a counter on."""
    start = counter % len(ring)
    before_end = min(count, len(ring) - start)
    return np.concatenate([ring[start : start + before_end], ring[: count - before_end]])


def _order_memory() -> None:
    """Prevent the processor from moving reads and writes across this call, as some (ARM) may.

    Acquiring and releasing a lock is the only memory barrier that Python offers.
    """
    with _barrier:
        pass


class SharedMemory:
    """Anonymous, zeroed memory (``buffer``) for a process and its child, which does not remain after a crash.

    It is a memfd (Linux) or an unlinked file (other POSIX systems), whose descriptor the child inherits; on
    Windows a mapping that exists while a process has it open.
    """

    def __init__(self, buffer: mmap.mmap, descriptor: int | None, text: str) -> None:
        self.buffer = buffer
        self._descriptor = descriptor
        self._text = text

    @classmethod
    def create(cls, size: int) -> SharedMemory:
        """New memory. Raises OSError if the system has too little."""
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
        """The memory described by ``to_text`` of another SharedMemory."""
        size, name = text.split(" ")
        if sys.platform == "win32":
            return cls(mmap.mmap(-1, int(size), tagname=name), None, text)
        return cls(mmap.mmap(int(name), int(size)), int(name), text)

    def inherited(self) -> list[int]:
        """The descriptors that the child must inherit."""
        return [] if self._descriptor is None else [self._descriptor]

    def to_text(self) -> str:
        """A text from which the child opens the memory."""
        return self._text

    def close(self) -> None:
        """Free the memory. No array may use it any longer."""
        self.buffer.close()
        if self._descriptor is not None:
            os.close(self._descriptor)
            self._descriptor = None


def _unnamed_file() -> int:
    if hasattr(os, "memfd_create"):
        return os.memfd_create("canmcast-capture")
    import tempfile  # takes 10 ms, which the capture process saves on most systems

    with tempfile.TemporaryFile() as file:
        return os.dup(file.fileno())
