"""Beginning to record to files: the trigger with everything it may ask for, and the time before."""

from __future__ import annotations

from pathlib import Path

from canmcast_gui.app.filters import compile_for
from canmcast_gui.database import DatabaseSet
from canmcast_gui.frames.filters import FilterError
from canmcast_gui.logfile import FileError, Recorder, RecordOptions
from canmcast_gui.recording import Recording

NS = 1_000_000_000

# One piece of the time before: a few milliseconds of reading.
_PIECE_ROWS = 65_536

# Beside the queue for what comes meanwhile, so that ten minutes of 10,000 frames/s fit in front of it.
_QUEUE_BYTES = 256_000_000


def start_recorder(
    path: Path, options: RecordOptions | None, recording: Recording, databases: DatabaseSet
) -> Recorder:
    """A recorder that has what the options ask for of the time before now. Raises FileError."""
    options = options or RecordOptions()
    trigger = None
    if options.trigger:
        try:
            trigger = compile_for(options.trigger, recording, databases)
        except FilterError as error:
            raise FileError(f"The trigger is no filter: {error}") from error
    if not options.pre_seconds:
        return Recorder(path, options, trigger)
    recorder = Recorder(path, options, trigger, queue_bytes=_QUEUE_BYTES)
    if len(recording) and not options.trigger:
        _write_newest(recorder, recording, round(options.pre_seconds * NS))
    return recorder


def _write_newest(recorder: Recorder, recording: Recording, span_ns: int) -> None:
    """Hand over the newest frames of a recording, back to ``span_ns`` before the last."""
    newest = int(recording.rows(recording.end_row - 1, recording.end_row).timestamp_ns[0])
    start = recording.end_row
    while start > recording.first_row:
        before = max(recording.first_row, start - _PIECE_ROWS)
        times = recording.rows(before, start).timestamp_ns
        old = int((times < newest - span_ns).sum())
        start = before + old
        if old:
            break
    for row in range(start, recording.end_row, _PIECE_ROWS):
        recorder.write(recording.rows(row, min(row + _PIECE_ROWS, recording.end_row)))
