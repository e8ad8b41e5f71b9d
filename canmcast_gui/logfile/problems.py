"""What could not be read of a file: counted, and the first of it located and named."""

from __future__ import annotations

# A file that is wrong on every line must not fill the memory with sentences; nobody reads more than these.
_MOST_KEPT = 50


class Problems:
    """Counts what was skipped; ``sentences`` say where and why for the first ones."""

    def __init__(self) -> None:
        self.skipped = 0
        self.sentences: list[str] = []

    def add(self, where: str, what: object) -> None:
        """Count one thing that could not be read."""
        self.skipped += 1
        if len(self.sentences) < _MOST_KEPT:
            self.sentences.append(f"{where}: {what}")
