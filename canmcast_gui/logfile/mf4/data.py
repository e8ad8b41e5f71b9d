"""The data of a group as one stream of bytes, however it is divided, listed and packed."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Iterator

import numpy as np

from canmcast_gui.logfile.compression import DamagedError, inflate
from canmcast_gui.logfile.mf4.blocks import HEAD, Block, BlockError, Blocks
from canmcast_gui.logfile.problems import Problems

PIECE = 1 << 20

# The standard packs at most 4 MB into a block; more is damage, or a trap.
_LARGEST = 64 << 20
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
        if size > min(_LARGEST, _MOST_TIMES_LARGER * len(data)):
            raise BlockError(f"byte {block.at}: packed data that claim {size:,} bytes")
        try:
            content, proven, _ = inflate(data, size)
        except (DamagedError, zlib.error):
            raise BlockError(f"byte {block.at}: packed data that are damaged") from None
        # Where the file ends within them, the rows so far count; of columns all must be there.
        if not proven and (len(data) == packed or how == _TRANSPOSED):
            raise BlockError(f"byte {block.at}: packed data that are damaged")
        if how == _TRANSPOSED and width:
            whole = len(content) // width * width
            turned = np.frombuffer(content[:whole], np.uint8).reshape(width, -1).T
            content = turned.tobytes() + content[whole:]
        return content
