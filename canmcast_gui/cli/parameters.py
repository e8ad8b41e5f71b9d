"""Parameters that several commands share."""

from __future__ import annotations

from pathlib import Path

import click

EXISTING_FILE = click.Path(path_type=Path, dir_okay=False, exists=True)
NEW_FILE = click.Path(path_type=Path, dir_okay=False)

count_option = click.option("--count", type=click.IntRange(min=1), metavar="N", help="End after N frames.")
duration_option = click.option(
    "--duration", type=click.FloatRange(min=0), metavar="S", help="End after S seconds."
)
filter_option = click.option(
    "--filter",
    "filter_text",
    default="",
    metavar="EXPRESSION",
    help='Only these frames, for example "id == 0x123 and data[2] & 0x80".',
)
report_option = click.option(
    "--report", type=NEW_FILE, help="Write counters as JSON to this file at the end."
)
