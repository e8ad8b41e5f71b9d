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

# Only containers have such a short header.
_MARK = OBJECT.pack(SIGNATURE, OBJECT.size, 1, 0, 0)[:8]
PADDING = 3  # to four bytes

# What is sought is near most of the time; a large piece for each would make hostile files slow.
_WINDOW = 4096
_LONGEST_FILE_HEADER = 4096


class Container(NamedTuple):
    """A container's content as the file has it, and where it begins and ends there.

    ``inflated`` is how many bytes it claims to hold once it is unpacked. ``sought`` says that its end was
    sought, as its size is wrong or something else follows it; ``cut`` that the file ends within it;
    ``after_gap`` that something is missing between the container before and this one.
    """

    at: int
    end: int
    packed: bool
    content: bytes
    inflated: int
    sought: bool
    cut: bool
    after_gap: bool


class _Bytes:
    """A file's bytes, forwards only: what wraps them may not be able to go back."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._kept = b""
        self._place = 0
        self.at = 0

    def peek(self, count: int) -> bytes:
        """The next ``count`` bytes, fewer at the end of the file."""
        self._fill(count)
        return self._kept[self._place : self._place + count]

    def after(self, count: int, more: int) -> bytes | None:
        """Up to ``more`` bytes after the next ``count``; None where the file ends before these."""
        self._fill(count + more)
        start = self._place + count
        return self._kept[start : start + more] if start <= len(self._kept) else None

    def _fill(self, count: int) -> None:
        while len(self._kept) - self._place < count:
            more = self._file.read(max(_BLOCK, count - len(self._kept) + self._place))
            if not more:
                break
            self._kept = self._kept[self._place :] + more
            self._place = 0

    def take(self, count: int) -> bytes:
        """The next ``count`` bytes, and go on behind them."""
        taken = self.peek(count)
        self._place += len(taken)
        self.at += len(taken)
        return taken

    def until(self, mark: bytes, most: int) -> tuple[bytes, bool]:
        """What comes before ``mark``, at most so many bytes, and whether there is more of the file."""
        window = min(_WINDOW, most)
        while True:
            block = self.peek(window)
            found = block.find(mark)
            if found >= 0:
                return self.take(found), True
            if len(block) < window:
                return self.take(len(block)), False
            if window == most:
                return self.take(window - len(mark) + 1), True
            window = min(2 * window, most)


class Containers:
    """The containers of one file, in their order.

    ``start_ns`` and ``objects``, how many the file says to have, are known once the first has been asked for.
    At the end ``cut`` says that the file ends within a container, ``gap`` that something else is missing
    after the last one.
    """

    def __init__(self, file: BinaryIO, problems: Problems) -> None:
        self._bytes = _Bytes(file)
        self._problems = problems
        self.start_ns = 0
        self.objects = 0
        self.gap = False
        self.cut = False

    def __iter__(self) -> Iterator[Container]:
        self._read_header()
        while head := self._bytes.peek(OBJECT.size):
            yield from self._container() if _begins_container(head) else self._loose()

    def _read_header(self) -> None:
        head = self._bytes.peek(FILE_HEADER.size)
        if len(head) < FILE_HEADER.size:
            self._problems.add("byte 0", "the file ends within its header")
            return
        _, size, api, *numbers = FILE_HEADER.unpack(head)
        self.objects = numbers[6]
        self.start_ns = start_of(list(numbers[8:16]), api)
        if not FILE_HEADER.size <= size <= _LONGEST_FILE_HEADER:
            size = FILE_HEADER_BYTES  # a recording that was not completed may not know its header
        self._bytes.take(size)

    def _container(self) -> Iterator[Container]:
        at = self._bytes.at
        head = self._bytes.take(CONTAINER_HEAD)
        if len(head) < CONTAINER_HEAD:
            self._break_off(at)
            return
        size = OBJECT.unpack_from(head)[3]
        method, inflated = CONTAINER.unpack_from(head, OBJECT.size)
        stored = inflated if method == STORED else None
        content, sought, cut = self._content(at, size, stored)
        if method not in (STORED, DEFLATED) or inflated > LARGEST_CONTAINER:
            self._missing(at, f"a container of unknown kind {method} with {inflated:,} bytes")
            return
        yield self._found(at, method == DEFLATED, content, inflated, sought, cut)

    def _found(
        self,
        at: int,
        packed: bool,
        content: bytes,
        inflated: int = 0,
        sought: bool = False,
        cut: bool = False,
    ) -> Container:
        gap, self.gap = self.gap, False
        return Container(at, self._bytes.at, packed, content, inflated, sought, cut, gap)

    def _break_off(self, at: int) -> None:
        self._problems.add(f"byte {at}", "the file ends within a container")
        self.cut = True

    def _missing(self, at: int, what: str) -> None:
        self._problems.add(f"byte {at}", what)
        self.gap = True

    def _content(self, at: int, size: int, stored: int | None) -> tuple[bytes, bool, bool]:
        """A container's content, whether its end was sought, and whether the file ends within it.

        Its size is believed where another container follows, or the file's end, or where a container that is
        ``stored`` says it twice. Else it was never written or is damaged: the content ends where another
        container begins, or the file does.
        """
        room = size - CONTAINER_HEAD
        possible = 0 <= room <= LARGEST_CONTAINER
        sought = not (possible and (stored == room or self._is_followed(room)))
        if not sought:
            content = self._bytes.take(room)
            self._padding(size)
        else:
            if not possible:
                self._problems.add(f"byte {at}", f"a container that says it has {size:,} bytes")
            content, _ = self._bytes.until(_MARK, LARGEST_CONTAINER)
        cut = not self._bytes.peek(1) and (not possible or len(content) < room)
        if cut and possible:
            self._break_off(at)
        self.cut |= cut
        return content, sought, cut

    def _is_followed(self, room: int) -> bool:
        """Whether after so many bytes, and padding to four bytes, an object begins or the file ends."""
        after = self._bytes.after(room, PADDING + len(SIGNATURE))
        return after is not None and (SIGNATURE in after or len(after) <= PADDING)

    def _padding(self, size: int) -> None:
        """Pass what fills up to four bytes: as many as the size has more, as Vector's library does it."""
        if self._bytes.peek(len(SIGNATURE)) != SIGNATURE and size % 4:
            padding = self._bytes.peek(size % 4)
            if SIGNATURE[:1] not in padding:
                self._bytes.take(size % 4)

    def _loose(self) -> Iterator[Container]:
        """What is outside of containers: padding, the objects of a file without them, or damage."""
        at = self._bytes.at
        content, more = self._bytes.until(_MARK, _BLOCK)
        begin = content.find(SIGNATURE)
        damaged = (begin if begin >= 0 else len(content)) > PADDING
        if damaged:
            self._missing(at, "no object where one should begin")
        elif begin < 0 and not more and content.strip(b"\0"):
            self._break_off(at)
        if begin >= 0:
            yield self._found(at + begin, False, content[begin:])
            self.gap = damaged  # nothing shows that such objects lead to what follows


def _begins_container(head: bytes) -> bool:
    if len(head) < OBJECT.size or not head.startswith(SIGNATURE):
        return head.startswith(_MARK)
    _, header, _, _, kind = OBJECT.unpack(head)
    return (kind == CONTAINER_TYPE and header >= OBJECT.size) or head.startswith(_MARK)
