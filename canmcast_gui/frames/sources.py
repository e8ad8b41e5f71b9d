"""The senders of frames: a table of addresses, of which the ``source`` column of frames holds rows."""

from collections.abc import Iterator
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Source:
    """The address of the sender of a frame.

    ``address`` is an IP address as text (with its scope, if any), or "" for the unknown source.
    All stock peers send from the port of the group, so that (address, port) identifies a host, not a process.
    """

    address: str = ""
    port: int = 0

    def __str__(self) -> str:
        if not self.address:
            return ""
        return f"[{self.address}]:{self.port}" if ":" in self.address else f"{self.address}:{self.port}"


class SourceTable:
    """An append-only list of sources; row 0 is the unknown one.

    It holds at most ``limit`` rows, because a hostile network can invent any number of addresses and the
    source column has 16 bits. Further sources become the unknown one.
    """

    def __init__(self, limit: int = 1024) -> None:
        self._limit = limit
        self._rows: list[Source] = [Source()]
        self._numbers: dict[Source, int] = {self._rows[0]: 0}

    def number(self, source: Source) -> int:
        """The row of ``source``, which is added if it is new; 0 if the table is full."""
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
        """Whether further sources become the unknown one."""
        return len(self._rows) >= self._limit

    def find(self, source: Source) -> int | None:
        """The row of ``source``, or None if it is not in the table."""
        return self._numbers.get(source)

    def __getitem__(self, row: int) -> Source:
        """The source in a row; the unknown one if the table does not have the row."""
        return self._rows[row] if 0 <= row < len(self._rows) else self._rows[0]

    def __len__(self) -> int:
        return len(self._rows)

    def __iter__(self) -> Iterator[Source]:
        return iter(self._rows)
