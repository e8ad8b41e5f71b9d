"""What a log file says between its frames: comments, markers, texts of the tool that wrote it."""

from __future__ import annotations

from canmcast_gui.frames.marks import Mark

# A file that is all comments must not fill the memory: these are 10 MB at most, and more than a list of marks
# can be used with.
MOST_KEPT = 10_000
_LONGEST_TEXT = 1000


class Notes:
    """The notes of a file in its order: ``kept`` are the first of them, ``count`` is how many there were."""

    def __init__(self) -> None:
        self.kept: list[Mark] = []
        self.count = 0

    def add(self, row: int, timestamp_ns: int, text: str) -> None:
        """Keep a note that stands before frame ``row``, counted from 0; its time is UTC."""
        self.count += 1
        if len(self.kept) < MOST_KEPT:
            self.kept.append(Mark(row, timestamp_ns, text[:_LONGEST_TEXT]))

    @property
    def full(self) -> bool:
        """Whether more notes are only counted: whoever makes their texts may spare that."""
        return len(self.kept) >= MOST_KEPT
