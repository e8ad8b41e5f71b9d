"""The blocks that an MDF 4 file is made of: an identification, links to other blocks, and data."""

from __future__ import annotations

import os
import struct
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

HEAD = struct.Struct("<4sLQQ")
ID_BYTES = 64

# Names the program that wrote a file. In ours, records stand in the order in which frames came.
PROGRAM = b"canmcast"

# Blocks that describe are a kilobyte; texts, and lists of where the data are, may be some megabytes.
_LARGEST = 16 << 20
_MOST_BLOCKS = 100_000


class BlockError(Exception):
    """A block that is not there, or is no block."""


class Block(NamedTuple):
    """A block: its kind, two letters; where it begins; what it links to; its data."""

    kind: str
    at: int
    links: tuple[int, ...]
    data: bytes

    def link(self, number: int) -> int:
        """A link, 0 where the block has none of that number."""
        return self.links[number] if number < len(self.links) else 0


class Blocks:
    """The blocks of one open file. ``size`` is the file's, in bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)

    def identification(self) -> bytes:
        """The first bytes of the file."""
        return self.bytes_at(0, ID_BYTES)

    def bytes_at(self, at: int, count: int) -> bytes:
        """Bytes of the file, fewer where it ends."""
        self._file.seek(at)
        return self._file.read(count)

    def head(self, at: int) -> tuple[str, int, int]:
        """The kind of the block at a place, its length, and how many links it has. Raises BlockError."""
        head = self.bytes_at(at, HEAD.size) if 0 < at < self.size else b""
        if len(head) < HEAD.size or not head.startswith(b"##"):
            raise BlockError(f"byte {at}: no block where one should begin")
        kind, _, length, links = HEAD.unpack(head)
        if length < HEAD.size or links > (length - HEAD.size) // 8:
            raise BlockError(f"byte {at}: a block that claims {length:,} bytes and {links:,} links")
        return kind[2:].decode("latin-1"), length, links

    def block(self, at: int, kinds: str = "") -> Block:
        """The block at a place, which is of one of ``kinds`` (words) where given. Raises BlockError."""
        kind, length, links = self.head(at)
        if kinds and kind not in kinds.split():
            raise BlockError(f"byte {at}: a block of kind {kind} where {kinds} should be")
        content = self.bytes_at(at + HEAD.size, min(length, _LARGEST) - HEAD.size)
        if len(content) < 8 * links:
            raise BlockError(f"byte {at}: the file ends within a block")
        numbers = struct.unpack_from(f"<{links}Q", content)
        return Block(kind, at, numbers, content[8 * links :])

    def chain(self, at: int, kinds: str) -> Iterator[Block]:
        """A block and those that follow it by their first links. Raises BlockError."""
        seen: set[int] = set()
        while at:
            if at in seen or len(seen) > _MOST_BLOCKS:
                raise BlockError(f"byte {at}: blocks that lead in a circle")
            seen.add(at)
            block = self.block(at, kinds)
            yield block
            at = block.link(0)

    def text(self, at: int) -> str:
        """The text of a block, "" where there is none."""
        if not at:
            return ""
        try:
            return self.block(at, "TX MD").data.partition(b"\0")[0].decode("utf-8", errors="replace")
        except BlockError:
            return ""
