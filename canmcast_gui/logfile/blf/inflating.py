"""Containers unpacked a few ahead, in threads: inflating lets go of the interpreter lock."""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import NamedTuple

from canmcast_gui.logfile.blf.containers import LARGEST_CONTAINER, Container, Containers
from canmcast_gui.logfile.packing import DamagedError, inflate

# Blocks of that size are worth a turn of numpy, and still stay in the processor's cache.
_BLOCK_BYTES = 1 << 20

# What may be unpacked ahead of whoever takes it: enough for all threads, little beside the recording.
_AHEAD_BYTES = 8 << 20
_THREADS = min(4, os.cpu_count() or 1)


class Block(NamedTuple):
    """Unpacked containers that follow each other.

    ``parts`` are their contents; between two parts, and behind a last one that is empty, something is
    missing. ``end`` is the place in the file behind them, ``problems`` places in the file and what is wrong
    there.
    """

    parts: list[list[bytes]]
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
    """Containers gathered to blocks; what is not whole ends one. The first are few: they are shown first."""
    group: list[Container] = []
    size, enough = 0, _BLOCK_BYTES // 8
    for container in containers:
        group.append(container)
        size += _claim(container)
        if size >= enough or not container.whole:
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
    parts: list[list[bytes]] = [[]]
    problems: list[tuple[str, str]] = []
    for container in group:
        content, whole = container.content, container.whole
        if container.packed and content:
            try:
                content = inflate(content, _most(container))
            except DamagedError:
                problems.append((f"byte {container.at}", "a container whose compressed data is damaged"))
                content, whole = b"", False
        parts[-1].append(content)
        if not whole:
            parts.append([])
    return Block(parts, group[-1].end, problems)
