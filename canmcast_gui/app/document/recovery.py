"""Saving what a crash left behind as a log file, without showing it."""

from __future__ import annotations

from pathlib import Path

from canmcast_gui.app.document.files import Saved, save
from canmcast_gui.app.program.tasks import Report
from canmcast_gui.recording import Leftover, Recording


def save_leftover(leftover: Leftover, path: Path, report: Report) -> Saved:
    """Save a leftover, with its marks, and delete it once that is done.

    It stays where saving fails (FileError, RecordingError) or is cancelled.
    """
    recording = Recording.open(leftover.folder)
    try:
        rows = range(recording.first_row, recording.end_row)
        saved = save(path, recording, rows, None, None, report)
    except BaseException:
        recording.close()
        raise
    if saved.frames == len(rows):
        recording.discard()
    else:
        recording.close()
    return saved
