"""Long runs, which look for leaks and rare failures: their duration, seeds, and memory use."""

import os
import random
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

# A minute each in a complete run; CANMCAST_LONG_SECONDS=5 for a quick check.
SECONDS = float(os.environ.get("CANMCAST_LONG_SECONDS", "60"))


def seeded() -> random.Random:
    """Random numbers, by default the same in each run, so that runs can be compared.

    CANMCAST_SEED sets another seed, "any" a new one, which is printed.
    """
    wanted = os.environ.get("CANMCAST_SEED", "1")
    seed = time.time_ns() % 1_000_000 if wanted == "any" else int(wanted)
    print(f"CANMCAST_SEED={seed}")
    return random.Random(seed)


def rounds(seconds: float = SECONDS) -> Iterator[float]:
    """The elapsed seconds, until the time is over."""
    start = time.monotonic()
    while (elapsed := time.monotonic() - start) < seconds:
        yield elapsed


def anonymous_memory(pid: int | str = "self") -> int:
    """The private memory of a process in bytes, without mapped files."""
    status = Path(f"/proc/{pid}/status")
    if not status.is_file():
        pytest.skip("the memory of a process is read from /proc, which this system does not have")
    line = next(line for line in status.read_text().splitlines() if line.startswith("RssAnon"))
    return int(line.split()[1]) * 1024
