"""Files that do not answer: whoever opens one waits, as on a server that is gone."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def unanswered(path: Path) -> Iterator[None]:
    """Let every open() of an existing file wait until the end of the block (or for 45 s, in Linux).

    The test process holds a lease on the file, which the system asks it to give back, and it does not.
    """
    if not sys.platform.startswith("linux"):
        pytest.skip("needs leases on files, which Linux has")
    import fcntl

    descriptor = os.open(path, os.O_RDWR)
    try:
        fcntl.fcntl(descriptor, fcntl.F_SETSIG, signal.SIGURG)  # which is ignored
        fcntl.fcntl(descriptor, fcntl.F_SETLEASE, fcntl.F_WRLCK)
    except OSError as error:
        os.close(descriptor)
        pytest.skip(f"the file system has no leases: {error}")
    try:
        yield
    finally:
        os.close(descriptor)
