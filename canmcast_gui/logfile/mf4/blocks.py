"""The blocks of an MDF 4 file: identification, links to other blocks, and data."""

from __future__ import annotations

import os
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

import numpy as np

from canmcast_gui.logfile.compression import DamagedError, inflate
from canmcast_gui.logfile.problems import Problems

HEAD = struct.Struct("<4sLQQ")
ID_BYTES = 64

# The name of the program that wrote a file. In ours, records are in the order of the frames.
PROGRAM = b"canmcast"

# Most blocks have a kilobyte; texts, and lists of data blocks, may have some megabytes.
_LARGEST = 16 << 20
_MOST_BLOCKS = 100_000


class BlockError(Exception):
    """A block that is missing or invalid."""


class Block(NamedTuple):
    """A block: its type, two letters; where it starts; its links; its data."""

    kind: str
    start: int
    links: tuple[int, ...]
    data: bytes

    def link(self, number: int) -> int:
        """A link by its index, 0 where the block has fewer links."""
        return self.links[number] if number < len(self.links) else 0


class Blocks:
    """The blocks of one open file. ``size`` is that of the file in bytes."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self.size = file.seek(0, os.SEEK_END)

    def identification(self) -> bytes:
        """The first bytes of the file."""
        return self.bytes_at(0, ID_BYTES)

    def bytes_at(self, start: int, count: int) -> bytes:
        """Bytes of the file, fewer at its end."""
        self._file.seek(start)
        return self._file.read(count)

    def head(self, start: int) -> tuple[str, int, int]:
        """The type of the block at a position, its length, and the number of its links. Raises BlockError."""
        head = self.bytes_at(start, HEAD.size) if 0 < start < self.size else b""
        if len(head) < HEAD.size or not head.startswith(b"##"):
            raise BlockError(f"byte {start}: no block where one should start")
        kind, _, length, links = HEAD.unpack(head)
        if length < HEAD.size or links > (length - HEAD.size) // 8:
            raise BlockError(f"byte {start}: a block that claims {length:,} bytes and {links:,} links")
        return kind[2:].decode("latin-1"), length, links

    def block(self, start: int, kinds: str = "") -> Block:
        """The block at a position, of one of the types ``kinds`` (separated by spaces). Raises BlockError."""
        kind, length, links = self.head(start)
        if kinds and kind not in kinds.split():
            raise BlockError(f"byte {start}: a block of type {kind} instead of {kinds}")
        content = self.bytes_at(start + HEAD.size, min(length, _LARGEST) - HEAD.size)
        if len(content) < 8 * links:
            raise BlockError(f"byte {start}: the file ends within a block")
        numbers = struct.unpack_from(f"<{links}Q", content)
        return Block(kind, start, numbers, content[8 * links :])

    def chain(self, start: int, kinds: str) -> Iterator[Block]:
        """A block and the blocks that follow by their first links. Raises BlockError."""
        seen: set[int] = set()
        while start:
            if start in seen or len(seen) > _MOST_BLOCKS:
                raise BlockError(f"byte {start}: a cycle of blocks")
            seen.add(start)
            block = self.block(start, kinds)
            yield block
            start = block.link(0)

    def text(self, start: int) -> str:
        """The text of a block, "" without one."""
        if not start:
            return ""
        try:
            return self.block(start, "TX MD").data.partition(b"\0")[0].decode("utf-8", errors="replace")
        except BlockError:
            return ""


PIECE = 1 << 20

# The standard compresses at most 4 MB into a block; more is damage or malice.
_LARGEST_DATA = 64 << 20
_COMPRESSED_HEAD = struct.Struct("<2sBBLQQ")
_TRANSPOSED = 1
_LARGEST_RATIO = 1032  # of deflate


class DataStream:
    """The data of the blocks at a link as one stream. ``position`` is how far the file was read."""

    def __init__(self, blocks: Blocks, problems: Problems, incomplete: bool) -> None:
        self._blocks = blocks
        self._problems = problems
        self._incomplete = incomplete
        self.position = 0

    def pieces(self, start: int) -> Iterator[bytes]:
        """The stream in pieces of about PIECE bytes, up to the first damaged block."""
        try:
            for block, last in self._data_blocks(start):
                yield from self._block_pieces(block, last)
        except BlockError as error:
            self._problems.add("in the data", error)

    def _data_blocks(self, start: int) -> Iterator[tuple[int, bool]]:
        """Where the data blocks are, and whether each is the last."""
        kind, _, _ = self._blocks.head(start)
        if kind == "HL":
            start = self._blocks.block(start).link(0)
            kind = self._blocks.head(start)[0] if start else ""
        if kind != "DL":
            if start:
                yield start, True
            return
        for block in self._blocks.chain(start, "DL"):
            links = [link for link in block.links[1:] if link]
            for number, link in enumerate(links):
                yield link, not block.link(0) and number == len(links) - 1

    def _block_pieces(self, start: int, last: bool) -> Iterator[bytes]:
        kind, length, links = self._blocks.head(start)
        if kind == "DZ":
            self.position = start + length
            yield self._decompressed(self._blocks.block(start))
            return
        if kind not in ("DT", "SD", "DV"):
            raise BlockError(f"byte {start}: a block of type {kind} instead of data")
        position, end = start + HEAD.size + 8 * links, start + length
        if last and self._incomplete:
            end = self._blocks.size  # the length of the last block was not written yet
        while position < end:
            piece = self._blocks.bytes_at(position, min(PIECE, end - position))
            if not piece:
                self._problems.add(f"byte {position}", "the file ends within its data")
                return
            position += len(piece)
            self.position = position
            yield piece

    def _decompressed(self, block: Block) -> bytes:
        if len(block.data) < _COMPRESSED_HEAD.size:
            raise BlockError(f"byte {block.start}: compressed data without a header")
        _, method, _, width, size, compressed_size = _COMPRESSED_HEAD.unpack_from(block.data)
        data = block.data[_COMPRESSED_HEAD.size : _COMPRESSED_HEAD.size + compressed_size]
        if size > min(_LARGEST_DATA, _LARGEST_RATIO * len(data)):
            raise BlockError(f"byte {block.start}: compressed data that claim {size:,} bytes")
        try:
            content, verified, _ = inflate(data, size)
        except (DamagedError, zlib.error):
            raise BlockError(f"byte {block.start}: damaged compressed data") from None
        # Where the file ends within them, the rows so far are used; columns must be complete.
        if not verified and (len(data) == compressed_size or method == _TRANSPOSED):
            raise BlockError(f"byte {block.start}: damaged compressed data")
        if method == _TRANSPOSED and width:
            whole = len(content) // width * width
            rows = np.frombuffer(content[:whole], np.uint8).reshape(width, -1).T
            content = rows.tobytes() + content[whole:]
        return content
