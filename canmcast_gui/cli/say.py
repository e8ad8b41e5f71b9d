"""Lines on a terminal: what stands in names of files, databases and interfaces cannot control it."""

from __future__ import annotations

import click

from canmcast_gui.printable import printable


def say(line: str) -> None:
    """Print a line of results on stdout."""
    click.echo(printable(line))


def note(sentence: str) -> None:
    """Print a line about the work on stderr."""
    click.echo(f"canmcast: {printable(sentence)}", err=True)


def printable_error(error: click.UsageError) -> click.UsageError:
    """The same complaint about what was typed, which often is the name of a file."""
    return click.UsageError(printable(error.format_message()), error.ctx)
