"""Runs that look for what only time brings to light: how long they last, and how memory is watched."""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

# A minute each where everything is checked; CANMCAST_LONG_SECONDS=5 for a quick look.
SECONDS = float(os.environ.get("CANMCAST_LONG_SECONDS", "60"))


def seeded() -> random.Random:
    """A source of chance: the same every time, so that a change is judged by what it changed.

    CANMCAST_SEED is another one to search further with, "any" one that is new; it is printed.
    """
    wanted = os.environ.get("CANMCAST_SEED", "1")
    seed = time.time_ns() % 1_000_000 if wanted == "any" else int(wanted)
    print(f"CANMCAST_SEED={seed}")
    return random.Random(seed)


def rounds(seconds: float = SECONDS) -> Iterator[float]:
    """How many seconds have gone by, until the time is over."""
    start = time.monotonic()
    while (elapsed := time.monotonic() - start) < seconds:
        yield elapsed


def anonymous_memory(pid: int | str = "self") -> int:
    """Bytes of memory that belong to a process alone and stand for no file."""
    status = Path(f"/proc/{pid}/status")
    if not status.is_file():
        pytest.skip("how much memory a process holds is read from /proc, which this system has not")
    line = next(line for line in status.read_text().splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) * 1024
