"""Frames out of several chunks."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterator

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import FRAME_DTYPE, FrameBatch
from canmcast_gui.frames.arrays import RowNumbers
from canmcast_gui.recording.chunk import Chunk
from canmcast_gui.recording.errors import CutShortError, RowsGoneError


def whole(chunk: Chunk) -> FrameBatch:
    """All its frames without a copy; raises RowsGoneError where it was evicted."""
    try:
        return chunk.frames(chunk.first_row, chunk.end_row)
    except FileNotFoundError as error:
        raise RowsGoneError(f"rows {chunk.first_row} to {chunk.end_row - 1} were evicted") from error
    except CutShortError as error:
        raise RowsGoneError(f"rows {chunk.first_row} to {chunk.end_row - 1} are gone: {error}") from error


def parts(
    chunks: tuple[Chunk, ...], start: int, stop: int, evicted_too: bool = True, backwards: bool = False
) -> Iterator[tuple[int, FrameBatch]]:
    """The part of each chunk that lies in a range, with its first row."""
    first = max(bisect_right(chunks, start, key=lambda chunk: chunk.first_row) - 1, 0)
    beyond = bisect_left(chunks, stop, key=lambda chunk: chunk.first_row)
    for chunk in reversed(chunks[first:beyond]) if backwards else chunks[first:beyond]:
        low, high = max(start, chunk.first_row), min(stop, chunk.end_row)
        if low >= high:
            continue
        try:
            part = whole(chunk)[low - chunk.first_row : high - chunk.first_row]
        except RowsGoneError:
            if evicted_too:
                raise
            continue
        yield low, part


def blocks(
    chunks: tuple[Chunk, ...], start: int, stop: int, frames: int, backwards: bool
) -> Iterator[tuple[int, FrameBatch]]:
    """The rows of a range in blocks of up to ``frames``; what was evicted is left out."""
    for row, part in parts(chunks, start, stop, evicted_too=False, backwards=backwards):
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
    return found[0] if len(found) == 1 else join(found)


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
    return gather([chunks[n] for n in used], [np.flatnonzero(which == n) for n in used], numbers)


def join(found: list[FrameBatch]) -> FrameBatch:
    """One batch of several, with a heap of just their payloads; a chunk's heap may be much larger."""
    return FrameBatch.concatenate([part.compact() if len(part.heap) else part for part in found])


def gather(chunks: list[Chunk], places: list[npt.NDArray[np.intp]], numbers: RowNumbers) -> FrameBatch:
    """One batch of rows from several chunks: those of ``chunks[i]`` go to ``places[i]``."""
    picked = [
        whole(chunk)[numbers[place] - chunk.first_row].compact()
        for chunk, place in zip(chunks, places, strict=True)
    ]
    joined = FrameBatch.concatenate(picked)
    records = np.empty(len(numbers), dtype=FRAME_DTYPE)
    records[np.concatenate(places)] = joined.records
    return FrameBatch(records, joined.heap)
