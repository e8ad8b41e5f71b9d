"""Ctrl+C and other requests of the system to end, as something that can be waited for."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from contextlib import suppress

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)


class EndSignals:
    """Readable, by its ``fileno``, once the system asks the process to end, instead of ending it.

    Python runs signal handlers between two of its own instructions, and a loop in select or in Qt may wait
    long for one; so the interpreter also writes a byte into a socket. ``handle`` is called as a handler, on
    the main thread; make it there.
    """

    def __init__(self, handle: Callable[[], object] = lambda: None) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._previous_fd = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._previous = {number: signal.signal(number, lambda *_: handle()) for number in SIGNALS}

    def fileno(self) -> int:
        """What becomes readable."""
        return self._reader.fileno()

    def clear(self) -> None:
        """Not readable until the next signal."""
        with suppress(BlockingIOError):
            self._reader.recv(64)

    def restore(self) -> None:
        """Put the previous handlers back, so that the next signal acts as usual."""
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def close(self) -> None:
        """Restore the handlers and close the descriptor."""
        self.restore()
        signal.set_wakeup_fd(self._previous_fd)
        self._reader.close()
        self._writer.close()
