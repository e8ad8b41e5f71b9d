"""Input while a command runs: Ctrl+C as an event to wait for rather than an exception, and single keys."""

from __future__ import annotations

import os
import select
import sys
from contextlib import suppress
from types import TracebackType
from typing import Any, Protocol

from canmcast_gui.processes.end_signals import EndSignals

# What terminals send for the keys that scroll (ECMA-48 cursor sequences, and xterm's paging keys).
_SEQUENCES = {
    b"\x1b[A": "up",
    b"\x1bOA": "up",
    b"\x1b[B": "down",
    b"\x1bOB": "down",
    b"\x1b[5~": "page up",
    b"\x1b[6~": "page down",
    b"\x1b[C": "right",
    b"\x1bOC": "right",
    b"\x1b[D": "left",
    b"\x1bOD": "left",
    b".": "step",
    b"k": "up",
    b"j": "down",
    b" ": "page down",
    b"q": "end",
    b"Q": "end",
}


class HasFileno(Protocol):
    """Anything that ``select`` can wait for."""

    def fileno(self) -> int:
        """Its descriptor."""


class Interrupt:
    """While entered, the first Ctrl+C (or SIGTERM) sets ``requested``; the second one acts as usual."""

    def __init__(self) -> None:
        self.requested = False

    def __enter__(self) -> Interrupt:
        self._signals = EndSignals(self._handle)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._signals.close()

    def _handle(self) -> None:
        self.requested = True
        self._signals.restore()

    def wait(self, seconds: float, *readable: HasFileno) -> bool:
        """Wait for input, an interrupt or the time limit; returns whether there was an interrupt."""
        if not self.requested:
            with suppress(InterruptedError):
                select.select([self._signals, *readable], [], [], max(seconds, 0.0))
        return self.requested


class Keys:
    """While entered, the terminal delivers each key at once and does not show it.

    Without a terminal, or on a system without termios, there are no keys; Ctrl+C always works.
    """

    def __init__(self) -> None:
        self._settings: list[Any] | None = None

    def __enter__(self) -> Keys:
        try:
            import termios
            import tty

            descriptor = sys.stdin.fileno()
            self._settings = termios.tcgetattr(descriptor)
            tty.setcbreak(descriptor)
        except (ImportError, OSError, ValueError, AttributeError):
            self._settings = None
        except termios.error:
            self._settings = None
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._settings is not None:
            import termios

            termios.tcsetattr(sys.stdin.fileno(), termios.TCSADRAIN, self._settings)

    def pressed(self) -> str | None:
        """The pressed key: "up", "down", "page up", "page down", "left", "right", "step", "end"; None for
        others
        and if there is none."""
        if self._settings is None or not select.select([sys.stdin], [], [], 0)[0]:
            return None
        return _SEQUENCES.get(os.read(sys.stdin.fileno(), 16))
