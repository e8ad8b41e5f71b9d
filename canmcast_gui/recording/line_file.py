"""Small files beside the chunks: one JSON value per line, so that a kill costs one line at most."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import Any, NamedTuple

from canmcast_gui.frames import Source, SourceTable
from canmcast_gui.frames.files import private_opener

SOURCES_NAME = "sources.jsonl"

# The value of a damaged line. No valid line has it: null is not written to these files.
DAMAGED = None

# Our files never exceed this size; a larger file of the same name is not read into memory as a whole.
MOST_BYTES = 64 << 20


class Line(NamedTuple):
    """A complete line: its value (DAMAGED where it has none), and its end in the file."""

    value: Any
    end: int


class LineFile:
    """A file of lines. Appending and replacing raise OSError; complete lines stay complete."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0  # of the valid lines; the next append cuts off anything after them

    def read(self) -> list[Line]:
        """All complete lines, which are valid from now on; none where the file is missing. Raises OSError."""
        lines = []
        self.size = 0
        for raw in self._bytes().split(b"\n")[:-1]:
            self.size += len(raw) + 1
            lines.append(Line(_value(raw), self.size))
        return lines

    def _bytes(self) -> bytes:
        try:
            with self.path.open("rb") as file:
                return file.read(MOST_BYTES)
        except FileNotFoundError:
            return b""

    def append(self, values: Iterable[Any]) -> None:
        """Write lines after the valid ones."""
        text = _text(values)
        with open(self.path, "r+b" if self.size else "wb", opener=private_opener) as file:
            file.truncate(self.size)
            file.seek(self.size)
            file.write(text)
        self.size += len(text)

    def replace(self, values: Iterable[Any]) -> None:
        """Replace all lines at once: a kill leaves either the old or the new ones."""
        text = _text(values)
        new = self.path.with_name(self.path.name + ".new")
        try:
            with open(new, "wb", opener=private_opener) as file:
                file.write(text)
            new.replace(self.path)
        except OSError:
            with suppress(OSError):
                new.unlink(missing_ok=True)
            raise
        self.size = len(text)


def _text(values: Iterable[Any]) -> bytes:
    return "".join(json.dumps(value) + "\n" for value in values).encode()


def _value(raw: bytes) -> Any:
    try:
        return json.loads(raw)
    except (ValueError, RecursionError):
        return DAMAGED


class SourceFile:
    """A SourceTable and the file to which its new rows are appended."""

    def __init__(self, file: LineFile, table: SourceTable, written: int) -> None:
        self._file = file
        self._written = written  # rows of the table that are in the file
        self.table = table

    @classmethod
    def create(cls, folder: Path, table: SourceTable) -> SourceFile:
        """Start the file for ``table`` in the folder of a new recording."""
        return cls(LineFile(folder / SOURCES_NAME), table, 1)

    @classmethod
    def open(cls, folder: Path) -> SourceFile:
        """Read the file up to the first line that is not a new source; without a file, an empty table."""
        file = LineFile(folder / SOURCES_NAME)
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
        """Append the rows that are new since the last call; raises OSError."""
        if self._written == len(self.table):
            return
        rows = list(self.table)
        self._file.append([row.address, row.port] for row in rows[self._written :])
        self._written = len(rows)


def _source(value: Any) -> Source | None:
    if not isinstance(value, list) or [type(part) for part in value] != [str, int]:
        return None
    return Source(*value)
