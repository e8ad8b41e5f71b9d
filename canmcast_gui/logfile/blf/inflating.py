"""Containers unpacked a few ahead, in threads: inflating lets go of the interpreter lock."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from canmcast_gui.logfile.blf.containers import LARGEST_CONTAINER, PADDING, Container, Containers
from canmcast_gui.logfile.compression import DamagedError, Inflated, inflate

# Blocks of that size are worth a turn of numpy, and still stay in the processor's cache.
_BLOCK_BYTES = 1 << 20

# What may be unpacked ahead of whoever takes it: enough for all threads, little beside the recording.
_AHEAD_BYTES = 8 << 20

# More than pads an object.
_ZEROS = bytes(8)
_THREADS = min(4, os.cpu_count() or 1)


class Part(NamedTuple):
    """Contents that follow each other.

    ``proven`` says that checksums have shown that they are what was written, ``after_gap`` that something is
    missing before them, ``cut`` that the packed data broke off, so that nothing follows.
    """

    contents: list[bytes]
    proven: bool
    after_gap: bool
    cut: bool


class Block(NamedTuple):
    """Unpacked containers that follow each other.

    ``gap`` says that something is missing after the last part. ``end`` is the place in the file after them,
    ``problems`` places in the file and what is wrong there.
    """

    parts: list[Part]
    gap: bool
    end: int
    problems: list[tuple[str, str]]


def inflated_blocks(containers: Containers) -> Iterator[Block]:
    """The file's containers, unpacked, in their order."""
    waiting: deque[tuple[Future[Block], int]] = deque()
    ahead = 0
    with ThreadPoolExecutor(_THREADS, "inflate") as pool:
        try:
            for group in _groups(containers):
                size = sum(map(_claim, group))
                while waiting and ahead + size > _AHEAD_BYTES:
                    block, done = waiting.popleft()
                    ahead -= done
                    yield block.result()
                waiting.append((pool.submit(_unpack, group), size))
                ahead += size
            while waiting:
                yield waiting.popleft()[0].result()
        finally:
            for block, _ in waiting:
                block.cancel()


def _groups(containers: Containers) -> Iterator[list[Container]]:
    """Containers gathered to blocks. The first are few: they are shown first."""
    group: list[Container] = []
    size, enough = 0, _BLOCK_BYTES // 8
    for container in containers:
        group.append(container)
        size += _claim(container)
        if size >= enough:
            yield group
            group, size, enough = [], 0, _BLOCK_BYTES
    if group:
        yield group


def _claim(container: Container) -> int:
    """How much memory a container may need: no data inflate to more than 1032 times their size."""
    size = len(container.content)
    return max(size, min(_most(container), 1032 * size)) if container.packed else size


def _most(container: Container) -> int:
    return container.inflated or LARGEST_CONTAINER


def _unpack(group: list[Container]) -> Block:
    """The contents of containers that can be relied on.

    A container whose deflate stream or checksum is wrong gives nothing: damage shows late, so that any of its
    bytes may be wrong, among them such that still look like objects. Only where the file itself ends within
    a container, as a recording does that was not completed, what was unpacked is given as not proven. The
    same holds for contents that are not packed, as these have no checksum.
    """
    parts: list[Part] = []
    problems: list[tuple[str, str]] = []
    gap = False
    for container in group:
        found = _unpacked(container)
        gap |= container.after_gap
        if found is None or not (found.proven or container.cut or not container.packed):
            problems.append((f"byte {container.at}", "a container whose compressed data is damaged"))
            gap = True
            continue
        _add(parts, Part([found.content], found.proven, gap, container.packed and not found.proven))
        gap = container.sought and len(found.rest) > PADDING
        if gap:
            problems.append((f"byte {container.at}", "a container that is followed by something else"))
    return Block(parts, gap, group[-1].end, problems)


def _unpacked(container: Container) -> Inflated | None:
    if not container.packed or not container.content:
        return Inflated(container.content, not container.content)
    try:
        return inflate(container.content, _most(container))
    except DamagedError:
        return None


def _add(parts: list[Part], part: Part) -> None:
    """Join a part with the one before where both are alike; what ends in zeros may end in padding."""
    before = parts[-1] if parts else None
    alike = before is not None and (before.proven, before.cut) == (part.proven, part.cut)
    if before is None or not alike or part.after_gap or not (part.proven or not _ends_in_zeros(before)):
        parts.append(part)
    else:
        before.contents.extend(part.contents)


def _ends_in_zeros(part: Part) -> bool:
    return part.contents[-1].endswith(_ZEROS)
