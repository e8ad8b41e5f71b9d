"""One chunk of a recording: a file of records and, for payloads longer than 8 bytes, a file of those.

The records file starts with a header of one page: a fixed part, and the numbers of published frames and heap
bytes, which are written after the data that they count. A process that is killed leaves whole batches.

Data is written with ``write`` and read through a memory map of the same file. A write to a full disk fails
with an error; a store into a map would end the process instead (SIGBUS).
"""

from __future__ import annotations

import contextlib
import io
import os
import struct
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from canmcast_gui.frames import FRAME_DTYPE, INLINE_BYTES, MAX_PAYLOAD, FrameBatch
from canmcast_gui.frames.files import private_opener
from canmcast_gui.recording.chunks.maps import MapCache
from canmcast_gui.recording.errors import CutShortError, RecordingError

MAGIC = b"CANMREC1"
HEADER_BYTES = 4096  # one page, so that records start on a page of their own
RECORD_BYTES = FRAME_DTYPE.itemsize
RECORDS_SUFFIX = ".records"
HEAP_SUFFIX = ".heap"

_FIXED = struct.Struct("<8sIIqq")  # magic, capacity, reserved, first row, start of the recording in ns
_COUNTS = struct.Struct("<qq")  # frames, heap bytes
_COUNTS_OFFSET = 64  # within one sector together with the fixed part


@dataclass(frozen=True, slots=True)
class ChunkHeader:
    """The content of the first page of a records file."""

    capacity: int
    first_row: int
    start_ns: int
    count: int
    heap_used: int

    @classmethod
    def read(cls, path: Path) -> ChunkHeader:
        """Read the header of a records file; raises OSError, or RecordingError where it is not one."""
        with path.open("rb") as file:
            page = file.read(_COUNTS_OFFSET + _COUNTS.size)
        if len(page) < _COUNTS_OFFSET + _COUNTS.size or page[: len(MAGIC)] != MAGIC:
            raise RecordingError(f"{path} is not a chunk of a recording: it does not start with {MAGIC!r}")
        _, capacity, _, first_row, start_ns = _FIXED.unpack_from(page)
        count, heap_used = _COUNTS.unpack_from(page, _COUNTS_OFFSET)
        return cls(capacity, first_row, start_ns, count, heap_used)


class Chunk:
    """Up to ``capacity`` frames on disk, rows ``first_row`` to ``end_row`` of their recording.

    One thread writes: ``stage`` writes frames after the published ones, ``publish`` makes them readable,
    ``withdraw`` discards them. Any thread reads published frames; a batch that it has got stays valid even
    after the chunk is removed. Files never shrink below published frames, and frames never move.
    """

    def __init__(self, path: Path, header: ChunkHeader, maps: MapCache) -> None:
        self.path = path
        self.first_row = header.first_row
        self.capacity = header.capacity
        self.start_ns = header.start_ns
        self.count = header.count
        self.heap_used = header.heap_used
        self._staged = header.count
        self._staged_heap = header.heap_used
        self._before = (header.count, header.heap_used)
        self._maps = maps
        self._records_file: io.FileIO | None = None
        self._heap_file: io.FileIO | None = None

    @classmethod
    def create(cls, path: Path, capacity: int, first_row: int, start_ns: int, maps: MapCache) -> Chunk:
        """Create the files of a new chunk, open for writing; raises OSError and then leaves no files."""
        chunk = cls(path, ChunkHeader(capacity, first_row, start_ns, 0, 0), maps)
        try:
            chunk._records_file = io.FileIO(path, "x+", opener=private_opener)
            chunk._records_file.truncate(HEADER_BYTES + capacity * RECORD_BYTES)
            _write_at(chunk._records_file, 0, _FIXED.pack(MAGIC, capacity, 0, first_row, start_ns))
            chunk._write_counts()
        except OSError:
            chunk.remove()
            raise
        return chunk

    # -- reading -----------------------------------------------------------------------------------------

    @property
    def end_row(self) -> int:
        """The row after the last published one."""
        return self.first_row + self.count

    @property
    def first_ns(self) -> int:
        """The time of the first frame; the start of the recording where the chunk is empty."""
        if not self.count:
            return self.start_ns
        return int(self.frames(self.first_row, self.first_row + 1).timestamp_ns[0])

    @property
    def free_rows(self) -> int:
        """The number of frames that still fit."""
        return self.capacity - self._staged

    @property
    def bytes_used(self) -> int:
        """The size on disk, apart from the file system's rounding."""
        return HEADER_BYTES + self.count * RECORD_BYTES + self.heap_used

    @property
    def heap_path(self) -> Path:
        """The file of long payloads; it exists only where there are any."""
        return self.path.with_suffix(HEAP_SUFFIX)

    def frames(self, start: int, stop: int) -> FrameBatch:
        """Published rows ``start`` to ``stop`` (numbers of the recording) without a copy.

        Raises FileNotFoundError where the chunk has been removed, CutShortError where its files were
        shortened.
        """
        least = HEADER_BYTES + (stop - self.first_row) * RECORD_BYTES
        records = self._maps.array(self.path, FRAME_DTYPE, HEADER_BYTES, least)
        part = records[start - self.first_row : stop - self.first_row]
        heap_used = self.heap_used
        if not heap_used:
            return FrameBatch(part)
        heap = self._maps.array(self.heap_path, np.dtype(np.uint8), 0, heap_used)
        return FrameBatch(part, heap[:heap_used])

    @property
    def is_intact(self) -> bool:
        """Whether the files exist and are as long as their content."""
        try:
            is_complete = self.path.stat().st_size >= HEADER_BYTES + self.count * RECORD_BYTES
            return is_complete and (not self.heap_used or self.heap_path.stat().st_size >= self.heap_used)
        except OSError:
            return False

    # -- writing -----------------------------------------------------------------------------------------

    def stage(self, batch: FrameBatch) -> None:
        """Write frames after the published ones, without publishing them; raises OSError.

        Raises CutShortError where another program has shortened a file: writing beyond its end would hide
        that.

        The batch must fit and be dense: its heap has exactly its long payloads, in order.
        """
        records = batch.records
        if len(batch.heap):
            records = records.copy()
            long = records["length"] > INLINE_BYTES
            records["payload_offset"][long] += np.uint32(self._staged_heap)
            _check_length(self._open_heap(), self.heap_path, self._staged_heap)
            _write_at(self._open_heap(), self._staged_heap, np.ascontiguousarray(batch.heap).data)
        offset = HEADER_BYTES + self._staged * RECORD_BYTES
        _check_length(self._open_records(), self.path, offset)
        _write_at(self._open_records(), offset, np.ascontiguousarray(records).view(np.uint8).data)
        self._staged += len(batch)
        self._staged_heap += len(batch.heap)

    def publish(self) -> None:
        """Publish the staged frames; raises OSError."""
        self._before = (self.count, self.heap_used)
        self.count, self.heap_used = self._staged, self._staged_heap
        self._write_counts()

    def withdraw(self, count: int) -> None:
        """Discard staged frames, and those published last where the count exceeds ``count``."""
        if self.count != count:
            self.count, self.heap_used = self._before
            with contextlib.suppress(OSError):  # the next publish() writes them
                self._write_counts()
        self._staged, self._staged_heap = self.count, self.heap_used

    def seal(self) -> None:
        """Close the files for writing and truncate them to their content; may be called again."""
        for file, size in (
            (self._records_file, HEADER_BYTES + self.count * RECORD_BYTES),
            (self._heap_file, self.heap_used),
        ):
            if file is not None:
                # Windows does not truncate a mapped file; it then keeps the size of a full chunk. A file that
                # another program has shortened must not grow: the missing part would read as zeros.
                with contextlib.suppress(OSError):
                    if os.fstat(file.fileno()).st_size > size:
                        file.truncate(size)
                file.close()
        self._records_file = self._heap_file = None

    def remove(self) -> None:
        """Delete the files, as far as the system allows (Windows). Batches of their frames stay valid."""
        for file in (self._records_file, self._heap_file):
            if file is not None:
                file.close()
        self._records_file = self._heap_file = None
        # Records first: a kill between the two must not leave a chunk without its payloads.
        for path in (self.path, self.heap_path):
            self._maps.forget(path)
            with contextlib.suppress(OSError):
                path.unlink(missing_ok=True)

    def _open_records(self) -> io.FileIO:
        if self._records_file is None:
            self._records_file = io.FileIO(self.path, "r+")
            self._records_file.truncate(HEADER_BYTES + self.capacity * RECORD_BYTES)
            self._maps.forget(self.path)  # its map is of a shorter file
        return self._records_file

    def _open_heap(self) -> io.FileIO:
        if self._heap_file is None:
            mode = "r+" if self.heap_path.exists() else "x+"
            self._heap_file = io.FileIO(self.heap_path, mode, opener=private_opener)
            self._heap_file.truncate(self.capacity * MAX_PAYLOAD)
            self._maps.forget(self.heap_path)
        return self._heap_file

    def _write_counts(self) -> None:
        _write_at(self._open_records(), _COUNTS_OFFSET, _COUNTS.pack(self.count, self.heap_used))


def _check_length(file: io.FileIO, path: Path, least_bytes: int) -> None:
    if os.fstat(file.fileno()).st_size < least_bytes:
        raise CutShortError(path)


def _write_at(file: io.FileIO, offset: int, data: bytes | memoryview) -> None:
    """Write all of ``data``: on a full disk the first write is short, and the second one fails."""
    file.seek(offset)
    rest = memoryview(data)
    while len(rest):
        rest = rest[file.write(rest) :]
