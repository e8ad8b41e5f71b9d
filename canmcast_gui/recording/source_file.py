"""The table of sources beside a recording's chunks: one line of JSON each, appended as they come."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from canmcast_gui.frames import Source, SourceTable
from canmcast_gui.recording.line_file import LineFile

FILE_NAME = "sources.jsonl"


class SourceFile:
    """A SourceTable and the file that follows it."""

    def __init__(self, file: LineFile, table: SourceTable, written: int) -> None:
        self._file = file
        self._written = written  # rows that stand in the file
        self.table = table

    @classmethod
    def create(cls, folder: Path, table: SourceTable) -> SourceFile:
        """Begin a file for ``table`` in a new recording's folder."""
        return cls(LineFile(folder / FILE_NAME), table, 1)

    @classmethod
    def open(cls, folder: Path) -> SourceFile:
        """Read what is there up to the first line that is no new source; without a file, an empty table."""
        file = LineFile(folder / FILE_NAME)
        table = SourceTable()
        try:
            lines = file.read()
        except OSError:
            lines = []
        file.size = 0
        for line in lines:
            source = _source(line.value)
            if source is None or table.number(source) != len(table) - 1:
                break
            file.size = line.end
        return cls(file, table, len(table))

    def update(self) -> None:
        """Append the rows that are new since the last time; raises OSError."""
        if self._written == len(self.table):
            return
        rows = list(self.table)
        self._file.append([row.address, row.port] for row in rows[self._written :])
        self._written = len(rows)


def _source(value: Any) -> Source | None:
    if not isinstance(value, list) or [type(part) for part in value] != [str, int]:
        return None
    return Source(*value)
