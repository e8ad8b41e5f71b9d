"""What ends a process: its parent, to which a child has a link, or Ctrl+C and other signals."""

from __future__ import annotations

import json
import signal
import socket
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from canmcast_gui.processes.channel import Channel
from canmcast_gui.processes.wakeup import wakeup_from_text


class ParentLink:
    """What a child process gets from its parent: a channel, a wake-up, and its own arguments."""

    def __init__(self, command_line: list[str]) -> None:
        """``command_line`` is that of SupervisedProcess: the channel, the wake-up, then the arguments."""
        self.channel = Channel.inherited(command_line[0])
        self.wakeup = wakeup_from_text(command_line[1])
        self.arguments = command_line[2:]

    def report_ready(self, value: Any = True) -> None:
        """Report to the parent that the work starts; ``value`` is any JSON value for it."""
        self._send({"ready": value})

    def report_failure(self, sentence: str) -> None:
        """Report to the parent why the work cannot start."""
        self._send({"error": sentence})

    def _send(self, message: dict[str, Any]) -> None:
        self.channel.send(json.dumps(message).encode())
        self.channel.flush(timeout=1.0)


def run_for_parent(work: Callable[[ParentLink], int]) -> None:
    """The main function of a child process: run ``work`` and exit with the code that it returns.

    Ctrl+C is ignored: the system sends it to all processes of the terminal, the parent decides what it means,
    and a child that ended at once would lose frames.
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(work(ParentLink(sys.argv[1:])))


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
