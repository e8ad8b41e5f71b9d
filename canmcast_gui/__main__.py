"""``canmcast-gui``: start the window. Answers --help and --version before anything slow is imported."""

from __future__ import annotations

import os
import sys
from pathlib import Path
from typing import Any

import click

from canmcast_gui import __version__
from canmcast_gui.cli import repair_environment
from canmcast_gui.cli.options import (
    FiniteRange,
    any_bus_option_given,
    bus_options,
    demo_settings_from,
    measurement_from,
)
from canmcast_gui.cli.terminal import printable_error
from canmcast_gui.options import StartOptions

_FILE = click.Path(path_type=Path, dir_okay=False)
_EXISTING = click.Path(path_type=Path, dir_okay=False, exists=True)


class _Command(click.Command):
    def make_context(self, *arguments: Any, **more: Any) -> click.Context:
        """Usage errors as printable text: what was typed cannot control the terminal."""
        try:
            return super().make_context(*arguments, **more)
        except click.UsageError as error:
            raise printable_error(error) from error


@click.command(cls=_Command, context_settings={"help_option_names": ["-h", "--help"]})
@click.argument("file", type=_EXISTING, required=False)
@bus_options
@click.option("--connect", is_flag=True, help="Connect at once; implied by --demo and any bus option.")
@click.option(
    "--demo",
    is_flag=True,
    help="Start the built-in demonstration on a private bus; with --local or --port, on that bus.",
)
@click.option("--database", "databases", type=_EXISTING, multiple=True, help="Load a database. Repeatable.")
@click.option("--workspace", type=_EXISTING, help="Load a workspace.")
@click.option("--record", type=_FILE, help="Record received frames to FILE from the start.")
@click.option("--quit-after", type=FiniteRange(min=0), metavar="SECONDS", help="Quit after this time.")
@click.option("--report", type=_FILE, help="Write counters as JSON to FILE at the end.")
@click.option("--screenshot", type=_FILE, help="Write a PNG of the window just before --quit-after ends.")
@click.version_option(__version__, prog_name="canmcast-gui")
@click.pass_context
def command(context: click.Context, /, connect: bool, demo: bool, **values: Any) -> None:
    """Monitor a CAN bus over UDP multicast and send on it. FILE is a log file to open."""
    on_bus = connect or any_bus_option_given(context)
    measurement = None if demo or not on_bus else measurement_from(values)
    names = ("file", "databases", "workspace", "record", "quit_after", "report", "screenshot")
    options = StartOptions(
        bus=measurement,
        demo=demo_settings_from(context, values) if demo else None,
        **{name: values[name] for name in names},
    )
    if not _has_display():
        raise click.ClickException("there is no display here; `canmcast monitor` shows the bus in a terminal")
    from canmcast_gui.ui.start import run

    sys.exit(run(options))


def _has_display() -> bool:
    """Whether a window can be shown; Qt would abort the process where it cannot."""
    named = ("DISPLAY", "WAYLAND_DISPLAY", "QT_QPA_PLATFORM")
    return sys.platform in ("win32", "darwin") or any(os.environ.get(name) for name in named)


def main() -> None:
    """Run the command."""
    repair_environment()
    command(prog_name="canmcast-gui")


if __name__ == "__main__":
    main()
