"""Several databases at once: the first that knows an id or a name answers."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.database.database import Database, NamedId
from canmcast_gui.database.errors import DatabaseError
from canmcast_gui.database.model import Message, Signal, SignalValue
from canmcast_gui.frames import FrameBatch


class DatabaseSet:
    """An ordered set of databases, one per file. Adding a file again replaces it in its place."""

    def __init__(self) -> None:
        self._databases: list[Database] = []
        # What has been asked once is asked for every repaint of a row; at most the ids that frames carried
        # or that were looked up, and cleared when that grows beyond any real bus.
        self._messages: dict[tuple[int, bool], Message | None] = {}

    def add(self, database: Database) -> None:
        """Add a database, or replace the one from the same file."""
        for position, known in enumerate(self._databases):
            if known.path == database.path:
                self._databases[position] = database
                break
        else:
            self._databases.append(database)
        self._messages.clear()

    def remove(self, path: str | os.PathLike[str]) -> None:
        """Remove the database of that file, if it is there."""
        self._databases = [one for one in self._databases if one.path != Path(path)]
        self._messages.clear()

    def __iter__(self) -> Iterator[Database]:
        return iter(self._databases)

    def __len__(self) -> int:
        return len(self._databases)

    def message(self, arbitration_id: int, extended: bool) -> Message | None:
        """The message that frames of this id are, in the first database that knows it."""
        key = (arbitration_id, bool(extended))
        if key not in self._messages:
            if len(self._messages) >= _MOST_REMEMBERED:
                self._messages.clear()
            found = (one.message(arbitration_id, extended) for one in self._databases)
            self._messages[key] = next((message for message in found if message is not None), None)
        return self._messages[key]

    def name(self, arbitration_id: int, extended: bool) -> str:
        """The name of the message, "" where no database knows the id."""
        message = self.message(arbitration_id, extended)
        return message.name if message else ""

    def signal(self, name: str) -> Signal:
        """The signal "Message.Signal". Raises DatabaseError where no database has it."""
        return self._with_signal(name).signal(name)

    def has_signal(self, name: str) -> bool:
        """Whether any database has the signal "Message.Signal"."""
        return any(one.has_signal(name) for one in self._databases)

    def decode(self, batch: FrameBatch, name: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
        """Database.decode() of the first database that has the signal."""
        return self._with_signal(name).decode(batch, name)

    def decode_rows(self, batch: FrameBatch, name: str) -> tuple[npt.NDArray[np.int64], npt.NDArray[Any]]:
        """Database.decode_rows() of the first database that has the signal."""
        return self._with_signal(name).decode_rows(batch, name)

    def decode_frame(self, arbitration_id: int, extended: bool, payload: bytes) -> list[SignalValue]:
        """Database.decode_frame() of the first database that knows the id."""
        for database in self._databases:
            if database.message(arbitration_id, extended) is not None:
                return database.decode_frame(arbitration_id, extended, payload)
        return []

    def ids_named(self, pattern: str) -> set[NamedId]:
        """Database.ids_named() of all databases, without ids that an earlier one calls something else."""
        return {
            named
            for database in self._databases
            for named in database.ids_named(pattern)
            if self.message(named[0], named[1]) is database.message(named[0], named[1])
        }

    def _with_signal(self, name: str) -> Database:
        for database in self._databases:
            if database.has_signal(name):
                return database
        raise DatabaseError(f"no database has the signal {name}; load the database that describes it")


_MOST_REMEMBERED = 100_000
