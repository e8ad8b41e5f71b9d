"""BLF files with known frames in known containers, and what may happen to their bytes."""

from __future__ import annotations

import random
import zlib
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile import FileError, FrameReader, read_batches, save
from canmcast_gui.logfile.blf.layout import CONTAINER_HEAD, FILE_HEADER_BYTES, OBJECT, SIGNATURE
from tests.logfile.blf.files import container
from tests.logfile.frames import small_batch

OBJECT_BYTES = 48
CONTAINER_BYTES = 128 * 1024


@dataclass(frozen=True)
class Sample:
    """A file's bytes, its frames as bytes of their records, and each container's place, end and frames.

    The frames of a container are those with all of their bytes in it.
    """

    content: bytes
    frames: list[bytes]
    containers: list[tuple[int, int, range]]

    def untouched(self, begin: int, end: int) -> list[bytes]:
        """The frames in containers that have no byte of a damaged range."""
        kept = [rows for at, stop, rows in self.containers if stop <= begin or end <= at]
        return [self.frames[row] for rows in kept for row in rows]


def records_of(batch: FrameBatch) -> list[bytes]:
    """Each frame as the bytes of its record."""
    return [record.tobytes() for record in batch.records]


def frames_for(count: int) -> FrameBatch:
    """Frames with different ids and payloads."""
    batch = small_batch(count, width=8)
    chance = np.random.default_rng(5)
    batch.records["data"] = chance.integers(0, 4, (count, 8))
    batch.records["arbitration_id"] = chance.integers(0, 0x7FF, count)
    return batch


def written(path: Path, count: int) -> Sample:
    """A file of our own writer, whose containers are packed."""
    save(path, [frames_for(count)])
    content = path.read_bytes()
    places = []
    at = FILE_HEADER_BYTES
    while at < len(content):
        size = OBJECT.unpack_from(content, at)[3]
        places.append((at, at + size + size % 4))
        at += size + size % 4
    return _sample(path, content, places, CONTAINER_BYTES)


def stored(path: Path, count: int, container_bytes: int) -> Sample:
    """The same frames in containers that are not packed, of any size."""
    save(path, [frames_for(count)])
    stream = b"".join(_contents(path.read_bytes()))
    parts = [
        container(stream[start : start + container_bytes], packed=False)
        for start in range(0, len(stream), container_bytes)
    ]
    content = path.read_bytes()[:FILE_HEADER_BYTES]
    places = []
    for part in parts:
        places.append((len(content), len(content) + len(part)))
        content += part
    return _sample(path, content, places, container_bytes)


def _contents(content: bytes) -> list[bytes]:
    parts, at = [], FILE_HEADER_BYTES
    while at < len(content):
        size = OBJECT.unpack_from(content, at)[3]
        parts.append(zlib.decompress(content[at + CONTAINER_HEAD : at + size]))
        at += size + size % 4
    return parts


def _sample(path: Path, content: bytes, places: list[tuple[int, int]], width: int) -> Sample:
    path.write_bytes(content)
    frames = records_of(FrameBatch.concatenate(list(read_batches(path))))
    containers = []
    for number, (at, end) in enumerate(places):
        first = -(-number * width // OBJECT_BYTES)
        last = min((number + 1) * width // OBJECT_BYTES, len(frames))
        containers.append((at, end, range(first, last)))
    assert content[places[0][0] :].startswith(SIGNATURE)
    return Sample(content, frames, containers)


def damage(content: bytes, kind: str, begin: int, end: int, chance: random.Random) -> bytes:
    """The content with other bytes in a range."""
    damaged = bytearray(content)
    if kind == "random":
        damaged[begin:end] = chance.randbytes(end - begin)
    elif kind == "zeros":
        damaged[begin:end] = bytes(end - begin)
    elif kind == "flips":
        for _ in range(1 + (end - begin) // 200):
            damaged[chance.randrange(begin, end)] ^= 1 << chance.randrange(8)
    else:
        assert kind == "cut out"
        del damaged[begin:end]
    return bytes(damaged)


def read_damaged(path: Path, content: bytes) -> tuple[list[bytes], FrameReader]:
    """The frames that are read, none where the file is refused."""
    path.write_bytes(content)
    reader = read_batches(path)
    try:
        return records_of(FrameBatch.concatenate([FrameBatch.empty(), *reader])), reader
    except FileError:
        return [], reader


def are_in_order(found: list[bytes], of: list[bytes]) -> bool:
    """Whether all of ``found`` are in ``of``, in the same order."""
    rest = iter(of)
    return all(one in rest for one in found)
