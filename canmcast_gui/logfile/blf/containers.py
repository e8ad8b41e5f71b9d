"""Finds the containers of a file, without inflating them, and reports what is between them."""

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

# Vector's containers hold 128 kB, those of some tools a few megabytes; more is damage or malice.
LARGEST_CONTAINER = 64 << 20

_BLOCK = 1 << 20

# The start of a container: only containers have a header this short.
_CONTAINER_START = OBJECT.pack(SIGNATURE, OBJECT.size, 1, 0, 0)[:8]
PADDING = 3  # to four bytes

# A search mostly ends within the first window; larger ones for each search would make hostile files slow.
_WINDOW = 4096
_LONGEST_FILE_HEADER = 4096


class Container(NamedTuple):
    """The content of a container, and where the container starts and ends in the file.

    ``inflated_size`` is the size that it claims for its inflated content. ``searched`` is whether its end was
    searched, as its size is wrong or no object follows; ``truncated`` whether the file ends within it;
    ``after_gap`` whether data are missing before it.
    """

    start: int
    end: int
    compressed: bool
    content: bytes
    inflated_size: int
    searched: bool
    truncated: bool
    after_gap: bool


class _Bytes:
    """The bytes of a file, read forwards only, as a decompressed file cannot seek."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._buffer = b""
        self._offset = 0
        self.position = 0

    def peek(self, count: int) -> bytes:
        """The next ``count`` bytes, fewer at the end of the file."""
        self._fill(count)
        return self._buffer[self._offset : self._offset + count]

    def after(self, count: int, more: int) -> bytes | None:
        """Up to ``more`` bytes after the next ``count``; None where the file ends before them."""
        self._fill(count + more)
        start = self._offset + count
        return self._buffer[start : start + more] if start <= len(self._buffer) else None

    def _fill(self, count: int) -> None:
        while len(self._buffer) - self._offset < count:
            more = self._file.read(max(_BLOCK, count - len(self._buffer) + self._offset))
            if not more:
                break
            self._buffer = self._buffer[self._offset :] + more
            self._offset = 0

    def take(self, count: int) -> bytes:
        """Read the next ``count`` bytes."""
        taken = self.peek(count)
        self._offset += len(taken)
        self.position += len(taken)
        return taken

    def take_until(self, pattern: bytes, most: int) -> tuple[bytes, bool]:
        """Read what is before ``pattern``, at most ``most`` bytes; and whether there is more of the file."""
        window = min(_WINDOW, most)
        while True:
            block = self.peek(window)
            found = block.find(pattern)
            if found >= 0:
                return self.take(found), True
            if len(block) < window:
                return self.take(len(block)), False
            if window == most:
                return self.take(window - len(pattern) + 1), True
            window = min(2 * window, most)


class Containers:
    """Iterates over the containers of one file.

    ``start_ns`` and ``objects``, the number of objects in the header, are known with the first container.
    At the end ``truncated`` is whether the file ends within a container, ``gap`` whether other data are
    missing after the last one.
    """

    def __init__(self, file: BinaryIO, problems: Problems) -> None:
        self._bytes = _Bytes(file)
        self._problems = problems
        self.start_ns = 0
        self.objects = 0
        self.gap = False
        self.truncated = False

    def __iter__(self) -> Iterator[Container]:
        self._read_header()
        while head := self._bytes.peek(OBJECT.size):
            yield from self._container() if _starts_container(head) else self._outside()

    def _read_header(self) -> None:
        head = self._bytes.peek(FILE_HEADER.size)
        if len(head) < FILE_HEADER.size:
            self._problems.add("byte 0", "the file ends within its header")
            return
        _, size, api, *numbers = FILE_HEADER.unpack(head)
        self.objects = numbers[6]
        self.start_ns = start_of(list(numbers[8:16]), api)
        if not FILE_HEADER.size <= size <= _LONGEST_FILE_HEADER:
            size = FILE_HEADER_BYTES  # of an incomplete recording
        self._bytes.take(size)

    def _container(self) -> Iterator[Container]:
        start = self._bytes.position
        head = self._bytes.take(CONTAINER_HEAD)
        if len(head) < CONTAINER_HEAD:
            self._truncate(start)
            return
        size = OBJECT.unpack_from(head)[3]
        method, inflated_size = CONTAINER.unpack_from(head, OBJECT.size)
        stored = inflated_size if method == STORED else None
        content, searched, truncated = self._content(start, size, stored)
        if method not in (STORED, DEFLATED) or inflated_size > LARGEST_CONTAINER:
            self._add_gap(start, f"a container of unknown type {method} with {inflated_size:,} bytes")
            return
        yield self._found(start, method == DEFLATED, content, inflated_size, searched, truncated)

    def _found(
        self,
        start: int,
        compressed: bool,
        content: bytes,
        inflated_size: int = 0,
        searched: bool = False,
        truncated: bool = False,
    ) -> Container:
        gap, self.gap = self.gap, False
        end = self._bytes.position
        return Container(start, end, compressed, content, inflated_size, searched, truncated, gap)

    def _truncate(self, start: int) -> None:
        self._problems.add(f"byte {start}", "the file ends within a container")
        self.truncated = True

    def _add_gap(self, start: int, what: str) -> None:
        self._problems.add(f"byte {start}", what)
        self.gap = True

    def _content(self, start: int, size: int, stored: int | None) -> tuple[bytes, bool, bool]:
        """The content of a container, whether its end was searched, and whether the file ends within it.

        Its size is used where an object or the end of the file follows, or where a ``stored`` container has
        the same size twice. Otherwise it was never written or is damaged: the content then ends where another
        container starts, or at the end of the file.
        """
        room = size - CONTAINER_HEAD
        possible = 0 <= room <= LARGEST_CONTAINER
        searched = not (possible and (stored == room or self._is_followed(room)))
        if not searched:
            content = self._bytes.take(room)
            self._skip_padding(size)
        else:
            if not possible:
                self._problems.add(f"byte {start}", f"a container that claims {size:,} bytes")
            content, _ = self._bytes.take_until(_CONTAINER_START, LARGEST_CONTAINER)
        truncated = not self._bytes.peek(1) and (not possible or len(content) < room)
        if truncated and possible:
            self._truncate(start)
        self.truncated |= truncated
        return content, searched, truncated

    def _is_followed(self, room: int) -> bool:
        """Whether an object starts, or the file ends, after ``room`` bytes and padding to four bytes."""
        after = self._bytes.after(room, PADDING + len(SIGNATURE))
        return after is not None and (SIGNATURE in after or len(after) <= PADDING)

    def _skip_padding(self, size: int) -> None:
        """Skip the padding: ``size % 4`` bytes, as Vector's library writes it."""
        if self._bytes.peek(len(SIGNATURE)) != SIGNATURE and size % 4:
            padding = self._bytes.peek(size % 4)
            if SIGNATURE[:1] not in padding:
                self._bytes.take(size % 4)

    def _outside(self) -> Iterator[Container]:
        """What is not in containers: padding, the objects of a file without containers, or damage."""
        start = self._bytes.position
        content, more = self._bytes.take_until(_CONTAINER_START, _BLOCK)
        first = content.find(SIGNATURE)
        damaged = (first if first >= 0 else len(content)) > PADDING
        if damaged:
            self._add_gap(start, "no object where one should start")
        elif first < 0 and not more and content.strip(b"\0"):
            self._truncate(start)
        if first >= 0:
            yield self._found(start + first, False, content[first:])
            self.gap = damaged  # these objects may not be followed by the next ones


def _starts_container(head: bytes) -> bool:
    if len(head) < OBJECT.size or not head.startswith(SIGNATURE):
        return head.startswith(_CONTAINER_START)
    _, header, _, _, kind = OBJECT.unpack(head)
    return (kind == CONTAINER_TYPE and header >= OBJECT.size) or head.startswith(_CONTAINER_START)
