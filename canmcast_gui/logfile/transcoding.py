"""Text in UTF-16 or with a byte order mark, as UTF-8 without a mark.

UTF-16 is recognized by its mark, as Windows tools and PowerShell's ``>`` write it, or by zeros in every other
one of the first bytes. No binary log starts like either.
"""

from __future__ import annotations

import io
from typing import Protocol

import numpy as np

from canmcast_gui.logfile.problems import Problems

HEAD_BYTES = 16

# Without a mark: zeros in the head other than those of plain letters.
_MOST_ZEROS = 2

_UTF_8_MARK = b"\xef\xbb\xbf"
_UTF_16_MARKS = {b"\xff\xfe": "utf-16-le", b"\xfe\xff": "utf-16-be"}

_BLOCK_BYTES = 1 << 18
# Longer lines are split, so that a file without line feeds does not fill the memory.
_LONGEST_LINE = 1 << 20


class Source(Protocol):
    """Bytes, and the position in the file on the disk that they were read from."""

    def read(self, size: int, /) -> bytes | None:
        """At most ``size`` bytes; none at the end."""

    def position(self) -> int:
        """How far the file on the disk was read, in bytes."""

    def close(self) -> None:
        """Close the file."""


def encoding_of(head: bytes) -> tuple[str | None, int]:
    """The encoding to decode from, None for bytes that are used unchanged; and the size of the mark."""
    if head.startswith(_UTF_8_MARK):
        return None, len(_UTF_8_MARK)
    for mark, encoding in _UTF_16_MARKS.items():
        if head.startswith(mark):
            return encoding, len(mark)
    zeros = head[::2].count(0), head[1::2].count(0)
    if len(head) == HEAD_BYTES and max(zeros) == HEAD_BYTES // 2 and min(zeros) <= _MOST_ZEROS:
        return ("utf-16-le" if zeros[1] > zeros[0] else "utf-16-be"), 0
    return None, 0


class Transcoded(io.RawIOBase):
    """The bytes of a source; text as UTF-8, without a mark."""

    def __init__(self, source: Source, problems: Problems | None) -> None:
        self._source = source
        self._problems = problems
        self._started = False
        self._encoding: str | None = None
        self._rest = b""  # not yet decoded: the start of a line
        self._ready = b""  # not yet read

    def readable(self) -> bool:
        return True

    def position(self) -> int:
        """How far the file on the disk was read, in bytes."""
        return self._source.position()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer; 0 at the end. Raises OSError."""
        if not self._started:
            self._start()
        if not self._ready:
            self._ready = self._source.read(len(buffer)) or b"" if self._encoding is None else self._decoded()
        size = min(len(buffer), len(self._ready))
        buffer[:size] = self._ready[:size]
        self._ready = self._ready[size:]
        return size

    def close(self) -> None:
        self._source.close()
        super().close()

    def _start(self) -> None:
        self._started = True
        head = b""
        while len(head) < HEAD_BYTES and (part := self._source.read(HEAD_BYTES - len(head))):
            head += part
        self._encoding, mark_bytes = encoding_of(head)
        if self._encoding is None:
            self._ready = head[mark_bytes:]
        else:
            self._rest = head[mark_bytes:]

    def _decoded(self) -> bytes:
        """The next lines in UTF-8; b"" at the end."""
        assert self._encoding is not None
        feed = "\n".encode(self._encoding)
        while block := self._source.read(_BLOCK_BYTES):
            lines = self._rest + block
            end = lines.rfind(feed) + len(feed)
            if end < len(feed):  # not found
                end = len(lines) & ~1 if len(lines) >= _LONGEST_LINE else 0
            self._rest = lines[end:]
            if end:
                return _utf_8(lines[:end], self._encoding)
        last, self._rest = self._rest, b""
        if len(last) & 1 and self._problems is not None:
            self._problems.add(f"byte {self.position() - 1}", "the text in UTF-16 ends within a character")
        return _utf_8(last[: len(last) & ~1], self._encoding)


def _utf_8(lines: bytes, encoding: str) -> bytes:
    """Lines as UTF-8, invalid characters as U+FFFD. A missing or additional byte damages one line only."""
    feed = "\n".encode(encoding)
    units = np.frombuffer(lines, dtype="<u2" if encoding == "utf-16-le" else ">u2", count=len(lines) >> 1)
    if len(lines) & 1 or np.count_nonzero(units == ord("\n")) != lines.count(feed):
        return b"\n".join(line.decode(encoding, "replace").encode() for line in lines.split(feed))
    return lines.decode(encoding, "replace").encode()
