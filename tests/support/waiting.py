"""Wait for other threads and processes by conditions instead of fixed times."""

import time
from collections.abc import Callable


def wait_until(condition: Callable[[], object], seconds: float = 5.0) -> None:
    """Return as soon as ``condition`` is true; fail after ``seconds``."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end, f"the condition was not met within {seconds:g} s"
        time.sleep(0.002)
