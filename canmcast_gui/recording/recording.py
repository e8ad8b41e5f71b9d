"""A recording: all frames of a measurement or a file, on disk, numbered from 0."""

from __future__ import annotations

import errno
import shutil
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FrameBatch, SourceTable
from canmcast_gui.frames.arrays import RowNumbers
from canmcast_gui.frames.files import close_to_others, make_private_folder
from canmcast_gui.frames.filters import Filter, compile_filter
from canmcast_gui.recording.chunk import Chunk
from canmcast_gui.recording.errors import RecordingError
from canmcast_gui.recording.folder import COPY_NAME, FolderLock, make_new_folder
from canmcast_gui.recording.gaps import Gap, Gaps
from canmcast_gui.recording.line_file import SourceFile
from canmcast_gui.recording.marks import Marks
from canmcast_gui.recording.reading import blocks, read_rows, take_rows
from canmcast_gui.recording.store import ChunkStore, Limits
from canmcast_gui.wording import counted, were

# What a search looks at in one go: 1 MiB of records stay in the processor's cache for all terms of a filter.
BLOCK_FRAMES = 1 << 15


class Recording:
    """Frames at rest in a folder: append at the end, read anywhere.

    Rows are numbered from 0 and a number is never given twice. What exceeds the limits is evicted in whole
    chunks from the old end: ``first_row`` is then the oldest row that is there. One thread appends; any
    thread may read rows below ``end_row`` meanwhile, and keeps what it got.
    """

    def __init__(self, folder: Path, lock: FolderLock, sources: SourceFile, limits: Limits) -> None:
        self._folder = folder
        self._lock = lock
        self._source_file = sources
        self._store = ChunkStore(folder, limits, self._on_evicted)
        self._closed = False
        self.marks = Marks(folder, self._time_of)
        self.gaps = Gaps(folder)

    # -- making and ending -------------------------------------------------------------------------------

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

        ``sources`` is the table that the frames' source column belongs to; it may grow meanwhile. A copy
        holds frames of a file: what a crash leaves of it is nothing to recover, unless it has marks. Raises
        RecordingError.
        """
        try:
            path = make_new_folder() if folder is None else _make_folder(Path(folder))
            lock = FolderLock.take(path, create=True)
            if lock is None:
                raise RecordingError(f"{path} is in use by another recording; choose another folder")
            if is_copy:
                (path / COPY_NAME).touch(0o600)
            table = SourceTable() if sources is None else sources
            recording = cls(path, lock, SourceFile.create(path, table), limits or Limits())
        except OSError as error:
            raise RecordingError(
                f"no recording can be made in {folder or error.filename}: {error}"
            ) from error
        return recording

    @classmethod
    def open(cls, folder: str | Path, *, limits: Limits | None = None) -> Recording:
        """Open what a recording left in ``folder``, up to its last whole batch; appending goes on after it.

        Frames from the first damaged one on are left out and counted in ``damaged``. Raises RecordingError
        where the folder is no recording or another process owns it.
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
        with suppress(OSError):  # whoever opens it may go on with it
            (path / COPY_NAME).unlink()
        return recording

    def _load(self) -> None:
        self._store.load()
        self.marks.load(self.first_row, self.end_row)
        self.gaps.load(self.first_row, self.end_row)

    def _on_evicted(self, first_row: int) -> None:
        self.marks.drop_below(first_row)
        self.gaps.drop_below(first_row)

    def close(self) -> None:
        """Let go of the folder, which stays; the recording has no rows from then on. May be called again."""
        self._finish()
        self._lock.release()

    def discard(self) -> None:
        """Close, and delete what is on disk. Batches that were handed out stay valid."""
        if not self._closed and not self.is_there:  # a folder that stands in its place is another recording's
            self.close()
            return
        for chunk in self._finish():
            chunk.remove()
        # nobody must take what is being deleted for something that a crash left behind
        shutil.rmtree(self._folder, ignore_errors=True)
        self._lock.release()
        if self._folder.exists():  # Windows keeps a locked file
            shutil.rmtree(self._folder, ignore_errors=True)

    def _finish(self) -> tuple[Chunk, ...]:
        """Write what is left to write and forget the chunks; those that were there."""
        if self._closed:
            return ()
        self._closed = True
        self.gaps.save()
        return self._store.close()

    def __enter__(self) -> Recording:
        return self

    def __exit__(self, *exception: object) -> None:
        self.close()

    # -- what it is --------------------------------------------------------------------------------------

    @property
    def folder(self) -> Path:
        """Where it stands on disk."""
        return self._folder

    @property
    def is_there(self) -> bool:
        """Whether its folder still stands, which others may have removed."""
        return self._lock.stands_in(self._folder)

    @property
    def is_whole(self) -> bool:
        """Whether its folder stands, and no other program has cut its newest file or one of the others.

        Those are looked at in turn, one each time.
        """
        return self.is_there and self._store.is_whole()

    @property
    def sources(self) -> SourceTable:
        """The table that the frames' source column belongs to."""
        return self._source_file.table

    @property
    def first_row(self) -> int:
        """The number of the oldest row that is there."""
        return self._store.first_row

    @property
    def end_row(self) -> int:
        """The number that the next frame will get."""
        return self._store.end_row

    def __len__(self) -> int:
        return self._store.end_row - self._store.first_row

    @property
    def evicted(self) -> int:
        """How many frames had to go to keep the limits."""
        return 0 if self._closed else self.first_row

    @property
    def damaged(self) -> int:
        """How many frames were left out when the folder was opened, because the files are damaged."""
        return self._store.damaged

    @property
    def bytes_used(self) -> int:
        """What it takes on disk."""
        return self._store.bytes_used

    @property
    def limits(self) -> Limits:
        """The most that it keeps. Others may be set; they hold from the next batch on."""
        return self._store.limits

    @limits.setter
    def limits(self, limits: Limits) -> None:
        self._store.limits = limits

    @property
    def start_ns(self) -> int:
        """The time of the first frame ever appended; 0 before that."""
        return self._store.start_ns

    # -- appending ---------------------------------------------------------------------------------------

    def append(self, batch: FrameBatch) -> None:
        """Put frames behind the last one: all of them, or none where this raises.

        Raises RecordingError where the disk is full or fails; what was there stays, and appending can be
        tried again. Raises ValueError for payloads that do not lie in the batch's heap.
        """
        if self._closed:
            raise RecordingError(f"the recording in {self._folder} is closed")
        if not len(batch):
            return
        try:
            self._source_file.update()
            self._store.append(batch)
        except OSError as error:
            raise RecordingError(self._write_problem(error, len(batch))) from error
        self.gaps.save()

    def add_gap(self, count: int, reason: str, timestamp_ns: int | None = None) -> None:
        """Note that ``count`` frames are missing behind the last row, for a ``reason`` in a few words.

        A count of 0 says that some may be. ``timestamp_ns`` is when that was noticed; None: the time of the
        last frame. Never raises.
        """
        if count >= 0 and not self._closed:
            if timestamp_ns is None:
                timestamp_ns = self._time_of(self.end_row - 1) if len(self) else 0
            self.gaps.add(Gap(self.end_row, timestamp_ns, count, reason))

    def _write_problem(self, error: OSError, frames: int) -> str:
        if error.errno in (errno.ENOSPC, errno.EDQUOT):
            return (
                f"the disk is full: {counted(frames, 'frame')} {were(frames)} not recorded. "
                "What was recorded before is safe; free some space and recording goes on. "
                f"The recording is in {self._folder}"
            )
        return (
            f"{counted(frames, 'frame')} could not be recorded in {self._folder}: {error.strerror or error}"
        )

    def _time_of(self, row: int) -> int:
        return int(self.take([row]).timestamp_ns[0])

    # -- reading -----------------------------------------------------------------------------------------

    def rows(self, start: int | None = None, stop: int | None = None) -> FrameBatch:
        """The frames of rows ``start`` to ``stop``: a view of the file within one chunk, else a copy.

        None is the oldest and the newest row; ``stop`` may lie beyond the end. Raises RowsGoneError where
        ``start`` lies before the oldest row.
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

        For searching, saving and decoding. ``backwards`` gives the last block first. What is evicted
        meanwhile is left out.
        """
        end, chunks = self._store.end_row, self._store.chunks
        first = chunks[0].first_row if chunks else end
        start = first if start is None else max(start, first)
        stop = end if stop is None else min(stop, end)
        return blocks(chunks, start, stop, frames, backwards)

    def find(self, text: str | Filter, start: int | None = None, stop: int | None = None) -> RowNumbers:
        """The numbers of the rows that a filter lets through, int64, rising; raises FilterError.

        ``time`` counts from the first frame. Names and signals need a filter compiled with their lookups.
        """
        condition = self.filter(text) if isinstance(text, str) else text
        found = [np.flatnonzero(condition.mask(block)) + row for row, block in self.blocks(start, stop)]
        return np.concatenate(found).astype(np.int64, copy=False) if found else np.zeros(0, dtype=np.int64)

    def filter(self, text: str) -> Filter:
        """A filter for this recording's sources and start; raises FilterError."""
        return compile_filter(text, sources=self.sources, start_ns=lambda: self._store.start_ns)


def _make_folder(path: Path) -> Path:
    if not path.exists():
        make_private_folder(path)
    if any(path.iterdir()):
        raise RecordingError(f"{path} is not empty; a recording needs a folder of its own")
    return path
