"""Several databases, each for all frames or for some: the first that has an id describes it."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from pathlib import Path

import numpy as np

from canmcast_gui.database.database import Database
from canmcast_gui.database.model import Message, Signal, SignalValue, addresses_text, signal_paths
from canmcast_gui.database.problems import DatabaseError
from canmcast_gui.database.scope import EVERYTHING, Conflict, Scope, conflicts_of
from canmcast_gui.frames import FrameBatch, SourceTable
from canmcast_gui.frames.arrays import Column, RowNumbers
from canmcast_gui.frames.filters import Vocabulary
from canmcast_gui.frames.filters.nodes import MatchedId
from canmcast_gui.frames.filters.vocabulary import MessageName, SignalName
from canmcast_gui.frames.units import MAX_EXTENDED_ID

# Each repaint of a row looks up the same messages again. This is more than the ids of any real bus.
_MAX_CACHED = 100_000

_ALL_CHANNELS = frozenset(range(256))


class DatabaseSet:
    """An ordered set of databases, one per file. A file that is added again keeps its position.

    Where the channel or the source's address is None, the databases of all channels or sources are used.
    ``use_sources`` sets the table with the addresses of the frames that are decoded.
    """

    def __init__(self) -> None:
        self._databases: list[Database] = []
        self._order: list[Path] = []
        self._scopes: dict[Path, Scope] = {}
        self._sources = SourceTable()
        self._messages: dict[tuple[int, bool, int | None, str | None], tuple[Database, Message] | None] = {}
        self._conflicts: list[Conflict] | None = None
        self._vocabulary: Vocabulary | None = None

    # -- the databases -----------------------------------------------------------------------------------

    def reserve(self, path: str | os.PathLike[str]) -> None:
        """Reserve the next position for a file that is being loaded: several may complete in any order."""
        if Path(path) not in self._order:
            self._order.append(Path(path))

    def add(self, database: Database) -> None:
        """Add a database at the position that is reserved for its file, or replace the one of that file."""
        self.reserve(database.path)
        others = [other for other in self._databases if other.path != database.path]
        self._databases = [*others, database]
        self._sort()

    def remove(self, path: str | os.PathLike[str]) -> None:
        """Remove the database of a file, if there is one."""
        self._databases = [other for other in self._databases if other.path != Path(path)]
        self._order = [other for other in self._order if other != Path(path)]
        self._scopes.pop(Path(path), None)
        self._sort()

    def move(self, path: str | os.PathLike[str], index: int) -> None:
        """Move a database in the order, which decides where several have an id."""
        loaded = [database.path for database in self._databases]
        if Path(path) in loaded:
            loaded.remove(Path(path))
            loaded.insert(index, Path(path))
            self._order = loaded + [other for other in self._order if other not in loaded]
            self._sort()

    def set_scope(self, path: str | os.PathLike[str], scope: Scope) -> None:
        """Set the frames that the database of a file is for; the file need not be loaded yet."""
        self._scopes[Path(path)] = scope
        self._clear_cache()

    def scope(self, path: str | os.PathLike[str]) -> Scope:
        """The frames that the database of a file is for."""
        return self._scopes.get(Path(path), EVERYTHING)

    def use_sources(self, table: SourceTable) -> None:
        """Set the table of the source numbers of frames."""
        self._sources = table

    def conflicts(self) -> list[Conflict]:
        """Ids that several databases describe differently for the same frames."""
        if self._conflicts is None:
            self._conflicts = conflicts_of(
                (database, self.scope(database.path)) for database in self._databases
            )
        return self._conflicts

    def _sort(self) -> None:
        self._databases.sort(key=lambda database: self._order.index(database.path))
        self._clear_cache()

    def _clear_cache(self) -> None:
        self._messages.clear()
        self._conflicts = None
        self._vocabulary = None

    def __iter__(self) -> Iterator[Database]:
        return iter(self._databases)

    def __len__(self) -> int:
        return len(self._databases)

    # -- messages ----------------------------------------------------------------------------------------

    def message(
        self, arbitration_id: int, extended: bool, channel: int | None = None, source: str | None = None
    ) -> Message | None:
        """The message of frames with this id, in the first database that has it."""
        found = self._lookup(arbitration_id, extended, channel, source)
        return found[1] if found else None

    def name(
        self, arbitration_id: int, extended: bool, channel: int | None = None, source: str | None = None
    ) -> str:
        """The name of the message, "" where no database has the id.

        The name of a J1939 or NMEA 2000 message is followed by the addresses in the id.
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
        most: int | None = None,
    ) -> list[SignalValue]:
        """Database.decode_frame() of the first database that has the id."""
        found = self._lookup(arbitration_id, extended, channel, source)
        return found[0].decode_frame(arbitration_id, extended, payload, most) if found else []

    def ids_named(self, pattern: str) -> set[MatchedId]:
        """Database.ids_named() of all databases, each with the channels on which its frames have the name.

        These are the channels of its database without those of earlier databases that have the id. Sources
        are not considered.
        """
        found: set[MatchedId] = set()
        for index, database in enumerate(self._databases):
            for named in database.ids_named(pattern):
                channels = self._channels_of(index, named[0], named[1])
                if len(channels) == len(_ALL_CHANNELS):
                    found.add(named)
                elif channels:
                    mask = named[2] if len(named) > 2 else MAX_EXTENDED_ID
                    found.add((named[0], named[1], mask, tuple(sorted(channels))))
        return found

    def _channels_of(self, index: int, arbitration_id: int, extended: bool) -> frozenset[int]:
        """The channels whose frames of an id the database at that index names."""
        channels = self.scope(self._databases[index].path).channels or _ALL_CHANNELS
        for earlier in self._databases[:index]:
            scope = self.scope(earlier.path)
            if not scope.sources and earlier.message(arbitration_id, extended) is not None:
                channels -= scope.channels or _ALL_CHANNELS
        return channels

    def _lookup(
        self, arbitration_id: int, extended: bool, channel: int | None, source: str | None
    ) -> tuple[Database, Message] | None:
        key = (arbitration_id, bool(extended), channel, source)
        if key not in self._messages:
            if len(self._messages) >= _MAX_CACHED:
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
        return any(database.has_signal(name) for database in self._databases)

    def choices(self, name: str) -> dict[str, int | float]:
        """The texts of the values of the signal "Message.Signal" with these; empty where it has none."""
        if not self.has_signal(name):
            return {}
        signal = self.signal(name)
        return {text: raw * signal.scale + signal.offset for raw, text in signal.choices.items()}

    def vocabulary(self) -> Vocabulary:
        """The names of all messages and signals, for filters; made at the first use."""
        if self._vocabulary is None:
            self._vocabulary = vocabulary_of(
                message for database in self._databases for message in database.messages
            )
        return self._vocabulary

    def decode(self, batch: FrameBatch, name: str) -> tuple[RowNumbers, Column]:
        """As decode_rows(), with timestamps (int64, nanoseconds) in place of rows."""
        rows, values = self.decode_rows(batch, name)
        return batch.timestamp_ns[rows], values

    def decode_rows(self, batch: FrameBatch, name: str) -> tuple[RowNumbers, Column]:
        """The rows of a batch that have the signal "Message.Signal", ascending, and its values.

        The first database that has the signal decodes the frames that it is for, the next one the remaining
        frames. Raises DatabaseError where no database has it.
        """
        reader = self.reader(name)
        if reader is None:
            raise DatabaseError(f"no database has the signal {name}; load the database that describes it")
        return reader(batch)

    def reader(self, name: str) -> Callable[[FrameBatch], tuple[RowNumbers, Column]] | None:
        """decode_rows() of one signal with the current databases, for any thread; None if it is unknown."""
        found = [
            (database, self.scope(database.path)) for database in self._databases if database.has_signal(name)
        ]
        return partial(_decode_rows, found, self._sources, name) if found else None


def _decode_rows(
    databases: list[tuple[Database, Scope]], sources: SourceTable, name: str, batch: FrameBatch
) -> tuple[RowNumbers, Column]:
    """Decode with each database the frames that no earlier one is for."""
    first, scope = databases[0]
    if scope.is_everything:
        return first.decode_rows(batch, name)
    remaining = np.ones(len(batch), np.bool_)
    parts: list[tuple[RowNumbers, Column]] = []
    for database, scope in databases:
        covered = scope.mask(batch, sources) & remaining
        remaining &= ~covered
        chosen = np.flatnonzero(covered)
        rows, values = database.decode_rows(batch[chosen], name)
        parts.append((chosen[rows], values))
    joined = np.concatenate([rows for rows, _ in parts])
    order = np.argsort(joined, kind="stable")
    return joined[order], np.concatenate([values for _, values in parts])[order]


def vocabulary_of(messages: Iterable[Message]) -> Vocabulary:
    """The names of messages and of all their signals."""
    names: list[MessageName] = []
    signals: list[SignalName] = []
    for message in messages:
        names.append(MessageName(message.name, message.arbitration_id, message.comment))
        signals += [
            SignalName(path.name, path.signal.name, path.signal.unit, path.signal.comment)
            for path in signal_paths(message)
        ]
    return Vocabulary(tuple(names), tuple(signals))
