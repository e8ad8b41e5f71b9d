"""Recordings that are damaged, in temporary storage, or left by a crash."""

from __future__ import annotations

from pathlib import Path

from canmcast_gui.app.document.files import Saved, save
from canmcast_gui.app.program.tasks import Report
from canmcast_gui.recording import Leftover, Limits, Recording
from canmcast_gui.recording.folder import is_temporary, recordings_folder
from canmcast_gui.wording import are, counted, were

FILE_CUT = "a file of the recording was cut short"
FOLDER_REMOVED = "the folder of the recording was removed"


def successor(damaged: Recording, limits: Limits) -> tuple[Recording, str]:
    """A new recording for frames that follow, with a gap for the lost ones; and what happened, for the user.

    Raises RecordingError where none can be created.
    """
    created = Recording.create(sources=damaged.sources, limits=limits)
    frames = counted(len(damaged), "frame")
    if damaged.exists:
        created.add_gap(len(damaged), FILE_CUT)
        hidden = f"{frames} {are(len(damaged))} not shown now"
        return created, f"Another program cut a file in {damaged.folder} short: {hidden}"
    created.add_gap(len(damaged), FOLDER_REMOVED)
    return created, f"{damaged.folder} was removed, and {frames} with it"


def recovery_warnings(recovered: Recording) -> list[str]:
    """What of a recovered recording is missing, as sentences."""
    warnings = []
    if recovered.damaged:
        frames = f"{counted(len(recovered), 'frame')} {were(len(recovered))} recovered"
        warnings.append(f"{frames}; {recovered.damaged:,} damaged ones could not be.")
    if recovered.marks.problem:
        warnings.append(f"{recovered.marks.problem}. All frames are there.")
    return warnings


def location_problem(recording: Recording) -> str:
    """A sentence where a recording is among temporary files, "" where it is safe."""
    if not is_temporary(recording.folder):
        return ""
    storage = recordings_folder()
    risk = f"It is in {recording.folder}, which a restart of the computer may delete."
    return f"No recording can be kept in {storage}. {risk}"


def save_leftover(leftover: Leftover, path: Path, report: Report) -> Saved:
    """Save a leftover recording with its marks, then delete it.

    It stays where saving fails (FileError, RecordingError) or is canceled.
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
