"""Counting bits on the bus, compared with a plain loop over the same frames."""

from __future__ import annotations

import time
from collections.abc import Callable

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.wire_bits import wire_bits
from tests.benchmarks.figure import Figure, rate
from tests.benchmarks.recording import traffic
from tests.frames.test_wire_bits import slow_bits

FRAMES, PEER_FRAMES = 4096, 500
ROUNDS = 10


def run() -> list[Figure]:
    """Classic and FD frames in batches as they arrive."""
    return [_bits("8 bytes", 8, 100), _bits("CAN FD, 64 bytes", 64, 100)]


def _bits(name: str, width: int, bar: float) -> Figure:
    batch = traffic(FRAMES, width)
    few = [batch[n : n + 1] for n in range(PEER_FRAMES)]
    ours = min(_timed(lambda: wire_bits(batch)) for _ in range(ROUNDS)) / FRAMES
    peer = min(_timed(lambda: [_one(one) for one in few]) for _ in range(ROUNDS // 5)) / PEER_FRAMES
    return Figure(
        f"bits on the wire, {name}", peer / ours, bar, rate(1, ours), f"{rate(1, peer)} (loop over bits)"
    )


def _one(one: FrameBatch) -> tuple[int, int]:
    return slow_bits(int(one.flags[0]), int(one.arbitration_id[0]), int(one.dlc[0]), one.payload(0))


def _timed(work: Callable[[], object]) -> float:
    start = time.perf_counter()
    work()
    return time.perf_counter() - start
