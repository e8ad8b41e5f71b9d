"""Deflating and inflating: ISA-L where it is there, which is several times as quick as zlib."""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

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
