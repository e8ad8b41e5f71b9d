"""``canmcast convert``: converts a log file, or merges several into one."""

from __future__ import annotations

from pathlib import Path

import click

from canmcast_gui.cli.options import (
    EXISTING_FILE,
    NEW_FILE,
    FiniteFloat,
    ask_before_overwriting,
    format_option,
    log_parts,
)
from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.terminal import Interrupt, print_note, progress_bar
from canmcast_gui.logfile import Reader, open_reader
from canmcast_gui.logfile.problems import unread
from canmcast_gui.logfile.writing.losses import losses_message
from canmcast_gui.logfile.writing.writer import Writer, oldest_of, write_file
from canmcast_gui.wording import counted


@click.command("convert")
@click.argument("sources", metavar="IN...", type=EXISTING_FILE, nargs=-1, required=True)
@click.argument("target", metavar="OUT", type=NEW_FILE)
@format_option
@click.option(
    "--offset", "offsets", type=FiniteFloat(), multiple=True, metavar="SECONDS",
    help="Add this to the times of the first IN; repeat for the second, and so on.",
)  # fmt: skip
@click.option("--align", is_flag=True, help="Start all IN at the time of the first one.")
def command(
    sources: tuple[Path, ...], target: Path, format: str | None, offsets: tuple[float, ...], align: bool
) -> None:
    """Convert a log file, or merge several on one time line, by their absolute times or as the options say.

    The format of IN is recognized by its content, that of OUT by its suffix or --format. A channel that
    occurs in two IN is renumbered in the later one. OUT appears when it is complete; if the conversion
    fails, an existing OUT is unchanged. Data that the format of OUT cannot store is reported, with counts.
    """
    reader = open_reader(log_parts(sources, offsets), "together" if align else "times")
    ask_before_overwriting(target)

    def fill(writer: Writer) -> None:
        taken = 0
        for batch in reader:
            for mark in reader.marks[taken:]:
                writer.write_mark(mark)
            taken = len(reader.marks)
            writer.name_channels(reader.channel_names)
            writer.write(batch)
            show(reader.progress)
            if interrupt.requested:
                raise Failure(f"interrupted; {target.name} was not written")
        for mark in reader.marks[taken:]:
            writer.write_mark(mark)

    with Interrupt() as interrupt, progress_bar(target.name) as show:
        writer = write_file(target, format, fill, lambda: oldest_of(reader))
    _print_result(reader, writer, target)


def _print_result(reader: Reader, writer: Writer, target: Path) -> None:
    skipped = f", {unread(reader.skipped, reader.missing)}" if reader.skipped else ""
    print_note(f"{counted(writer.frames, 'frame')} in {target}{skipped}")
    if writer.lost:
        print_note(losses_message(writer.format.title, writer.lost))
    for message in reader.report:
        print_note(message)
