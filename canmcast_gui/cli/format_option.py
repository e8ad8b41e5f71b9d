"""The option that names a log format to write, for commands that write one."""

from __future__ import annotations

import click

from canmcast_gui.logfile.formats import FORMATS

format_option = click.option(
    "--format",
    type=click.Choice([one.name for one in FORMATS if one.can_write]),
    help="The format to write, instead of going by the suffix.",
)
