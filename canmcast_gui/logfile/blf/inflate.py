"""Inflates containers in threads, some ahead of the reader; inflating releases the interpreter lock."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from canmcast_gui.logfile.blf.containers import LARGEST_CONTAINER, PADDING, Container, Containers
from canmcast_gui.logfile.compression import DamagedError, Inflated, inflate

# Blocks of this size are worth a call of numpy, and fit in the processor's cache.
_BLOCK_BYTES = 1 << 20

# How much may be inflated ahead: enough for all threads, little compared with the recording.
_AHEAD_BYTES = 8 << 20

# Deflated data inflate to at most this number of times their size.
_LARGEST_RATIO = 1032

# More than pads an object.
_ZEROS = bytes(8)
_THREADS = min(4, os.cpu_count() or 1)


class Part(NamedTuple):
    """Contents that follow each other.

    ``verified`` is whether checksums confirm them, ``after_gap`` whether data are missing before them,
    ``truncated`` whether the compressed data end early, so that nothing follows.
    """

    contents: list[bytes]
    verified: bool
    after_gap: bool
    truncated: bool


class Block(NamedTuple):
    """Inflated containers that follow each other.

    ``gap`` is whether data are missing after the last part. ``end`` is the position in the file after them;
    ``problems`` are positions in the file and what is wrong there.
    """

    parts: list[Part]
    gap: bool
    end: int
    problems: list[tuple[str, str]]


def inflated_blocks(containers: Containers) -> Iterator[Block]:
    """The containers of a file, inflated, in their order."""
    pending: deque[tuple[Future[Block], int]] = deque()
    ahead = 0
    with ThreadPoolExecutor(_THREADS, "inflate") as pool:
        try:
            for group in _groups(containers):
                size = sum(map(_memory, group))
                while pending and ahead + size > _AHEAD_BYTES:
                    block, done = pending.popleft()
                    ahead -= done
                    yield block.result()
                pending.append((pool.submit(_inflate_group, group), size))
                ahead += size
            while pending:
                yield pending.popleft()[0].result()
        finally:
            for block, _ in pending:
                block.cancel()


def _groups(containers: Containers) -> Iterator[list[Container]]:
    """Containers in groups, a small one first, so that the first frames appear soon."""
    group: list[Container] = []
    size, enough = 0, _BLOCK_BYTES // 8
    for container in containers:
        group.append(container)
        size += _memory(container)
        if size >= enough:
            yield group
            group, size, enough = [], 0, _BLOCK_BYTES
    if group:
        yield group


def _memory(container: Container) -> int:
    """How much memory a container may need."""
    size = len(container.content)
    return max(size, min(_most(container), _LARGEST_RATIO * size)) if container.compressed else size


def _most(container: Container) -> int:
    return container.inflated_size or LARGEST_CONTAINER


def _inflate_group(group: list[Container]) -> Block:
    """The reliable contents of containers.

    A container whose deflate stream or checksum is wrong is dropped: damage shows late in compressed data, so
    that any of its bytes may be wrong and still look like objects. Only where the file itself ends within a
    container, as in an incomplete recording, its content is returned as not verified. So is content that is
    not compressed, as it has no checksum.
    """
    parts: list[Part] = []
    problems: list[tuple[str, str]] = []
    gap = False
    for container in group:
        gap |= container.after_gap
        found = _inflate(container)
        if found is None:
            problems.append((f"byte {container.start}", "a container whose compressed data are damaged"))
            gap = True
            continue
        truncated = container.compressed and not found.verified
        _append(parts, Part([found.content], found.verified, gap, truncated))
        gap = container.searched and len(found.rest) > PADDING
        if gap:
            problems.append((f"byte {container.start}", "a container that is followed by other data"))
    return Block(parts, gap, group[-1].end, problems)


def _inflate(container: Container) -> Inflated | None:
    """The content of a container, None where it is not reliable."""
    if not container.compressed or not container.content:
        return Inflated(container.content, not container.content)
    try:
        found = inflate(container.content, _most(container))
    except DamagedError:
        return None
    return found if found.verified or container.truncated else None


def _append(parts: list[Part], part: Part) -> None:
    """Join a part with the one before where both are of one kind, except where zeros may be padding."""
    before = parts[-1] if parts else None
    alike = before is not None and (before.verified, before.truncated) == (part.verified, part.truncated)
    if before is None or not alike or part.after_gap or not (part.verified or not _ends_in_zeros(before)):
        parts.append(part)
    else:
        before.contents.extend(part.contents)


def _ends_in_zeros(part: Part) -> bool:
    return part.contents[-1].endswith(_ZEROS)
