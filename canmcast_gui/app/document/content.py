"""A recording with what the document knows of it: its file, what of it is saved, its newest frames."""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import Path

from canmcast_gui.app.document.files import Opened
from canmcast_gui.frames.marks import Mark
from canmcast_gui.recording import NewestById, Recording

# Rows of an opened file that are processed at once for the by-ID view: some 10 ms of work.
NEWEST_ROWS = 50_000


@dataclass(eq=False)
class Content:
    """``path`` is the file that the recording was opened from, None for frames from a bus.

    ``opened`` is the result of reading that file. ``is_demo`` is whether all frames come from the
    demonstration: they are not worth saving.
    """

    recording: Recording
    path: Path | None = None
    opened: Opened | None = None
    is_demo: bool = False
    newest: NewestById = field(default_factory=NewestById)
    saved_marks: frozenset[Mark] = frozenset()
    _saved_end: int = 0
    _newest_end: int = 0

    @property
    def unsaved_frames(self) -> int:
        """Frames from a bus that are in no file."""
        if self.path is not None or self.is_demo:
            return 0
        return self.recording.end_row - max(self._saved_end, self.recording.first_row)

    @property
    def unsaved_marks(self) -> int:
        """Marks that are neither in the file that was opened nor in one that was saved."""
        return 0 if self.is_demo else len(frozenset(self.recording.marks) - self.saved_marks)

    def set_saved(self, rows: range) -> None:
        """Note that rows are in a file, unless unsaved ones precede them."""
        if rows.start <= max(self.recording.first_row, self._saved_end):
            self._saved_end = max(self._saved_end, rows.stop)

    def update_newest(self) -> bool:
        """Process the next rows for the newest frame of each id; whether there were any."""
        start = max(self._newest_end, self.recording.first_row)
        stop = min(self.recording.end_row, start + NEWEST_ROWS)
        if stop > start:
            self.newest.update(self.recording.rows(start, stop), start)
        self._newest_end = stop
        return stop > start
