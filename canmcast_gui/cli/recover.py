"""``canmcast recover``: recordings that nobody closed, because a program or a computer went down."""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

import click

from canmcast_gui.cli.parameters import NEW_FILE
from canmcast_gui.cli.program import Failure
from canmcast_gui.cli.progress import progress_bar
from canmcast_gui.cli.say import note, say
from canmcast_gui.logfile import save
from canmcast_gui.recording import Recording, leftovers, remove

_BATCH_FRAMES = 65536
_NANOSECONDS = 1_000_000_000


@click.command("recover")
@click.argument("out", metavar="[OUT]", type=NEW_FILE, required=False)
@click.option("--delete", is_flag=True, help="Delete the newest one (once it is saved, where OUT is given).")
def command(out: Path | None, delete: bool) -> None:
    """List what a crash left behind, the newest first; with OUT, save the newest as a log file."""
    found = leftovers()
    if out is None and not delete:
        for leftover in found:
            start = datetime.fromtimestamp(leftover.first_time / _NANOSECONDS)
            say(f"{start:%Y-%m-%d %H:%M:%S}  {leftover.frames:>12,} frames  {leftover.folder}")
        if not found:
            note("no crash has left a recording behind")
        return
    if not found:
        raise Failure("no crash has left a recording behind")
    if out is not None:
        frames = _save(found[0].folder, out)
        note(f"{frames:,} frames in {out}")
    if delete:
        remove(found[0])
        note(f"deleted {found[0].folder}")


def _save(folder: Path, out: Path) -> int:
    with Recording.open(folder) as recording, progress_bar(out.name) as show:
        starts = range(recording.first_row, recording.end_row, _BATCH_FRAMES)
        batches = (recording.rows(start, start + _BATCH_FRAMES) for start in starts)

        def progress(share: float) -> bool:
            show(share)
            return True

        notes = [note._replace(row=note.row - recording.first_row) for note in recording.marks]
        return save(out, batches, progress, total=len(recording), notes=notes)
