"""Reading a recording that another process owns, and may still be appending to."""

from __future__ import annotations

from bisect import bisect_right
from pathlib import Path
from typing import Any

from canmcast_gui.frames import FrameBatch
from canmcast_gui.recording.chunk import RECORDS_SUFFIX, Chunk, ChunkHeader
from canmcast_gui.recording.errors import RecordingError
from canmcast_gui.recording.maps import MapCache


def open_rows(settings: dict[str, Any]) -> RecordingRows:
    """The rows of the recording in ``settings["folder"]``, as another process asks for them."""
    return RecordingRows(Path(settings["folder"]))


class RecordingRows:
    """The rows of a recording as far as its owner has published them. It takes no lock and writes nothing."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._maps = MapCache()
        self._chunks: list[Chunk] = []

    def rows(self, start: int, stop: int) -> FrameBatch:
        """The frames of rows ``start`` to ``stop``, or the first of them that are there.

        Raises RecordingError where ``start`` is not there: not yet, or not any more.
        """
        parts = []
        while start < stop:
            chunk = self._chunk_of(start)
            end = min(stop, chunk.end_row)
            try:
                parts.append(chunk.frames(start, end))
            except OSError as error:
                raise RecordingError(f"row {start} has left the recording in {self._folder}") from error
            start = end
        return FrameBatch.concatenate([part.compact() if len(part.heap) else part for part in parts])

    def _chunk_of(self, row: int) -> Chunk:
        place = bisect_right(self._chunks, row, key=lambda chunk: chunk.first_row) - 1
        if place < 0 or self._chunks[place].end_row <= row:
            self._look_again()
            place = bisect_right(self._chunks, row, key=lambda chunk: chunk.first_row) - 1
        if place < 0 or self._chunks[place].end_row <= row:
            raise RecordingError(f"row {row} is not in the recording in {self._folder}")
        return self._chunks[place]

    def _look_again(self) -> None:
        """Read the headers: what was published since, and which chunks have come and gone."""
        chunks = []
        for path in sorted(self._folder.glob("*" + RECORDS_SUFFIX)):
            try:
                chunks.append(Chunk(path, ChunkHeader.read(path), self._maps))
            except FileNotFoundError:  # evicted at this moment
                continue
        self._chunks = chunks
