"""A text file as blocks of whole lines."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO

import numpy as np

# Arrays about the lines of a block are a dozen times its size; with these they stay near the processor.
BLOCK_BYTES = 1 << 19

_LINE_FEED, _RETURN = 10, 13


def blocks(file: BinaryIO) -> Iterator[bytes]:
    """Blocks that end with a line's end; only the last one may not, and one of a line that never ends.

    Lines end with LF, CR LF or CR; all become LF.
    """
    rest = b""
    while part := file.read(BLOCK_BYTES):
        block = rest + part
        # A CR at the end may be the first half of a line's end.
        usable = block[:-1] if block.endswith(b"\r") else block
        end = max(usable.rfind(b"\n"), usable.rfind(b"\r")) + 1
        if not end and len(block) >= BLOCK_BYTES:
            end = len(usable)
        rest = block[end:]
        if end:
            yield _with_line_feeds(block[:end])
    if rest:
        yield _with_line_feeds(rest)


def _with_line_feeds(block: bytes) -> bytes:
    if b"\r" not in block:
        return block
    text = np.frombuffer(block, dtype=np.uint8)
    behind = np.flatnonzero(text == _RETURN) + 1
    if behind[-1] < len(text) and (text[behind] == _LINE_FEED).all():
        return block
    return block.replace(b"\r\n", b"\n").replace(b"\r", b"\n")
