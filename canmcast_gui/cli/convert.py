"""``canmcast convert``: a log file in another format."""

from __future__ import annotations

from pathlib import Path

import click

from canmcast_gui.cli.interrupt import Interrupt
from canmcast_gui.cli.parameters import EXISTING_FILE, NEW_FILE
from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.progress import progress_bar
from canmcast_gui.logfile import open_writer, read_batches


@click.command("convert")
@click.argument("source", metavar="IN", type=EXISTING_FILE)
@click.argument("target", metavar="OUT", type=NEW_FILE)
def command(source: Path, target: Path) -> None:
    """Convert a log file. IN is recognised by its content, OUT by its suffix: .asc .blf .log .csv .trc

    OUT appears when it is complete; where the work fails, an existing OUT stays as it was.
    """
    reader = read_batches(source)
    with Interrupt() as interrupt, progress_bar(target.name) as show, open_writer(target) as writer:
        for batch in reader:
            writer.write(batch)
            show(reader.progress)
            if interrupt.requested:
                raise Failure(f"interrupted; {target.name} was not written")
    skipped = f", {reader.skipped:,} unreadable entries skipped" if reader.skipped else ""
    click.echo(f"canmcast: {writer.frames:,} frames in {target}{skipped}", err=True)
    for problem in reader.problems:
        click.echo(f"canmcast: {source.name}: {problem}", err=True)
