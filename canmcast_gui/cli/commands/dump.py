"""``canmcast dump``: frames as lines, as ``candump -L`` prints them."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import click

from canmcast_gui.cli.bus import Listener
from canmcast_gui.cli.options import (
    bus_options,
    count_option,
    duration_option,
    filter_option,
    measurement_from,
    report_option,
)
from canmcast_gui.cli.terminal import print_note
from canmcast_gui.frames.text import candump_lines
from canmcast_gui.wording import counted


@click.command("dump")
@bus_options
@count_option
@duration_option
@filter_option
@report_option
def command(
    count: int | None, duration: float | None, filter_text: str, report: Path | None, **bus: Any
) -> None:
    """Print frames as they arrive, one line each, in the format of "candump -L".

    A line is time in seconds, channel, id#data. Stops at --count, --duration or Ctrl+C.
    """
    with Listener(measurement_from(bus), count, duration, filter_text) as listener:
        listener.announce()
        for batch in listener.batches():
            if len(batch):
                sys.stdout.write(candump_lines(batch))
                sys.stdout.flush()
        counters = listener.report()
        counters.write(report)
        print_note(f"{counted(listener.taken, 'frame')} in {listener.seconds:.1f} s{counters.losses}")
