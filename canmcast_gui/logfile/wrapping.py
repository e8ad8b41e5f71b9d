"""The two ways in which log files are packed, gzip and Zstandard, behind one face."""

from __future__ import annotations

import sys
from typing import Any, Protocol

from canmcast_gui.logfile.packing import ERRORS, library

if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

_GZIP, _ZSTD = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"
_GZIP_WINDOW = 31  # gzip's header, and the largest window there is


class Decoder(Protocol):
    """Unpacks one packed stream."""

    @property
    def finished(self) -> bool:
        """Whether the stream is complete."""

    @property
    def hungry(self) -> bool:
        """Whether nothing comes without more input."""

    @property
    def rest(self) -> bytes:
        """What was given beyond the stream's end."""

    def unpack(self, data: bytes, most: int) -> bytes:
        """At most so many bytes, given more input, which may be none. Raises ValueError."""


def decoder_for(magic: bytes) -> Decoder | None:
    """What unpacks data that begin so; None where they are not packed."""
    if magic.startswith(_GZIP):
        return _Gzip()
    return _Zstandard() if magic.startswith(_ZSTD) else None


class _Gzip:
    def __init__(self) -> None:
        self._inner: Any = library.decompressobj(wbits=_GZIP_WINDOW)
        self.hungry = True

    @property
    def finished(self) -> bool:
        """Whether the stream is complete."""
        return bool(self._inner.eof)

    @property
    def rest(self) -> bytes:
        """What was given beyond the stream's end."""
        return bytes(self._inner.unused_data)

    def unpack(self, data: bytes, most: int) -> bytes:
        """At most so many bytes, given more input, which may be none. Raises ValueError."""
        try:
            piece: bytes = self._inner.decompress(self._inner.unconsumed_tail + data, most)
        except ERRORS as error:
            raise ValueError("the packed data are damaged") from error
        self.hungry = len(piece) < most
        return piece


class _Zstandard:
    def __init__(self) -> None:
        # Its window is 128 MB at most by default, which bounds the memory.
        self._inner = zstd.ZstdDecompressor()

    @property
    def finished(self) -> bool:
        """Whether the stream is complete."""
        return self._inner.eof

    @property
    def hungry(self) -> bool:
        """Whether nothing comes without more input."""
        return self._inner.needs_input

    @property
    def rest(self) -> bytes:
        """What was given beyond the stream's end."""
        return self._inner.unused_data

    def unpack(self, data: bytes, most: int) -> bytes:
        """At most so many bytes, given more input, which may be none. Raises ValueError."""
        try:
            return self._inner.decompress(data, most)
        except (zstd.ZstdError, MemoryError) as error:
            raise ValueError("the packed data are damaged") from error
