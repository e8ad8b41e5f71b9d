"""Opens log files for reading: compression (.gz, .zst) and UTF-16 are detected by content and undone."""

from __future__ import annotations

import errno
import io
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO, cast

from canmcast_gui.frames.files import open_regular
from canmcast_gui.logfile.compression import Decoder, decoder_for
from canmcast_gui.logfile.problems import Problems
from canmcast_gui.logfile.transcoding import HEAD_BYTES, Source, Transcoded, encoding_of

_BLOCK_BYTES = 1 << 18


def open_log(path: Path, problems: Problems | None = None) -> BinaryIO:
    """Open a log file as bytes, decompressed, and text as UTF-8 without a byte order mark.

    A compressed or transcoded file can only be read forwards, and its tell() is the position in the file on
    the disk. Where compressed data are truncated or damaged, it ends and adds a problem; without ``problems``
    it raises OSError. Raises OSError also for pipes and devices, as logs are read more than once.
    """
    file = cast(io.BufferedReader, open_regular(path))
    try:
        head = file.peek(HEAD_BYTES)[:HEAD_BYTES]
        decoder = decoder_for(head)
        encoding, mark_bytes = encoding_of(head)
        if decoder is None and encoding is None:
            file.seek(mark_bytes)
            return file
    except BaseException:
        file.close()
        raise
    source: Source = _Plain(file) if decoder is None else _Decompressed(file, decoder, problems)
    return cast(BinaryIO, _Converted(Transcoded(source, problems), _BLOCK_BYTES))


def is_converted(file: BinaryIO) -> bool:
    """Whether a file of open_log() is decompressed or transcoded while it is read."""
    return isinstance(file, _Converted)


class _Plain:
    """A file as it is on the disk."""

    def __init__(self, file: BinaryIO) -> None:
        self.read = file.read
        self.position = file.tell
        self.close = file.close


class _Decompressed(io.RawIOBase):
    """Decompresses a file piece by piece, never more than is asked for."""

    def __init__(self, file: BinaryIO, decoder: Decoder, problems: Problems | None) -> None:
        self._file = file
        self._decoder: Decoder | None = decoder
        self._problems = problems
        self._input = b""

    def readable(self) -> bool:
        return True

    def position(self) -> int:
        """How far the compressed file was read, in bytes."""
        return self._file.tell()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer with decompressed bytes; 0 at the end."""
        while self._decoder is not None:
            try:
                piece = self._next_piece(self._decoder, len(buffer))
            except (EOFError, ValueError) as error:
                self._end_with(str(error))
                return 0
            if piece:
                buffer[: len(piece)] = piece
                return len(piece)
        return 0

    def close(self) -> None:
        self._file.close()
        super().close()

    def _next_piece(self, decoder: Decoder, most: int) -> bytes:
        if decoder.finished:
            self._start_next_stream(decoder)
            return b""
        if decoder.needs_input and not self._input:
            self._input = self._file.read(_BLOCK_BYTES)
            if not self._input:
                raise EOFError("the compressed data end too early")
        data, self._input = self._input, b""
        return decoder.decompress(data, most)

    def _start_next_stream(self, decoder: Decoder) -> None:
        """Compressed streams may follow each other; zeros after them are padding."""
        self._input = decoder.rest or self._file.read(_BLOCK_BYTES)
        self._decoder = decoder_for(self._input[:HEAD_BYTES])
        if self._decoder is None and self._input.strip(b"\0"):
            raise ValueError("uncompressed data after the compressed data")

    def _end_with(self, reason: str) -> None:
        self._decoder = None
        if self._problems is None:
            raise OSError(None, reason)
        self._problems.add(f"compressed byte {self.position()}", reason)


class _Converted(io.BufferedReader):
    """Buffered; tell() is the position in the file on the disk."""

    def tell(self) -> int:
        return cast(Transcoded, self.raw).position()


# -- random access -------------------------------------------------------------------------------------------

_STEP_BYTES = 16 << 20

# Logs shrink to a fiftieth at most; a file that claims more than this is made to fill the disk.
_LARGEST_RATIO = 100
_ALWAYS_ALLOWED = 64 << 20

# What other programs may need at the same time.
_KEPT_FREE = 256 << 20


class SeekableLog:
    """A log file with random access; ``file`` is complete after the last of decompress()."""

    def __init__(self, source: BinaryIO, file: BinaryIO, most: int) -> None:
        self.file = file
        self._source = source
        self._most = most

    def decompress(self) -> Iterator[int]:
        """Decompress the file; every few megabytes yields the position in it. Yields nothing otherwise.

        Raises OSError where the temporary folder is full, or the file decompresses to far more than a log.
        """
        if self.file is self._source:
            return
        try:
            yield from self._copy()
        except OSError as error:
            raise self._no_space() if error.errno == errno.ENOSPC else error from None
        self.file.seek(0)

    def _copy(self) -> Iterator[int]:
        done = reported = 0
        while block := self._source.read(_BLOCK_BYTES):
            done += len(block)
            if done > self._most:
                size = f"more than {_LARGEST_RATIO} times its size, over {done >> 20:,} MB"
                raise OSError(f"it decompresses to {size}; decompress it first if it is a log")
            self.file.write(block)
            if done - reported >= _STEP_BYTES:
                if _free_bytes() < _KEPT_FREE:
                    raise self._no_space()
                reported = done
                yield self._source.tell()
        self.file.flush()

    @staticmethod
    def _no_space() -> OSError:
        return OSError(f"there is not enough space in {tempfile.gettempdir()} to decompress it")


@contextmanager
def seekable_log(path: Path, problems: Problems) -> Iterator[SeekableLog]:
    """Open a log file for random access; a compressed one is decompressed to the disk. Raises OSError."""
    with open_log(path, problems) as file:
        if not is_converted(file):
            yield SeekableLog(file, file, 0)
            return
        most = path.stat().st_size * _LARGEST_RATIO + _ALWAYS_ALLOWED
        with tempfile.TemporaryFile(prefix="canmcast-") as copy:
            yield SeekableLog(file, cast(BinaryIO, copy), most)


def _free_bytes() -> int:
    return shutil.disk_usage(tempfile.gettempdir()).free
