"""The table of sources beside a recording's chunks: one line of JSON each, appended as they come."""

from __future__ import annotations

import json
from pathlib import Path

from canmcast_gui.frames import Source, SourceTable

FILE_NAME = "sources.jsonl"


class SourceFile:
    """A SourceTable and the file that follows it."""

    def __init__(self, path: Path, table: SourceTable, written: int, size: int) -> None:
        self._path = path
        self._written = written  # rows that stand in the file, in its first _size bytes
        self._size = size
        self.table = table

    @classmethod
    def create(cls, folder: Path, table: SourceTable) -> SourceFile:
        """Begin a file for ``table`` in a new recording's folder."""
        return cls(folder / FILE_NAME, table, 1, 0)

    @classmethod
    def open(cls, folder: Path) -> SourceFile:
        """Read what is there up to the first line that is not whole; a missing file is an empty table."""
        path = folder / FILE_NAME
        table = SourceTable()
        try:
            lines = path.read_bytes().splitlines(keepends=True)
        except OSError:
            lines = []
        whole = 0
        for line in lines:
            source = _parse(line)
            if source is None or table.number(source) != len(table) - 1:
                break
            whole += len(line)
        return cls(path, table, len(table), whole)

    def update(self) -> None:
        """Append the rows that are new since the last time; raises OSError."""
        if self._written == len(self.table):
            return
        rows = list(self.table)
        lines = [json.dumps([row.address, row.port]) + "\n" for row in rows[self._written :]]
        text = "".join(lines).encode()
        with self._path.open("r+b" if self._size else "wb") as file:
            file.truncate(self._size)  # the end of a line that a kill or a full disk cut short
            file.seek(self._size)
            file.write(text)
        self._written = len(rows)
        self._size += len(text)


def _parse(line: bytes) -> Source | None:
    if not line.endswith(b"\n"):
        return None
    try:
        address, port = json.loads(line)
    except (ValueError, TypeError):
        return None
    return Source(address, port) if isinstance(address, str) and isinstance(port, int) else None
