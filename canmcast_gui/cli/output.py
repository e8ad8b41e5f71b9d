"""Output of commands: results on stdout, notes and progress on stderr.

All of it is printable text: names of files, databases and interfaces cannot control the terminal.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

from canmcast_gui.wording import printable


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
