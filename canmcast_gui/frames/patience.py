"""Asking a file system that may never answer, such as that of a server that is gone."""

from __future__ import annotations

import errno
import threading
from collections.abc import Callable
from typing import TypeVar

T = TypeVar("T")


def within(seconds: float, work: Callable[[], T]) -> T:
    """The result of ``work``, or what it raises; it is given up on where it takes longer.

    Raises TimeoutError, an OSError, then; the work is left to a thread that does not hold up the end of the
    program, so that it must not change anything that others use.
    """
    found: list[T] = []
    raised: list[BaseException] = []

    def run() -> None:
        try:
            found.append(work())
        except BaseException as error:  # noqa: BLE001 - it is raised again below
            raised.append(error)

    thread = threading.Thread(target=run, name="patience", daemon=True)
    thread.start()
    thread.join(seconds)
    if raised:
        raise raised[0]
    if not found:
        raise TimeoutError(errno.ETIMEDOUT, f"nothing has answered for {seconds:g} s")
    return found[0]
