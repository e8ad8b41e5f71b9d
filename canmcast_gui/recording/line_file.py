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

# What a line without a value is; no line stands for it otherwise, for null is not written to such files.
DAMAGED = None

# No such file of ours grows beyond this; something else that stands in its place is not read into memory.
MOST_BYTES = 64 << 20


class Line(NamedTuple):
    """A whole line: its value (DAMAGED where it has none), and where in the file it ends."""

    value: Any
    end: int


class LineFile:
    """A file of lines. Appending and replacing raise OSError; what was whole before is whole after."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.size = 0  # of the lines that count; what stands behind them is cut off by the next append

    def read(self) -> list[Line]:
        """All whole lines, which count from then on; none of a file that is not there. Raises OSError."""
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
        """Put lines behind those that count."""
        text = _text(values)
        with open(self.path, "r+b" if self.size else "wb", opener=private_opener) as file:
            file.truncate(self.size)
            file.seek(self.size)
            file.write(text)
        self.size += len(text)

    def replace(self, values: Iterable[Any]) -> None:
        """Put other lines in the place of all that are there, at once: a kill leaves the old or the new."""
        text = _text(values)
        fresh = self.path.with_name(self.path.name + ".new")
        try:
            with open(fresh, "wb", opener=private_opener) as file:
                file.write(text)
            fresh.replace(self.path)
        except OSError:
            with suppress(OSError):
                fresh.unlink(missing_ok=True)
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
    """A SourceTable and the file that follows it."""

    def __init__(self, file: LineFile, table: SourceTable, written: int) -> None:
        self._file = file
        self._written = written  # rows that stand in the file
        self.table = table

    @classmethod
    def create(cls, folder: Path, table: SourceTable) -> SourceFile:
        """Begin a file for ``table`` in a new recording's folder."""
        return cls(LineFile(folder / SOURCES_NAME), table, 1)

    @classmethod
    def open(cls, folder: Path) -> SourceFile:
        """Read what is there up to the first line that is no new source; without a file, an empty table."""
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
