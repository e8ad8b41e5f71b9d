"""Times that go backwards: they stay as they are, but somebody should know."""

from __future__ import annotations

import numpy as np

from canmcast_gui.frames import FrameBatch
from canmcast_gui.frames.notes import Note

# Some tools write each answer before its question: thousands of marks would bury those that people set.
MOST_NOTED = 20
_NS = 1_000_000_000


class Backwards:
    """Counts the frames that are older than the one before them; ``notes`` stand at the first of them."""

    def __init__(self) -> None:
        self.count = 0
        self.notes: list[Note] = []
        self._rows = 0
        self._last: int | None = None

    def add(self, batch: FrameBatch) -> None:
        """Look at the next frames."""
        if not len(batch):
            return
        times = batch.timestamp_ns
        before = np.concatenate(([times[0] if self._last is None else self._last], times[:-1]))
        rows = np.flatnonzero(times < before)
        self.count += len(rows)
        for row in rows[: MOST_NOTED - len(self.notes)].tolist():
            by = (int(before[row]) - int(times[row])) / _NS
            text = f"The time goes back by {by:.9g} s"
            self.notes.append(Note(self._rows + row, int(times[row]), text))
        self._rows += len(batch)
        self._last = int(times[-1])

    @property
    def sentence(self) -> str:
        """What there is to say; "" where all times go forwards."""
        if not self.count:
            return ""
        one = self.count == 1
        return f"{self.count:,} frame{'' if one else 's'} {'is' if one else 'are'} older than the one before"
