"""What can be wrong with a database: errors that end loading, listed problems, and limits of size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from canmcast_gui.frames.errors import UserError

# Transport protocols carry up to 4,095 bytes under one name; a larger number is a typing error.
MAX_BYTES = 4096
MAX_BITS = 8 * MAX_BYTES

# Parsers allocate as much memory as the numbers in a file ask for. cantools prepares every combination of the
# multiplexers' values, and searches all signals of a multiplexer for each of its values.
MAX_COMBINATIONS = 100_000
MAX_STEPS = 50_000_000
# One line of a file may be a signal of many messages: of a range of ids, or of frames that share a PDU.
MAX_SIGNALS = 200_000
# cantools writes a digit for each bit of each signal of a message.
MAX_SIGNAL_BITS = 4_000_000

# Lines in a file, from 1: of messages (name, "") and of signals (message, signal).
Lines = dict[tuple[str, str], int]

REPAIRED, LEFT_OUT, DOUBTFUL = "repaired", "error", "warning"

# A file in which everything is wrong would fill the memory, and a list that no user reads to its end.
MAX_PROBLEMS = 2_000


class DatabaseError(UserError):
    """A file is not a database, a name is not in the database, or values cannot be encoded."""


class TableError(UserError):
    """A table of signal values cannot be written; the text says why and what to do."""


class UnreadableError(Exception):
    """A text cannot be read in its format; the message continues "FILE cannot be read as KIND:"."""


@dataclass(frozen=True, slots=True)
class Problem:
    """A problem of a database file.

    ``line`` counts from 1; 0 where the problem has no line. ``kind`` is "repaired" (read as it was surely
    meant), "error" (not read) or "warning" (read as written, but probably a mistake).
    """

    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.text}"


class Problems:
    """Collects problems. Iteration sorts them by line. Problems beyond MAX_PROBLEMS are only counted."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._further = 0

    def repaired(self, line: int, text: str) -> None:
        """Report something that is read as it was meant, not as it is written."""
        self._add(Problem(line, REPAIRED, text))

    def left_out(self, line: int, text: str) -> None:
        """Report something that is not read."""
        self._add(Problem(line, LEFT_OUT, text))

    def doubtful(self, line: int, text: str) -> None:
        """Report something that is read as it is written, but is hardly meant like that."""
        self._add(Problem(line, DOUBTFUL, text))

    def _add(self, problem: Problem) -> None:
        if len(self._problems) < MAX_PROBLEMS:
            self._problems.append(problem)
        else:
            self._further += 1

    def __iter__(self) -> Iterator[Problem]:
        yield from sorted(self._problems, key=lambda problem: problem.line)
        if self._further:
            yield Problem(0, DOUBTFUL, f"{self._further:,} further issues are not listed")

    def __len__(self) -> int:
        return len(self._problems) + bool(self._further)
