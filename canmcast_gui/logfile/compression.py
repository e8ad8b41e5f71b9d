"""Compression of log files: gzip and Zstandard around whole files, zlib streams within BLF and MF4.

ISA-L inflates and deflates several times as fast as zlib, which is used where ISA-L has no wheel.
"""

from __future__ import annotations

import sys
from typing import Any, NamedTuple, Protocol

try:
    from isal import isal_zlib as library
except ImportError:
    import zlib as library  # type: ignore[no-redef]
if sys.version_info >= (3, 14):
    from compression import zstd
else:
    from backports import zstd

# ISA-L's second level and zlib's first: both are fast, and compress about as well as zlib's default.
_LEVEL = 1 if library is sys.modules.get("zlib") else 2

_ERRORS: tuple[Any, ...] = (library.error, ValueError, OverflowError)

# -- zlib streams --------------------------------------------------------------------------------------------


class DamagedError(Exception):
    """Compressed data that cannot be decompressed."""


class Inflated(NamedTuple):
    """The content of a zlib stream.

    ``verified`` is whether the stream is complete and its checksum is right: otherwise any of the bytes may
    be wrong, as damage shows late in compressed data. ``rest`` are the bytes after the stream.
    """

    content: bytes
    verified: bool
    rest: bytes = b""


def inflate(data: bytes, most: int) -> Inflated:
    """Decompress to at most ``most`` bytes. Raises DamagedError, also for more."""
    stream = library.decompressobj()
    try:
        # One byte more than allowed, so that the checksum after them is read too.
        content: bytes = stream.decompress(data, most + 1)
    except _ERRORS as error:
        raise DamagedError(str(error)) from error
    if len(content) > most:
        raise DamagedError("more data than expected")
    return Inflated(content, bool(stream.eof), bytes(stream.unused_data))


def deflate(data: bytes) -> bytes:
    """The data as a zlib stream, the same for the same data on computers of one architecture."""
    return library.compress(data, _LEVEL)


# -- compressed files ----------------------------------------------------------------------------------------

_GZIP, _ZSTD = b"\x1f\x8b\x08", b"\x28\xb5\x2f\xfd"
_GZIP_WINDOW = 31  # with gzip's header, and the largest window


class Decoder(Protocol):
    """Decompresses one stream."""

    @property
    def finished(self) -> bool:
        """Whether the stream is complete."""

    @property
    def needs_input(self) -> bool:
        """Whether there is no output without more input."""

    @property
    def rest(self) -> bytes:
        """The input after the end of the stream."""

    def decompress(self, data: bytes, most: int) -> bytes:
        """At most ``most`` bytes of output, given more input, which may be empty. Raises ValueError."""


def decoder_for(magic: bytes) -> Decoder | None:
    """A decoder for data that start with these bytes; None for data that are not compressed."""
    if magic.startswith(_GZIP):
        return _Gzip()
    return _Zstandard() if magic.startswith(_ZSTD) else None


class _Gzip:
    def __init__(self) -> None:
        self._inner: Any = library.decompressobj(wbits=_GZIP_WINDOW)
        self.needs_input = True

    @property
    def finished(self) -> bool:
        """Whether the stream is complete."""
        return bool(self._inner.eof)

    @property
    def rest(self) -> bytes:
        """The input after the end of the stream."""
        return bytes(self._inner.unused_data)

    def decompress(self, data: bytes, most: int) -> bytes:
        """At most ``most`` bytes of output, given more input, which may be empty. Raises ValueError."""
        try:
            piece: bytes = self._inner.decompress(self._inner.unconsumed_tail + data, most)
        except _ERRORS as error:
            raise ValueError("the compressed data are damaged") from error
        self.needs_input = len(piece) < most
        return piece


class _Zstandard:
    def __init__(self) -> None:
        # Its window is 128 MB at most by default, which limits the memory.
        self._inner = zstd.ZstdDecompressor()

    @property
    def finished(self) -> bool:
        """Whether the stream is complete."""
        return self._inner.eof

    @property
    def needs_input(self) -> bool:
        """Whether there is no output without more input."""
        return self._inner.needs_input

    @property
    def rest(self) -> bytes:
        """The input after the end of the stream."""
        return self._inner.unused_data

    def decompress(self, data: bytes, most: int) -> bytes:
        """At most ``most`` bytes of output, given more input, which may be empty. Raises ValueError."""
        try:
            return self._inner.decompress(data, most)
        except (zstd.ZstdError, MemoryError) as error:
            raise ValueError("the compressed data are damaged") from error
