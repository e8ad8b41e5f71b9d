"""The blocks that an MDF 4 file is made of: an identification, links to other blocks, and data."""

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


PIECE = 1 << 20

# The standard packs at most 4 MB into a block; more is damage, or a trap.
_LARGEST_UNPACKED = 64 << 20
_PACKED = struct.Struct("<2sBBLQQ")
_TRANSPOSED = 1
_MOST_TIMES_LARGER = 1032  # than deflate can ever make of data


class DataStream:
    """The bytes that the blocks at a link hold. ``position`` is how far the file has been read."""

    def __init__(self, blocks: Blocks, problems: Problems, unfinished: bool) -> None:
        self._blocks = blocks
        self._problems = problems
        self._unfinished = unfinished
        self.position = 0

    def pieces(self, at: int) -> Iterator[bytes]:
        """The stream in pieces of about PIECE bytes; it ends where blocks are damaged."""
        try:
            for place, last in self._places(at):
                yield from self._block_pieces(place, last)
        except BlockError as error:
            self._problems.add("in the data", error)

    def _places(self, at: int) -> Iterator[tuple[int, bool]]:
        """Where the blocks are that hold data, and whether each one is the last."""
        kind, _, _ = self._blocks.head(at)
        if kind == "HL":
            at = self._blocks.block(at).link(0)
            kind = self._blocks.head(at)[0] if at else ""
        if kind != "DL":
            if at:
                yield at, True
            return
        for block in self._blocks.chain(at, "DL"):
            links = [link for link in block.links[1:] if link]
            for number, link in enumerate(links):
                yield link, not block.link(0) and number == len(links) - 1

    def _block_pieces(self, at: int, last: bool) -> Iterator[bytes]:
        kind, length, links = self._blocks.head(at)
        if kind == "DZ":
            self.position = at + length
            yield self._unpacked(self._blocks.block(at))
            return
        if kind not in ("DT", "SD", "DV"):
            raise BlockError(f"byte {at}: a block of kind {kind} where data should be")
        place, end = at + HEAD.size + 8 * links, at + length
        if last and self._unfinished:
            end = self._blocks.size  # the length of the last block was not written yet
        while place < end:
            piece = self._blocks.bytes_at(place, min(PIECE, end - place))
            if not piece:
                self._problems.add(f"byte {place}", "the file ends within its data")
                return
            place += len(piece)
            self.position = place
            yield piece

    def _unpacked(self, block: Block) -> bytes:
        if len(block.data) < _PACKED.size:
            raise BlockError(f"byte {block.at}: packed data without their header")
        _, how, _, width, size, packed = _PACKED.unpack_from(block.data)
        data = block.data[_PACKED.size : _PACKED.size + packed]
        if size > min(_LARGEST_UNPACKED, _MOST_TIMES_LARGER * len(data)):
            raise BlockError(f"byte {block.at}: packed data that claim {size:,} bytes")
        try:
            content, verified, _ = inflate(data, size)
        except (DamagedError, zlib.error):
            raise BlockError(f"byte {block.at}: packed data that are damaged") from None
        # Where the file ends within them, the rows so far count; of columns all must be there.
        if not verified and (len(data) == packed or how == _TRANSPOSED):
            raise BlockError(f"byte {block.at}: packed data that are damaged")
        if how == _TRANSPOSED and width:
            whole = len(content) // width * width
            turned = np.frombuffer(content[:whole], np.uint8).reshape(width, -1).T
            content = turned.tobytes() + content[whole:]
        return content
