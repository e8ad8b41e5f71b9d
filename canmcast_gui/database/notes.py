"""What was mended, left out or found doubtful while a database was read, by line."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

MENDED, LEFT_OUT, DOUBTFUL = "mended", "left out", "doubtful"

# A file of nothing but flaws would fill the memory and a list that nobody reads to its end.
MOST_NOTES = 2_000


@dataclass(frozen=True, slots=True)
class Note:
    """One remark about a database file.

    ``line`` counts from 1; 0 where no single line is meant. ``kind`` is "mended" (read as it was surely
    meant), "left out" (not read) or "doubtful" (read as it stands).
    """

    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.text}"


class Notes:
    """Notes in the order in which they were made; beyond MOST_NOTES they are only counted."""

    def __init__(self) -> None:
        self._notes: list[Note] = []
        self._uncounted = 0

    def mended(self, line: int, text: str) -> None:
        """Something was read as it was meant, not as it stands."""
        self._add(Note(line, MENDED, text))

    def left_out(self, line: int, text: str) -> None:
        """Something was not read."""
        self._add(Note(line, LEFT_OUT, text))

    def doubtful(self, line: int, text: str) -> None:
        """Something was read as it stands, but can hardly be meant."""
        self._add(Note(line, DOUBTFUL, text))

    def _add(self, note: Note) -> None:
        if len(self._notes) < MOST_NOTES:
            self._notes.append(note)
        else:
            self._uncounted += 1

    def __iter__(self) -> Iterator[Note]:
        yield from sorted(self._notes, key=lambda note: note.line)
        if self._uncounted:
            yield Note(0, DOUBTFUL, f"{self._uncounted:,} further remarks are not listed")

    def __len__(self) -> int:
        return len(self._notes) + bool(self._uncounted)
