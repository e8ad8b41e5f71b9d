"""Deflating and inflating: ISA-L where it is there, which is several times as quick as zlib."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple, Protocol

try:
    from isal import isal_zlib as library
except ImportError:  # no wheel for this computer: slower, not poorer
    import zlib as library  # type: ignore[no-redef]

__all__ = ["ERRORS", "DamagedError", "Inflated", "deflate", "inflate", "library"]

# ISA-L's second level and zlib's first: both are quick, and pack about as well as zlib's usual one.
_LEVEL = 1 if library is sys.modules.get("zlib") else 2


ERRORS: tuple[Any, ...] = (library.error, ValueError, OverflowError)


class DamagedError(Exception):
    """Compressed data that nothing can be made of."""


class Inflated(NamedTuple):
    """What a zlib stream holds.

    ``proven`` says that the stream came to its end and its checksum is right: without that any of the bytes
    may be wrong, as damage shows late in compressed data. ``rest`` are the bytes after the stream.
    """

    content: bytes
    proven: bool
    rest: bytes = b""


def inflate(data: bytes, most: int) -> Inflated:
    """At most ``most`` bytes. Raises DamagedError, also where there are more."""
    stream = library.decompressobj()
    try:
        # One more than there may be, so that the checksum after them is looked at too.
        content: bytes = stream.decompress(data, most + 1)
    except ERRORS as error:
        raise DamagedError(str(error)) from error
    if len(content) > most:
        raise DamagedError("more than there should be")
    return Inflated(content, bool(stream.eof), bytes(stream.unused_data))


def deflate(data: bytes) -> bytes:
    """The data as a zlib stream, always the same for the same data on one kind of computer."""
    return library.compress(data, _LEVEL)


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
