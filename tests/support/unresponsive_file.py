"""Files that do not respond: opening one blocks, as on a server that is down."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest


@contextmanager
def unresponsive(path: Path) -> Iterator[None]:
    """Let every open() of an existing file block until the end of the context (on Linux at most 45 s).

    The test process holds a lease on the file and does not return it when the system requests that.
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
