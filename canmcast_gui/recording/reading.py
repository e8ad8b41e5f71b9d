"""Read chunks: those that a folder has, rows across several, and the recording of another process."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import DLC_TO_LENGTH, FRAME_DTYPE, INLINE_BYTES, MAX_PAYLOAD, FrameBatch
from canmcast_gui.frames.arrays import RowNumbers
from canmcast_gui.recording.chunk import (
    HEADER_BYTES,
    HEAP_SUFFIX,
    RECORD_BYTES,
    RECORDS_SUFFIX,
    Chunk,
    ChunkHeader,
    MapCache,
)
from canmcast_gui.recording.errors import CutShortError, RecordingError, RowsGoneError

# -- the chunks of a folder ------------------------------------------------------------------------------


@dataclass(slots=True)
class Loaded:
    """The content of a folder: undamaged chunks in order, and the number of damaged frames after them.

    ``left_out`` are the records files that cannot be used, from the first damaged one on.
    """

    chunks: list[Chunk] = field(default_factory=list)
    damaged: int = 0
    left_out: list[Path] = field(default_factory=list)

    def remove_left_out(self) -> None:
        """Delete the files that cannot be used, before new frames get their row numbers; raises OSError."""
        while self.left_out:
            path = self.left_out[-1]
            path.unlink(missing_ok=True)
            path.with_suffix(HEAP_SUFFIX).unlink(missing_ok=True)
            self.left_out.pop()


def load_chunks(folder: Path, maps: MapCache) -> Loaded:
    """Load the chunks of a folder in order, up to the first gap or damage."""
    paths = sorted(folder.glob("*" + RECORDS_SUFFIX))
    loaded = Loaded()
    for path in paths:
        try:
            chunk, damaged = load_chunk(path, maps)
        except (OSError, RecordingError):
            break
        if loaded.chunks and chunk.first_row != loaded.chunks[-1].end_row:
            loaded.damaged += chunk.count
            break
        loaded.damaged += damaged
        loaded.chunks.append(chunk)
        if damaged:
            break
    loaded.left_out = paths[len(loaded.chunks) :]
    return loaded


def load_chunk(path: Path, maps: MapCache) -> tuple[Chunk, int]:
    """Open the chunk at ``path`` up to the first damaged frame; returns the number of frames from there on.

    A frame is damaged where the files do not have all of it, or where its values are impossible. Raises
    RecordingError and OSError where the header cannot be read.
    """
    header = ChunkHeader.read(path)
    heap_path = path.with_suffix(HEAP_SUFFIX)
    heap_bytes = heap_path.stat().st_size if heap_path.exists() else 0
    stored = max((path.stat().st_size - HEADER_BYTES) // RECORD_BYTES, 0)
    if header.capacity <= 0 or header.first_row < 0 or header.count < 0 or header.heap_used < 0:
        raise RecordingError(f"{path} is damaged: its header holds impossible numbers")
    usable = min(header.count, stored, header.capacity)
    heap_used = min(header.heap_used, heap_bytes)
    fields = (header.capacity, header.first_row, header.start_ns)
    chunk = Chunk(path, ChunkHeader(*fields, usable, heap_used), maps)
    valid = _valid_rows(chunk)
    return Chunk(path, ChunkHeader(*fields, valid, heap_used), maps), header.count - valid


def _valid_rows(chunk: Chunk) -> int:
    if not chunk.count:
        return 0
    records = chunk.frames(chunk.first_row, chunk.end_row).records
    lengths = records["length"]
    ends = records["payload_offset"].astype(np.int64) + lengths
    bad = (lengths > MAX_PAYLOAD) | (records["dlc"] >= len(DLC_TO_LENGTH))
    bad |= (lengths > INLINE_BYTES) & (ends > chunk.heap_used)
    return int(bad.argmax()) if bad.any() else chunk.count


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
