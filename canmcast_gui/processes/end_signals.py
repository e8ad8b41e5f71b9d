"""Ctrl+C and other signals that request the end of the process, as a descriptor to wait for."""

from __future__ import annotations

import signal
import socket
from collections.abc import Callable
from contextlib import suppress

SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)


class EndSignals:
    """Its ``fileno`` becomes readable at a signal that would otherwise end the process.

    Python runs signal handlers between two of its own instructions, for which a loop in select() or in Qt may
    wait long. So the interpreter also writes a byte into a socket. ``handle`` is called as a signal handler,
    in the main thread. Create the object in that thread.
    """

    def __init__(self, handle: Callable[[], object] = lambda: None) -> None:
        self._reader, self._writer = socket.socketpair()
        self._reader.setblocking(False)
        self._writer.setblocking(False)
        self._previous_fd = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._previous = {number: signal.signal(number, lambda *_: handle()) for number in SIGNALS}

    def fileno(self) -> int:
        """The descriptor that becomes readable."""
        return self._reader.fileno()

    def clear(self) -> None:
        """Make it not readable until the next signal."""
        with suppress(BlockingIOError):
            self._reader.recv(64)

    def restore(self) -> None:
        """Restore the previous handlers, so that the next signal acts as usual."""
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def close(self) -> None:
        """Restore the handlers and close the descriptor."""
        self.restore()
        signal.set_wakeup_fd(self._previous_fd)
        self._reader.close()
        self._writer.close()
