"""Who sent a frame: a small table of addresses; a frame's ``source`` column is a row of it."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """The address that a frame came from.

    ``address`` is an IP address as text (with its scope where it has one), or "" for the unknown source.
    Stock peers all send from the group's own port, so for them (address, port) names a host, not a process.
    """

    address: str = ""
    port: int = 0

    def __str__(self) -> str:
        if not self.address:
            return ""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


class SourceTable:
    """An append-only list of sources; row 0 is the unknown one.

    Holds at most ``limit`` rows, because a hostile network can invent addresses without end and a frame's
    source column has 16 bits; what comes after that is the unknown source.
    """

    def __init__(self, limit: int = 1024) -> None:
        self._limit = limit
        self._rows: list[Source] = [Source()]
        self._numbers: dict[Source, int] = {self._rows[0]: 0}

    def number(self, source: Source) -> int:
        """The row of ``source``, which is added where it is new; 0 when the table is full."""
        known = self._numbers.get(source)
        if known is not None:
            return known
        if self.is_full:
            return 0
        self._rows.append(source)
        self._numbers[source] = len(self._rows) - 1
        return len(self._rows) - 1

    @property
    def is_full(self) -> bool:
        """Whether all further sources are the unknown one."""
        return len(self._rows) >= self._limit

    def find(self, source: Source) -> int | None:
        """The row of ``source``, or None where it has not been seen."""
        return self._numbers.get(source)

    def __getitem__(self, row: int) -> Source:
        """The source in that row; the unknown one for a row that the table does not have."""
        return self._rows[row] if 0 <= row < len(self._rows) else self._rows[0]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Source]:
        return iter(self._rows)
