"""Opening a log file for reading: packing (.gz, .zst) and UTF-16 are looked through, by content."""

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

_BLOCK = 1 << 18


def open_log(path: Path, problems: Problems | None = None) -> BinaryIO:
    """The bytes of a log file from its beginning, unpacked where it is packed. Raises OSError,
    also for pipes and devices: logs are read more than once.

    Text comes in UTF-8 without a mark of the byte order. What is packed or transcoded is read forwards only,
    and its tell() is the place in the file as it lies on the disk. Where packed data are cut or damaged it
    ends, and the problems are told; without ``problems`` it raises OSError.
    """
    file = cast(io.BufferedReader, open_regular(path))
    try:
        head = file.peek(HEAD_BYTES)[:HEAD_BYTES]
        decoder = decoder_for(head)
        encoding, mark = encoding_of(head)
        if decoder is None and encoding is None:
            file.seek(mark)
            return file
    except BaseException:
        file.close()
        raise
    source: Source = _Plain(file) if decoder is None else _Unwrapping(file, decoder, problems)
    return cast(BinaryIO, _Unwrapped(Transcoded(source, problems), _BLOCK))


def is_wrapped(file: BinaryIO) -> bool:
    """Whether a file that open_log() gave is unpacked or transcoded while it is read."""
    return isinstance(file, _Unwrapped)


class _Plain:
    """A file as it lies on the disk."""

    def __init__(self, file: BinaryIO) -> None:
        self.read = file.read
        self.place = file.tell
        self.close = file.close


class _Unwrapping(io.RawIOBase):
    """Unpacks a file piece by piece, never more at once than it is asked for."""

    def __init__(self, file: BinaryIO, decoder: Decoder, problems: Problems | None) -> None:
        self._file = file
        self._decoder: Decoder | None = decoder
        self._problems = problems
        self._input = b""

    def readable(self) -> bool:
        return True

    def place(self) -> int:
        """How far the packed file has been read, in bytes."""
        return self._file.tell()

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Fill a buffer with unpacked bytes; 0 at the end."""
        while self._decoder is not None:
            try:
                piece = self._next_piece(self._decoder, len(buffer))
            except (EOFError, ValueError) as error:
                self._damaged(str(error))
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
            self._input = decoder.rest or self._file.read(_BLOCK)
            # Packed files may follow each other; zeros behind them are padding.
            self._decoder = decoder_for(self._input[:HEAD_BYTES])
            if self._decoder is None and self._input.strip(b"\0"):
                raise ValueError("something that is not packed follows what is")
            return b""
        if decoder.hungry and not self._input:
            self._input = self._file.read(_BLOCK)
            if not self._input:
                raise EOFError("the packed data end too early")
        given, self._input = self._input, b""
        return decoder.unpack(given, most)

    def _damaged(self, reason: str) -> None:
        self._decoder = None
        if self._problems is None:
            raise OSError(None, reason)
        self._problems.add(f"packed byte {self.place()}", reason)


class _Unwrapped(io.BufferedReader):
    """Buffered; tells the place in the file on the disk."""

    def tell(self) -> int:
        return cast(Transcoded, self.raw).place()


_BLOCK = 1 << 18
_STEP_BYTES = 16 << 20

# Logs shrink to a fiftieth at most; what claims more than this is made to fill the disk.
_MOST_TIMES_LARGER = 100
_ALWAYS_ALLOWED = 64 << 20

# What other programs may need meanwhile.
_LEFT_FREE = 256 << 20


class Unpacking:
    """A log file that can be read here and there; ``file`` is complete when steps() has been gone through."""

    def __init__(self, packed: BinaryIO, file: BinaryIO, most: int) -> None:
        self.file = file
        self._packed = packed
        self._most = most

    def steps(self) -> Iterator[int]:
        """Unpack; after each few megabytes the place in the packed file. Nothing where it is not packed.

        Raises OSError where the temporary folder has no room, or the file unpacks to far more than a log.
        """
        if self.file is self._packed:
            return
        try:
            yield from self._copied()
        except OSError as error:
            raise self._no_room() if error.errno == errno.ENOSPC else error from None
        self.file.seek(0)

    def _copied(self) -> Iterator[int]:
        done = told = 0
        while block := self._packed.read(_BLOCK):
            done += len(block)
            if done > self._most:
                much = f"more than {_MOST_TIMES_LARGER} times its size, over {done >> 20:,} MB"
                raise OSError(f"it unpacks to {much}; unpack it first if it is a log")
            self.file.write(block)
            if done - told >= _STEP_BYTES:
                if _free() < _LEFT_FREE:
                    raise self._no_room()
                told = done
                yield self._packed.tell()
        self.file.flush()

    @staticmethod
    def _no_room() -> OSError:
        return OSError(f"there is not enough room in {tempfile.gettempdir()} to unpack it")


@contextmanager
def seekable_log(path: Path, problems: Problems) -> Iterator[Unpacking]:
    """The bytes of a log file that is not read from beginning to end. Raises OSError."""
    with open_log(path, problems) as file:
        if not is_wrapped(file):
            yield Unpacking(file, file, 0)
            return
        most = path.stat().st_size * _MOST_TIMES_LARGER + _ALWAYS_ALLOWED
        with tempfile.TemporaryFile(prefix="canmcast-") as unpacked:
            yield Unpacking(file, cast(BinaryIO, unpacked), most)


def _free() -> int:
    return shutil.disk_usage(tempfile.gettempdir()).free
