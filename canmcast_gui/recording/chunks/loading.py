"""Opens the chunks that a folder has, up to the first damaged frame."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

import numpy as np

from canmcast_gui.frames import DLC_TO_LENGTH, INLINE_BYTES, MAX_PAYLOAD
from canmcast_gui.recording.chunks.chunk import (
    HEADER_BYTES,
    HEAP_SUFFIX,
    RECORD_BYTES,
    RECORDS_SUFFIX,
    Chunk,
    ChunkHeader,
)
from canmcast_gui.recording.chunks.maps import MapCache
from canmcast_gui.recording.errors import RecordingError


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
