"""Ctrl+C as something to wait for, instead of an exception in the middle of a file."""

from __future__ import annotations

import select
import signal
import socket
from contextlib import suppress
from types import TracebackType
from typing import Protocol

_SIGNALS = tuple(
    getattr(signal, name) for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK") if hasattr(signal, name)
)


class HasFileno(Protocol):
    """Anything that ``select`` can wait for."""

    def fileno(self) -> int:
        """Its descriptor."""


class Interrupt:
    """While entered, the first Ctrl+C (or SIGTERM) sets ``requested``; the second one acts as usual."""

    def __init__(self) -> None:
        self.requested = False

    def __enter__(self) -> Interrupt:
        self._reader, self._writer = socket.socketpair()
        self._writer.setblocking(False)
        self._wakeup = signal.set_wakeup_fd(self._writer.fileno(), warn_on_full_buffer=False)
        self._previous = {number: signal.signal(number, self._handle) for number in _SIGNALS}
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._put_back()
        signal.set_wakeup_fd(self._wakeup)
        self._reader.close()
        self._writer.close()

    def _handle(self, _number: int, _frame: object) -> None:
        self.requested = True
        self._put_back()

    def _put_back(self) -> None:
        for number, handler in self._previous.items():
            signal.signal(number, handler)

    def wait(self, seconds: float, *readable: HasFileno) -> bool:
        """Wait until something is readable, the time is over or the user wants an end; whether it is that."""
        if not self.requested:
            with suppress(InterruptedError):
                select.select([self._reader, *readable], [], [], max(seconds, 0.0))
        return self.requested
