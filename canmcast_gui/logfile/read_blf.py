"""Vector's BLF files: containers of zlib, in them objects; those that are frames, by columns.

Format: no public specification; after Toby Lorenz' vector_blf and python-can's reader. A file is a header,
then containers whose inflated contents follow each other as one stream of objects. The start in the header
is taken for UTC, as python-can does.
"""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

from canmcast_gui.frames import FrameBatch
from canmcast_gui.logfile.blf_objects import FRAME_KINDS, frames_of_objects
from canmcast_gui.logfile.notes import Notes
from canmcast_gui.logfile.opening import open_log
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.rows import NANOSECONDS, checked_start

_FILE_HEADER = struct.Struct("<4sL32x8H")
_OBJECT = struct.Struct("<4sHHLL")
_CONTAINER = struct.Struct("<H6xL4x")
_CONTAINER_TYPE = 10
_STORED, _DEFLATED = 0, 2

# Real containers hold 128 kB, some tools write a few megabytes; more is damage, or a trap.
_LARGEST_CONTAINER = 64 << 20

# Objects are padded to four bytes, by one tool in this way and by another in that.
_PADDING = 7

# Stands for the lost beginning of an object, where the end of it may follow.
_AFTER_DAMAGE = b"lost"


class BlfLog:
    """The frames of one BLF file. ``position`` is how far it has been read, in bytes."""

    def __init__(self, path: Path, problems: Problems) -> None:
        self._path = path
        self._problems = problems
        self.position = 0
        self.start_ns = 0
        self.notes = Notes()

    def batches(self, batch_frames: int) -> Iterator[FrameBatch]:
        """All frames that can be read. Raises OSError."""
        waiting: list[FrameBatch] = []
        for batch in self._container_batches():
            waiting.append(batch)
            if sum(map(len, waiting)) >= batch_frames:
                joined = FrameBatch.concatenate(waiting)
                whole = len(joined) - len(joined) % batch_frames
                for start in range(0, whole, batch_frames):
                    yield joined[start : start + batch_frames].compact()
                waiting = [joined[whole:].compact()] if whole < len(joined) else []
        if waiting:
            yield FrameBatch.concatenate(waiting)

    def _container_batches(self) -> Iterator[FrameBatch]:
        tail = b""
        with open_log(self._path) as file:
            self._read_header(file)
            for content, whole in self._contents(file):
                stream = tail + content
                starts, kinds, end = self._objects(stream)
                # What follows a damaged container begins within an object that nobody has the start of.
                tail = stream[end:] if whole else _AFTER_DAMAGE
                batch = frames_of_objects(stream, starts, kinds, self._problems)
                if len(batch):
                    batch.records["timestamp_ns"] += self.start_ns
                    yield batch
            self.position = file.seek(0, os.SEEK_END)
        if tail.strip(b"\0") and tail != _AFTER_DAMAGE:
            self._problems.add("at the end", "an object that is not complete")

    def _read_header(self, file: BinaryIO) -> None:
        head = file.read(_FILE_HEADER.size)
        if len(head) < _FILE_HEADER.size:
            self._problems.add("byte 0", "the file ends within its header")
            return
        _, size, *start = _FILE_HEADER.unpack(head)
        self.start_ns = _system_time(start)
        file.seek(max(size, _FILE_HEADER.size))

    def _contents(self, file: BinaryIO) -> Iterator[tuple[bytes, bool]]:
        """The inflated containers, one after the other, and whether each is whole."""
        while len(head := file.read(_OBJECT.size)) == _OBJECT.size:
            at = file.tell() - _OBJECT.size
            signature, _, _, size, kind = _OBJECT.unpack(head)
            if signature != b"LOBJ":
                self._problems.add(f"byte {at}", "no object where one should begin")
                if not _seek_next_object(file, at + 1):
                    return
                continue
            body = file.read(max(0, min(size, _LARGEST_CONTAINER) - _OBJECT.size))
            self.position = file.tell()
            if kind == _CONTAINER_TYPE:
                damages = self._problems.skipped
                content = self._inflate(body, at, size - _OBJECT.size)
                yield content, self._problems.skipped == damages
            file.seek(at + max(size, _OBJECT.size) + size % 4)

    def _inflate(self, body: bytes, at: int, expected: int) -> bytes:
        """What can be had of one container."""
        if len(body) < _CONTAINER.size:
            self._problems.add(f"byte {at}", "a container that ends within its header")
            return b""
        method, size = _CONTAINER.unpack_from(body)
        content = body[_CONTAINER.size :]
        if len(body) < expected:
            self._problems.add(f"byte {at}", "the file ends within a container")
        if method == _STORED:
            return content
        if method != _DEFLATED or size > _LARGEST_CONTAINER:
            self._problems.add(f"byte {at}", f"a container of unknown kind {method} with {size:,} bytes")
            return b""
        return self._inflate_zlib(content, size, at)

    def _inflate_zlib(self, content: bytes, size: int, at: int) -> bytes:
        """All of one container, or what is there of one that was cut; nothing of a damaged one.

        Damage shows late in compressed data: bytes before it may be wrong already.
        """
        try:
            return zlib.decompressobj().decompress(content, max(1, size))
        except zlib.error:
            self._problems.add(f"byte {at}", "a container whose compressed data is damaged")
            return b""

    def _objects(self, stream: bytes) -> tuple[list[int], list[int], int]:
        """Where the frames' objects are, their types, and where the first object that is not whole begins."""
        starts: list[int] = []
        kinds: list[int] = []
        unpack, end, at = _OBJECT.unpack_from, len(stream), 0
        while at + _OBJECT.size <= end:
            signature, _, _, size, kind = unpack(stream, at)
            if signature != b"LOBJ" or size < _OBJECT.size:
                at, before = self._next_object(stream, at, signature == b"LOBJ"), at
                if at - before > _PADDING and not stream.startswith(_AFTER_DAMAGE, before):
                    self._problems.add(f"inflated byte {before}", "no object where one should begin")
                continue
            if at + size > end:
                break
            if kind in FRAME_KINDS:
                starts.append(at)
                kinds.append(kind)
            at += size
        return starts, kinds, min(at, end)

    @staticmethod
    def _next_object(stream: bytes, at: int, is_one: bool) -> int:
        """Where the next object begins, or may begin with what follows the stream."""
        found = stream.find(b"LOBJ", at + 1 if is_one else at)
        return found if found >= 0 else max(at + 1, len(stream) - 3)


def _seek_next_object(file: BinaryIO, start: int) -> bool:
    """Move to the next object's signature; False where there is none."""
    file.seek(start)
    kept = b""
    while block := file.read(1 << 20):
        found = (kept + block).find(b"LOBJ")
        if found >= 0:
            file.seek(file.tell() - len(block) - len(kept) + found)
            return True
        kept = block[-3:]
    return False


def _system_time(parts: list[int]) -> int:
    """Windows' SYSTEMTIME (year, month, weekday, day, …, milliseconds) to nanoseconds; 0 where it is none."""
    year, month, _, day, hour, minute, second, milliseconds = parts
    try:
        moment = datetime(year, month, day, hour, minute, second, tzinfo=UTC)
        return checked_start(int(moment.timestamp()) * NANOSECONDS + milliseconds * 1_000_000)
    except ValueError:
        return 0
