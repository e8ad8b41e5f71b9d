"""A recording: all frames of a measurement or a file, on disk, numbered from 0."""

from __future__ import annotations

import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch, SourceTable
from canmcast_gui.frames.arrays import RowNumbers
from canmcast_gui.frames.files import close_to_others
from canmcast_gui.frames.filters import Filter, compile_filter
from canmcast_gui.recording.channel_names import ChannelNames
from canmcast_gui.recording.chunks.chunk import Chunk
from canmcast_gui.recording.chunks.store import ChunkStore, Limits
from canmcast_gui.recording.errors import RecordingError, not_recorded
from canmcast_gui.recording.folder import COPY_NAME, FolderLock, make_folder, make_new_folder
from canmcast_gui.recording.gaps import Gap, Gaps
from canmcast_gui.recording.line_file import SourceFile
from canmcast_gui.recording.marks import Marks
from canmcast_gui.recording.reading import blocks, read_rows, take_rows

# The frames that a search reads at once: 1 MiB of records, which stay in the processor's cache for all terms
# of a filter.
BLOCK_FRAMES = 1 << 15


class Recording:
    """Frames in a folder on disk: append at the end, read anywhere.

    Rows are numbered from 0, and no number is used twice. Frames beyond the limits are evicted in whole
    chunks, the oldest first: ``first_row`` is then the oldest remaining row. One thread appends; any thread
    may read rows below ``end_row`` at the same time, and its batches stay valid. ``channels`` has the
    names of channels by number.
    """

    def __init__(self, folder: Path, lock: FolderLock, sources: SourceFile, limits: Limits) -> None:
        self._folder = folder
        self._lock = lock
        self._source_file = sources
        self._store = ChunkStore(folder, limits, self._on_evicted)
        self._closed = False
        self.marks = Marks(folder, self._time_of)
        self.gaps = Gaps(folder)
        self.channels = ChannelNames(folder)

    # -- creating and closing ----------------------------------------------------------------------------

    @classmethod
    def create(
        cls,
        folder: str | Path | None = None,
        sources: SourceTable | None = None,
        *,
        limits: Limits | None = None,
        is_copy: bool = False,
    ) -> Recording:
        """Start an empty recording in ``folder``, new or empty; None: a new one in the user's data folder.

        ``sources`` is the table of the numbers in the frames' source column; it may grow while frames are
        appended. ``is_copy`` says that a log file has the frames too: after a crash the recording is
        recovered only if it has marks. Raises RecordingError.
        """
        try:
            path = make_new_folder() if folder is None else make_folder(Path(folder))
            lock = FolderLock.take(path, create=True)
            if lock is None:
                raise RecordingError(f"{path} is in use by another recording; choose another folder")
            if is_copy:
                (path / COPY_NAME).touch(0o600)
            table = SourceTable() if sources is None else sources
            recording = cls(path, lock, SourceFile.create(path, table), limits or Limits())
        except OSError as error:
            raise RecordingError(
                f"a recording cannot be created in {folder or error.filename}: {error}"
            ) from error
        return recording

    @classmethod
    def open(cls, folder: str | Path, *, limits: Limits | None = None) -> Recording:
        """Open the recording in ``folder``, up to its last complete batch. Further frames are appended.

        Frames from the first damaged one on are left out and counted in ``damaged``. Raises RecordingError
        where the folder is not a recording or another process owns it.
        """
        path = Path(folder)
        try:
            lock = FolderLock.take(path)
        except (FileNotFoundError, NotADirectoryError) as error:
            raise RecordingError(f"{path} does not hold a recording") from error
        except OSError as error:
            raise RecordingError(f"the recording in {path} cannot be opened: {error.strerror}") from error
        if lock is None:
            raise RecordingError(f"the recording in {path} is in use; close the program that records it")
        close_to_others(path)
        recording = cls(path, lock, SourceFile.open(path), limits or Limits())
        recording._load()
        with suppress(OSError):  # frames that are appended from now on are in no log file
            (path / COPY_NAME).unlink()
        return recording

    def _load(self) -> None:
        self._store.load()
        self.marks.load(self.first_row, self.end_row)
        self.gaps.load(self.first_row, self.end_row)
        self.channels.load()

    def _on_evicted(self, first_row: int) -> None:
        self.marks.drop_below(first_row)
        self.gaps.drop_below(first_row)

    def close(self) -> None:
        """Complete the files and release the folder; the recording then has no rows. May be called again."""
        self._finish()
        self._lock.release()

    def discard(self) -> None:
        """Close, and delete the files. Batches that were read stay valid."""
        if not self._closed and not self.exists:  # a folder of this name belongs to another recording
            self.close()
            return
        for chunk in self._finish():
            chunk.remove()
        # Keep the lock until then: a folder without an owner would be offered for recovery.
        shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.release()
        if self._folder.exists():  # Windows does not delete a locked file
            shutil.rmtree(self._folder, ignore_errors=True)

    def _finish(self) -> tuple[Chunk, ...]:
        """Write unsaved gaps and close the store; returns the chunks that it had."""
        if self._closed:
            return ()
        self._closed = True
        self.gaps.save()
        return self._store.close()

    def __enter__(self) -> Recording:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # -- properties --------------------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """The folder on disk."""
        return self._folder

    @property
    def exists(self) -> bool:
        """Whether the folder still exists: another program may have removed it."""
        return self._lock.is_in(self._folder)

    @property
    def is_intact(self) -> bool:
        """Whether the folder exists, and no other program has shortened its newest file or one of the others.

        The others are checked in turn, one per call.
        """
        return self.exists and self._store.is_intact()

    @property
    def sources(self) -> SourceTable:
        """The table of the numbers in the frames' source column."""
        return self._source_file.table

    @property
    def first_row(self) -> int:
        """The number of the oldest row."""
        return self._store.first_row

    @property
    def end_row(self) -> int:
        """The number that the next frame gets."""
        return self._store.end_row

    def __len__(self) -> int:
        return self._store.end_row - self._store.first_row

    @property
    def evicted(self) -> int:
        """The number of frames that were evicted to keep the limits."""
        return 0 if self._closed else self.first_row

    @property
    def damaged(self) -> int:
        """The number of frames that were left out when damaged files were opened."""
        return self._store.damaged

    @property
    def bytes_used(self) -> int:
        """The size on disk."""
        return self._store.bytes_used

    @property
    def limits(self) -> Limits:
        """The most that the recording keeps. New limits apply from the next batch on."""
        return self._store.limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        self._store.limits = limits

    @property
    def start_ns(self) -> int:
        """The time of the first frame that was appended, 0 without any."""
        return self._store.start_ns

    # -- appending ---------------------------------------------------------------------------------------

    def append(self, batch: FrameBatch) -> None:
        """Append frames: all of them, or none where this raises.

        Raises RecordingError where the disk is full or fails; earlier frames are safe, and the call may be
        repeated. Raises ValueError for payloads that are not in the batch's heap.
        """
        if self._closed:
            raise RecordingError(f"the recording in {self._folder} is closed")
        if not len(batch):
            return
        try:
            self._source_file.update()
            self._store.append(batch)
        except OSError as error:
            raise not_recorded(len(batch), self._folder, error) from error
        self.gaps.save()

    def add_gap(self, count: int, reason: str, timestamp_ns: int | None = None) -> None:
        """Report that ``count`` frames are missing after the last row, for a ``reason`` in a few words.

        A count of 0 means an unknown number. ``timestamp_ns`` is the time of detection; None: the time of the
        last frame. Never raises.
        """
        if count >= 0 and not self._closed:
            if timestamp_ns is None:
                timestamp_ns = self._time_of(self.end_row - 1) if len(self) else 0
            self.gaps.add(Gap(self.end_row, timestamp_ns, count, reason))

    def _time_of(self, row: int) -> int:
        return int(self.take([row]).timestamp_ns[0])

    # -- reading -----------------------------------------------------------------------------------------

    def rows(self, start: int | None = None, stop: int | None = None) -> FrameBatch:
        """The frames of rows ``start`` to ``stop``: a view of the file within one chunk, else a copy.

        None: from the oldest row, to the newest. ``stop`` may exceed the end. Raises RowsGoneError where
        ``start`` is less than the oldest row.
        """
        end, chunks = self._store.end_row, self._store.chunks
        first = chunks[0].first_row if chunks else end
        return read_rows(chunks, first if start is None else start, end if stop is None else min(stop, end))

    def take(self, rows: npt.ArrayLike) -> FrameBatch:
        """The frames of any row numbers, int64 (n,), in that order; raises RowsGoneError (an IndexError)."""
        end, chunks = self._store.end_row, self._store.chunks
        return take_rows(chunks, end, np.asarray(rows, dtype=np.int64))

    def blocks(
        self,
        start: int | None = None,
        stop: int | None = None,
        frames: int = BLOCK_FRAMES,
        backwards: bool = False,
    ) -> Iterator[tuple[int, FrameBatch]]:
        """The rows of a range in blocks of up to ``frames``, each with its first row's number; no copies.

        For searching, saving and decoding. ``backwards`` gives the last block first. Rows that are evicted
        during the iteration are skipped.
        """
        end, chunks = self._store.end_row, self._store.chunks
        first = chunks[0].first_row if chunks else end
        start = first if start is None else max(start, first)
        stop = end if stop is None else min(stop, end)
        return blocks(chunks, start, stop, frames, backwards)

    def find(self, text: str | Filter, start: int | None = None, stop: int | None = None) -> RowNumbers:
        """The numbers of the rows that pass a filter, int64, ascending; raises FilterError.

        ``time`` is relative to the first frame. Names and signals need a filter compiled with their lookups.
        """
        condition = self.filter(text) if isinstance(text, str) else text
        found = [np.flatnonzero(condition.mask(block)) + row for row, block in self.blocks(start, stop)]
        return np.concatenate(found).astype(np.int64, copy=False) if found else np.zeros(0, dtype=np.int64)

    def filter(self, text: str) -> Filter:
        """A filter for this recording's sources and start; raises FilterError."""
        return compile_filter(
            text, sources=self.sources, start_ns=lambda: self._store.start_ns, channels=self.channels
        )
