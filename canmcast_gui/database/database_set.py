"""Several databases at once, each for all frames or for some: the first that knows an id answers."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from canmcast_gui.database.database import Database, NamedId
from canmcast_gui.database.model import Message, Signal, SignalValue, addresses_text
from canmcast_gui.database.problems import DatabaseError
from canmcast_gui.database.scope import EVERYTHING, Conflict, Scope, conflicts_of
from canmcast_gui.frames import FrameBatch, SourceTable
from canmcast_gui.frames.arrays import Column, RowNumbers

# What has been asked once is asked for every repaint of a row; more ids than on any real bus.
_MOST_REMEMBERED = 100_000


class DatabaseSet:
    """An ordered set of databases, one per file. Adding a file again replaces it in its place.

    Where a question leaves out the channel or the source's address (None), databases for any of them may
    answer. ``use_sources`` tells the addresses of the frames that are asked about.
    """

    def __init__(self) -> None:
        self._databases: list[Database] = []
        self._order: list[Path] = []
        self._scopes: dict[Path, Scope] = {}
        self._sources = SourceTable()
        self._messages: dict[tuple[int, bool, int | None, str | None], tuple[Database, Message] | None] = {}
        self._conflicts: list[Conflict] | None = None

    # -- which databases there are -----------------------------------------------------------------------

    def reserve(self, path: str | os.PathLike[str]) -> None:
        """Keep the next place for a file that is being loaded, whichever of several is done first."""
        if Path(path) not in self._order:
            self._order.append(Path(path))

    def add(self, database: Database) -> None:
        """Add a database, in the place that was kept for its file, or replace the one from the same file."""
        self.reserve(database.path)
        self._databases = [one for one in self._databases if one.path != database.path] + [database]
        self._sort()

    def remove(self, path: str | os.PathLike[str]) -> None:
        """Remove the database of that file, if it is there."""
        self._databases = [one for one in self._databases if one.path != Path(path)]
        self._order = [one for one in self._order if one != Path(path)]
        self._scopes.pop(Path(path), None)
        self._sort()

    def move(self, path: str | os.PathLike[str], place: int) -> None:
        """Give a database another place in the order, which decides where several know an id."""
        loaded = [one.path for one in self._databases]
        if Path(path) in loaded:
            loaded.remove(Path(path))
            loaded.insert(place, Path(path))
            self._order = loaded + [one for one in self._order if one not in loaded]
            self._sort()

    def set_scope(self, path: str | os.PathLike[str], scope: Scope) -> None:
        """Say which frames the database of a file is for; may be said before it is there."""
        self._scopes[Path(path)] = scope
        self._forget()

    def scope(self, path: str | os.PathLike[str]) -> Scope:
        """Which frames the database of a file is for."""
        return self._scopes.get(Path(path), EVERYTHING)

    def use_sources(self, table: SourceTable) -> None:
        """Say which table the source numbers of frames belong to."""
        self._sources = table

    def conflicts(self) -> list[Conflict]:
        """Ids that several databases describe in different ways, for the same frames."""
        if self._conflicts is None:
            self._conflicts = conflicts_of((one, self.scope(one.path)) for one in self._databases)
        return self._conflicts

    def _sort(self) -> None:
        self._databases.sort(key=lambda one: self._order.index(one.path))
        self._forget()

    def _forget(self) -> None:
        self._messages.clear()
        self._conflicts = None

    def __iter__(self) -> Iterator[Database]:
        return iter(self._databases)

    def __len__(self) -> int:
        return len(self._databases)

    # -- messages ----------------------------------------------------------------------------------------

    def message(
        self, arbitration_id: int, extended: bool, channel: int | None = None, source: str | None = None
    ) -> Message | None:
        """The message that frames of this id are, in the first database that knows it."""
        found = self._lookup(arbitration_id, extended, channel, source)
        return found[1] if found else None

    def name(
        self, arbitration_id: int, extended: bool, channel: int | None = None, source: str | None = None
    ) -> str:
        """The name of the message, "" where no database knows the id.

        That of a J1939 or NMEA 2000 message is followed by the addresses that its frame's id carries.
        """
        message = self.message(arbitration_id, extended, channel, source)
        if message is None:
            return ""
        if message.by_parameter_group:
            return f"{message.name} ({addresses_text(arbitration_id)})"
        return message.name

    def decode_frame(
        self,
        arbitration_id: int,
        extended: bool,
        payload: bytes,
        channel: int | None = None,
        source: str | None = None,
    ) -> list[SignalValue]:
        """Database.decode_frame() of the first database that knows the id."""
        found = self._lookup(arbitration_id, extended, channel, source)
        return found[0].decode_frame(arbitration_id, extended, payload) if found else []

    def ids_named(self, pattern: str) -> set[NamedId]:
        """Database.ids_named() of all databases, without ids that an earlier one calls something else."""
        return {
            named
            for database in self._databases
            for named in database.ids_named(pattern)
            if self._calls(database, named[0], named[1])
        }

    def _calls(self, database: Database, arbitration_id: int, extended: bool) -> bool:
        """Whether frames of an id are named by that database, on any channel and from any source."""
        for one in self._databases:
            if one is database:
                return True
            if self.scope(one.path).is_everything and one.message(arbitration_id, extended) is not None:
                return False
        return False

    def _lookup(
        self, arbitration_id: int, extended: bool, channel: int | None, source: str | None
    ) -> tuple[Database, Message] | None:
        key = (arbitration_id, bool(extended), channel, source)
        if key not in self._messages:
            if len(self._messages) >= _MOST_REMEMBERED:
                self._messages.clear()
            self._messages[key] = next(
                (
                    (database, message)
                    for database in self._databases
                    if self.scope(database.path).covers(channel, source)
                    and (message := database.message(arbitration_id, extended)) is not None
                ),
                None,
            )
        return self._messages[key]

    # -- signals -----------------------------------------------------------------------------------------

    def signal(self, name: str) -> Signal:
        """The signal "Message.Signal". Raises DatabaseError where no database has it."""
        for database in self._databases:
            if database.has_signal(name):
                return database.signal(name)
        raise DatabaseError(f"no database has the signal {name}; load the database that describes it")

    def has_signal(self, name: str) -> bool:
        """Whether any database has the signal "Message.Signal"."""
        return any(one.has_signal(name) for one in self._databases)

    def decode(self, batch: FrameBatch, name: str) -> tuple[RowNumbers, Column]:
        """As decode_rows(), with timestamps (int64, nanoseconds) in place of rows."""
        rows, values = self.decode_rows(batch, name)
        return batch.timestamp_ns[rows], values

    def decode_rows(self, batch: FrameBatch, name: str) -> tuple[RowNumbers, Column]:
        """The rows of a batch that carry the signal "Message.Signal", ascending, and its values there.

        The first database that has the signal reads those frames that it is for, the next one those that
        remain. Raises DatabaseError where no database has it.
        """
        reader = self.reader(name)
        if reader is None:
            raise DatabaseError(f"no database has the signal {name}; load the database that describes it")
        return reader(batch)

    def reader(self, name: str) -> Callable[[FrameBatch], tuple[RowNumbers, Column]] | None:
        """decode_rows() of one signal by the databases of now, in any thread; None for an unknown one."""
        found = [(one, self.scope(one.path)) for one in self._databases if one.has_signal(name)]
        return partial(_read, found, self._sources, name) if found else None


def _read(
    databases: list[tuple[Database, Scope]], sources: SourceTable, name: str, batch: FrameBatch
) -> tuple[RowNumbers, Column]:
    """By each database what no earlier one was for."""
    first, scope = databases[0]
    if scope.is_everything:
        return first.decode_rows(batch, name)
    left = np.ones(len(batch), np.bool_)
    parts: list[tuple[RowNumbers, Column]] = []
    for database, scope in databases:
        meant = scope.mask(batch, sources) & left
        left &= ~meant
        chosen = np.flatnonzero(meant)
        rows, values = database.decode_rows(batch[chosen], name)
        parts.append((chosen[rows], values))
    joined = np.concatenate([rows for rows, _ in parts])
    order = np.argsort(joined, kind="stable")
    return joined[order], np.concatenate([values for _, values in parts])[order]
