"""From a file to the containers in it, packed as they are, whatever stands between them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import BinaryIO, NamedTuple

from canmcast_gui.logfile.blf.layout import (
    CONTAINER,
    CONTAINER_HEAD,
    CONTAINER_TYPE,
    DEFLATED,
    FILE_HEADER,
    FILE_HEADER_BYTES,
    OBJECT,
    SIGNATURE,
    STORED,
    start_of,
)
from canmcast_gui.logfile.problems import Problems

# Real containers hold 128 kB, some tools write a few megabytes; more is damage, or a trap.
LARGEST_CONTAINER = 64 << 20

_BLOCK = 1 << 20

# What is sought is near most of the time; a large piece for each would make hostile files slow.
_WINDOW = 4096
_LONGEST_FILE_HEADER = 4096


class Container(NamedTuple):
    """A container's content as the file has it, where it begins and ends there, and whether it is whole.

    ``inflated`` is how many bytes it claims to hold once it is unpacked.
    """

    at: int
    end: int
    packed: bool
    content: bytes
    inflated: int
    whole: bool


class _Bytes:
    """A file's bytes, forwards only: what wraps them may not be able to go back."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._kept = b""
        self._place = 0
        self.at = 0

    def peek(self, count: int) -> bytes:
        """The next ``count`` bytes, fewer at the end of the file."""
        while len(self._kept) - self._place < count:
            more = self._file.read(max(_BLOCK, count - len(self._kept) + self._place))
            if not more:
                break
            self._kept = self._kept[self._place :] + more
            self._place = 0
        return self._kept[self._place : self._place + count]

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes, and go on behind them."""
        taken = self.peek(count)
        self._place += len(taken)
        self.at += len(taken)
        return taken

    def skip_to(self, mark: bytes) -> bool:
        """Go on where ``mark`` begins, which may be here; False, at the file's end, where there is none."""
        window = _WINDOW
        while True:
            block = self.peek(window)
            found = block.find(mark)
            if found >= 0:
                self.take(found)
                return True
            if len(block) < window:
                self.take(len(block))
                return False
            self.take(len(block) - len(mark) + 1)
            window = min(2 * window, _BLOCK)

    def until(self, mark: bytes, most: int) -> tuple[bytes, bool]:
        """What comes before ``mark``, and whether that comes; without it at most that many bytes."""
        window = min(_WINDOW, most)
        while True:
            block = self.peek(window)
            found = block.find(mark)
            if found >= 0 or len(block) < window or window == most:
                return self.take(found if found >= 0 else len(block)), found >= 0
            window = min(2 * window, most)


class Containers:
    """The containers of one file, in their order. ``start_ns`` is known once the first has been asked for."""

    def __init__(self, file: BinaryIO, problems: Problems) -> None:
        self._bytes = _Bytes(file)
        self._problems = problems
        self.start_ns = 0

    def __iter__(self) -> Iterator[Container]:
        self._read_header()
        while len(head := self._bytes.peek(CONTAINER_HEAD)) >= OBJECT.size:
            at = self._bytes.at
            signature, header, _, size, kind = OBJECT.unpack_from(head)
            if signature != SIGNATURE or header < OBJECT.size:
                self._bytes.take(1)
                found = self._bytes.skip_to(SIGNATURE)
                if self._bytes.at - at > 3 or not found:  # containers are padded to four bytes
                    self._problems.add(f"byte {at}", "no object where one should begin")
            elif kind == CONTAINER_TYPE:
                yield from self._container(at, size)
            elif size <= LARGEST_CONTAINER:
                # Files without containers have their objects here.
                content = self._bytes.take(max(size, OBJECT.size))
                padding = self._padding(size)
                yield Container(at, self._bytes.at, False, content + padding, 0, True)
            else:
                self._bytes.take(len(SIGNATURE))
        if head.strip(b"\0"):
            self._problems.add(f"byte {self._bytes.at}", "the file ends within an object")

    def _read_header(self) -> None:
        head = self._bytes.peek(FILE_HEADER.size)
        if len(head) < FILE_HEADER.size:
            self._problems.add("byte 0", "the file ends within its header")
            return
        _, size, api, *numbers = FILE_HEADER.unpack(head)
        self.start_ns = start_of(list(numbers[8:16]), api)
        if not FILE_HEADER.size <= size <= _LONGEST_FILE_HEADER:
            size = FILE_HEADER_BYTES  # a recording that was not completed may not know its header
        self._bytes.take(size)

    def _container(self, at: int, size: int) -> Iterator[Container]:
        head = self._bytes.take(CONTAINER_HEAD)
        if len(head) < CONTAINER_HEAD:
            self._problems.add(f"byte {at}", "a container that ends within its header")
            return
        method, inflated = CONTAINER.unpack_from(head, OBJECT.size)
        content, whole = self._content(at, size)
        self._padding(size)
        if method not in (STORED, DEFLATED) or inflated > LARGEST_CONTAINER:
            self._problems.add(f"byte {at}", f"a container of unknown kind {method} with {inflated:,} bytes")
            content, whole = b"", False
        yield Container(at, self._bytes.at, method == DEFLATED, content, inflated, whole)

    def _content(self, at: int, size: int) -> tuple[bytes, bool]:
        """A container's content and whether all of it is there; goes on behind it."""
        if CONTAINER_HEAD <= size <= LARGEST_CONTAINER:
            content = self._bytes.take(size - CONTAINER_HEAD)
            if len(content) == size - CONTAINER_HEAD:
                return content, True
            self._problems.add(f"byte {at}", "the file ends within a container")
            return content, False
        # Its size was never written, or is damaged: it ends where another one begins, or the file does.
        self._problems.add(f"byte {at}", f"a container that says it has {size:,} bytes")
        return self._bytes.until(OBJECT.pack(SIGNATURE, 16, 1, 0, 0)[:8], LARGEST_CONTAINER)

    def _padding(self, size: int) -> bytes:
        """What fills up to four bytes: as many as the size is beyond them, as Vector's library does it."""
        if self._bytes.peek(4) == SIGNATURE or not size % 4:
            return b""
        padding = self._bytes.peek(size % 4)
        return b"" if SIGNATURE[:1] in padding else self._bytes.take(size % 4)
