"""What can be wrong with a database: errors that end loading, listed problems, and limits of size."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from canmcast_gui.frames.errors import UserError

REPAIRED, LEFT_OUT, DOUBTFUL = "repaired", "left out", "doubtful"

# A file of nothing but flaws would fill the memory and a list that nobody reads to its end.
MOST_PROBLEMS = 2_000


@dataclass(frozen=True, slots=True)
class Problem:
    """One remark about a database file.

    ``line`` counts from 1; 0 where no single line is meant. ``kind`` is "repaired" (read as it was surely
    meant), "left out" (not read) or "doubtful" (read as it stands).
    """

    line: int
    kind: str
    text: str

    def __str__(self) -> str:
        where = f"line {self.line}: " if self.line else ""
        return f"{where}{self.text}"


class Problems:
    """Problems in the order in which they were made; beyond MOST_PROBLEMS they are only counted."""

    def __init__(self) -> None:
        self._problems: list[Problem] = []
        self._uncounted = 0

    def repaired(self, line: int, text: str) -> None:
        """Something was read as it was meant, not as it stands."""
        self._add(Problem(line, REPAIRED, text))

    def left_out(self, line: int, text: str) -> None:
        """Something was not read."""
        self._add(Problem(line, LEFT_OUT, text))

    def doubtful(self, line: int, text: str) -> None:
        """Something was read as it stands, but can hardly be meant."""
        self._add(Problem(line, DOUBTFUL, text))

    def _add(self, problem: Problem) -> None:
        if len(self._problems) < MOST_PROBLEMS:
            self._problems.append(problem)
        else:
            self._uncounted += 1

    def __iter__(self) -> Iterator[Problem]:
        yield from sorted(self._problems, key=lambda problem: problem.line)
        if self._uncounted:
            yield Problem(0, DOUBTFUL, f"{self._uncounted:,} further problems are not listed")

    def __len__(self) -> int:
        return len(self._problems) + bool(self._uncounted)


class DatabaseError(UserError):
    """A file that is no database, a name that a database does not have, or values that it cannot encode."""


class UnreadableError(Exception):
    """Why a text cannot be read as its kind; the text continues after "FILE cannot be read as KIND:"."""


class TableError(UserError):
    """A table of signal values that cannot be written; the text says why and what to do."""


# Transport protocols carry up to 4,095 bytes under one name; more than that is a slip.
MOST_BYTES = 4096
MOST_BITS = 8 * MOST_BYTES

# cantools prepares every combination of multiplexers' numbers beforehand, and looks through all signals of a
# multiplexer for each of its numbers.
MOST_COMBINATIONS = 100_000
MOST_STEPS = 50_000_000
# One line of a file may be a signal of many messages: of a range of ids, or of frames that share a PDU.
MOST_SIGNALS = 200_000
# It writes a digit for each bit of each signal of a message.
MOST_SIGNAL_BITS = 4_000_000
