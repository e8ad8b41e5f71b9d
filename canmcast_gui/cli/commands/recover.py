"""``canmcast recover``: recordings that were not closed because the program or the computer crashed."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import click

from canmcast_gui.cli.options import NEW_FILE
from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.terminal import print_line, print_note, progress_bar
from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.units import NS_PER_SECOND
from canmcast_gui.logfile.writing.losses import losses_message
from canmcast_gui.logfile.writing.writer import Writer, oldest_of, write_file
from canmcast_gui.recording import Recording, leftovers, remove
from canmcast_gui.wording import counted

_BATCH_FRAMES = 65536


@click.command("recover")
@click.argument("out", metavar="[OUT]", type=NEW_FILE, required=False)
@click.option("--delete", is_flag=True, help="Delete the newest one; with OUT, after it is saved.")
def command(out: Path | None, delete: bool) -> None:
    """List recordings that a crash left, newest first; with OUT, save the newest as a log file."""
    found = leftovers()
    if out is None and not delete:
        for leftover in found:
            start = datetime.fromtimestamp(leftover.first_time / NS_PER_SECOND)
            print_line(
                f"{start:%Y-%m-%d %H:%M:%S}  {counted(leftover.frames, 'frame'):>19}  {leftover.folder}"
            )
        if not found:
            print_note("there is no recording to recover")
        return
    if not found:
        raise Failure("there is no recording to recover")
    if out is not None:
        writer = _save(found[0].folder, out)
        print_note(f"{counted(writer.frames, 'frame')} in {out}")
        if writer.lost:
            print_note(losses_message(writer.format.title, writer.lost))
    if delete:
        remove(found[0])
        print_note(f"deleted {found[0].folder}")


def _save(folder: Path, out: Path) -> Writer:
    with Recording.open(folder) as recording, progress_bar(out.name) as show:
        rows = range(recording.first_row, recording.end_row)

        def batches() -> Iterator[FrameBatch]:
            for start in rows[::_BATCH_FRAMES]:
                yield recording.rows(start, min(start + _BATCH_FRAMES, rows.stop))

        def fill(writer: Writer) -> None:
            writer.name_channels(recording.channels)
            for mark in recording.marks:
                writer.write_mark(mark._replace(row=mark.row - rows.start))
            for batch in batches():
                writer.write(batch)
                show(writer.frames / len(rows))

        return write_file(out, None, fill, lambda: oldest_of(batches()))
