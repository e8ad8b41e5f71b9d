"""``canmcast record``: what is received goes to a log file."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from canmcast_gui.cli.listen import Listener, losses_text, write_report
from canmcast_gui.cli.options import bus_options, bus_settings_from
from canmcast_gui.cli.parameters import NEW_FILE, count_option, duration_option, filter_option, report_option
from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.progress import live_line
from canmcast_gui.logfile import Recorder


@click.command("record")
@click.argument("file", type=NEW_FILE)
@bus_options
@count_option
@duration_option
@filter_option
@report_option
def command(
    file: Path, count: int | None, duration: float | None, filter_text: str, report: Path | None, **bus: Any
) -> None:
    """Write what is received to FILE; the format goes by its suffix: .asc .blf .log .csv .trc

    Ends with --count, --duration or Ctrl+C, and then completes the file.
    """
    settings = bus_settings_from(bus)
    with Listener(settings, count, duration, filter_text) as listener, Recorder(file) as recorder:
        listener.announce()
        with live_line() as show:
            for batch in listener.batches():
                recorder.write(batch)
                show(f"{listener.taken:,} frames, {listener.seconds:.0f} s")
                if recorder.failed:
                    break
        recorder.close()
        counters = listener.report(recorder.recorded)
    write_report(report, counters)
    if recorder.error:
        raise Failure(recorder.error)
    click.echo(
        f"canmcast: {recorder.recorded:,} frames in {file}, {counters['duration_s']:.1f} s"
        + losses_text(counters),
        err=True,
    )
