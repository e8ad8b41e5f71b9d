"""Reads rows across several chunks, and the recording of another process."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from pathlib import Path

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FRAME_DTYPE, FrameBatch
from canmcast_gui.frames.arrays import RowNumbers
from canmcast_gui.recording.chunks.chunk import RECORDS_SUFFIX, Chunk, ChunkHeader
from canmcast_gui.recording.chunks.maps import MapCache
from canmcast_gui.recording.errors import CutShortError, RecordingError, RowsGoneError

# -- rows across chunks ----------------------------------------------------------------------------------


def whole(chunk: Chunk) -> FrameBatch:
    """All frames of a chunk without a copy; raises RowsGoneError where it was evicted."""
    try:
        return chunk.frames(chunk.first_row, chunk.end_row)
    except FileNotFoundError as error:
        raise RowsGoneError(f"rows {chunk.first_row} to {chunk.end_row - 1} were evicted") from error
    except CutShortError as error:
        raise RowsGoneError(f"rows {chunk.first_row} to {chunk.end_row - 1} are gone: {error}") from error


def parts(
    chunks: tuple[Chunk, ...], start: int, stop: int, skip_evicted: bool = False, backwards: bool = False
) -> Iterator[tuple[int, FrameBatch]]:
    """The part of each chunk in a range of rows, with its first row."""
    first = max(bisect_right(chunks, start, key=lambda chunk: chunk.first_row) - 1, 0)
    end = bisect_left(chunks, stop, key=lambda chunk: chunk.first_row)
    for chunk in reversed(chunks[first:end]) if backwards else chunks[first:end]:
        low, high = max(start, chunk.first_row), min(stop, chunk.end_row)
        if low >= high:
            continue
        try:
            part = whole(chunk)[low - chunk.first_row : high - chunk.first_row]
        except RowsGoneError:
            if not skip_evicted:
                raise
            continue
        yield low, part


def blocks(
    chunks: tuple[Chunk, ...], start: int, stop: int, frames: int, backwards: bool
) -> Iterator[tuple[int, FrameBatch]]:
    """The rows of a range in blocks of up to ``frames``; evicted rows are skipped."""
    for row, part in parts(chunks, start, stop, skip_evicted=True, backwards=backwards):
        offsets = range(0, len(part), frames)
        for offset in reversed(offsets) if backwards else offsets:
            yield row + offset, part[offset : offset + frames]


def read_rows(chunks: tuple[Chunk, ...], start: int, stop: int) -> FrameBatch:
    """A range of rows: a view of the file within one chunk, else a copy. Raises RowsGoneError."""
    if start >= stop:
        return FrameBatch.empty()
    first = chunks[0].first_row if chunks else stop
    if start < first:
        raise RowsGoneError(f"row {start} is not in the recording, which begins with row {first}")
    found = [part for _, part in parts(chunks, start, stop)]
    return found[0] if len(found) == 1 else _join(found)


def take_rows(chunks: tuple[Chunk, ...], end: int, numbers: RowNumbers) -> FrameBatch:
    """Any rows below ``end``, in the order of ``numbers``. Raises RowsGoneError."""
    if not len(numbers):
        return FrameBatch.empty()
    first = chunks[0].first_row if chunks else end
    if int(numbers.min()) < first or int(numbers.max()) >= end:
        raise RowsGoneError(f"only rows {first} to {end - 1} are in the recording")
    which = np.searchsorted([chunk.first_row for chunk in chunks], numbers, side="right") - 1
    used = np.unique(which).tolist()
    if len(used) == 1:
        return whole(chunks[used[0]])[numbers - chunks[used[0]].first_row]
    return _pick([chunks[n] for n in used], [np.flatnonzero(which == n) for n in used], numbers)


def _join(found: list[FrameBatch]) -> FrameBatch:
    """One batch of several, with a heap of only their payloads: the heap of a chunk may be much larger."""
    return FrameBatch.concatenate([part.compact() if len(part.heap) else part for part in found])


def _pick(chunks: list[Chunk], targets: list[npt.NDArray[np.intp]], numbers: RowNumbers) -> FrameBatch:
    """One batch of rows from several chunks: those of ``chunks[i]`` go to the indices ``targets[i]``."""
    picked = [
        whole(chunk)[numbers[target] - chunk.first_row].compact()
        for chunk, target in zip(chunks, targets, strict=True)
    ]
    joined = FrameBatch.concatenate(picked)
    records = np.empty(len(numbers), dtype=FRAME_DTYPE)
    records[np.concatenate(targets)] = joined.records
    return FrameBatch(records, joined.heap)


# -- the recording of another process --------------------------------------------------------------------

# The name by which another process imports open_rows().
ROWS_FACTORY = "canmcast_gui.recording.reading:open_rows"


def open_rows(settings: Mapping[str, str]) -> RecordingRows:
    """The rows of the recording in ``settings["folder"]``, for a process that does not own it."""
    return RecordingRows(Path(settings["folder"]))


class RecordingRows:
    """The rows of a recording that its owner has published. Takes no lock and writes nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._maps = MapCache()
        self._chunks: list[Chunk] = []

    def rows(self, start: int, stop: int) -> FrameBatch:
        """The frames of rows ``start`` to ``stop``, or the first of them where the others do not exist yet.

        Raises RecordingError where row ``start`` does not exist yet, or was evicted.
        """
        parts = []
        while start < stop:
            chunk = self._chunk_of(start)
            end = min(stop, chunk.end_row)
            try:
                parts.append(chunk.frames(start, end))
            except OSError as error:
                raise RecordingError(
                    f"row {start} was evicted from the recording in {self._folder}"
                ) from error
            start = end
        return _join(parts)

    def _chunk_of(self, row: int) -> Chunk:
        index = bisect_right(self._chunks, row, key=lambda chunk: chunk.first_row) - 1
        if index < 0 or self._chunks[index].end_row <= row:
            self._read_headers()
            index = bisect_right(self._chunks, row, key=lambda chunk: chunk.first_row) - 1
        if index < 0 or self._chunks[index].end_row <= row:
            raise RecordingError(f"row {row} is not in the recording in {self._folder}")
        return self._chunks[index]

    def _read_headers(self) -> None:
        """Find the chunks that exist now, and the rows that were published since the last call."""
        chunks = []
        for path in sorted(self._folder.glob("*" + RECORDS_SUFFIX)):
            try:
                chunks.append(Chunk(path, ChunkHeader.read(path), self._maps))
            except FileNotFoundError:  # evicted since
                continue
        self._chunks = chunks
