"""Saving what a crash left behind as a log file, without showing it."""

from __future__ import annotations

from pathlib import Path

from canmcast_gui.app.tasks import Report
from canmcast_gui.logfile import save
from canmcast_gui.recording import Leftover, Recording


def save_leftover(leftover: Leftover, path: Path, report: Report) -> int:
    """Save a leftover, with its marks, and delete it once that is done; the number of frames.

    It stays where saving fails (FileError, RecordingError) or is cancelled: then 0.
    """
    recording = Recording.open(leftover.folder)
    try:
        first = recording.first_row
        notes = [note._replace(row=note.row - first) for note in recording.marks]
        batches = (block for _, block in recording.blocks())
        frames = save(path, batches, report, total=len(recording), notes=notes)
    except BaseException:
        recording.close()
        raise
    if frames == len(recording):
        recording.discard()
    else:
        recording.close()
    return frames
