"""The terminal of a command: results on stdout, notes and progress on stderr, Ctrl+C and single keys as
input.

All output is printable text: names of files, databases and interfaces cannot control the terminal. Ctrl+C is
an event to wait for and not an exception.
"""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from types import TracebackType
from typing import Any, Protocol

import click

from canmcast_gui.processes.parent import EndSignals
from canmcast_gui.wording import printable

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


def print_line(line: str) -> None:
    """Print a line of results on stdout."""
    click.echo(printable(line))


def print_note(sentence: str) -> None:
    """Print a line about the work on stderr."""
    click.echo(f"canmcast: {printable(sentence)}", err=True)


def printable_error(error: click.UsageError) -> click.UsageError:
    """The error with printable text: it often contains what was typed, such as a file name."""
    return click.UsageError(printable(error.format_message()), error.ctx)


@contextmanager
def live_line() -> Iterator[Callable[[str], None]]:
    """A line on stderr that each call replaces and that is removed at the end; nothing without a terminal."""
    if not sys.stderr.isatty():
        yield lambda _text: None
        return
    from rich.console import Console
    from rich.text import Text

    with Console(stderr=True).status("") as status:
        yield lambda text: status.update(Text(printable(text)))


@contextmanager
def progress_bar(title: str) -> Iterator[Callable[[float], None]]:
    """A bar on stderr whose calls take the share done, 0 to 1; nothing without a terminal."""
    if not sys.stderr.isatty():
        yield lambda _share: None
        return
    from rich.console import Console
    from rich.markup import escape
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(escape(printable(title)), total=1.0)
        yield lambda share: progress.update(task, completed=share)


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
