"""The frames that a database is for, and conflicts between databases for the same frames."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from canmcast_gui.database.database import Database
from canmcast_gui.database.model import Message, Signal
from canmcast_gui.frames import FrameBatch, SourceTable


@dataclass(frozen=True, slots=True)
class Scope:
    """Channel numbers as frames carry them, and addresses of sources; empty sets mean any."""

    channels: frozenset[int] = frozenset()
    sources: frozenset[str] = frozenset()

    @property
    def is_everything(self) -> bool:
        """Whether the database is for all frames."""
        return not self.channels and not self.sources

    def covers(self, channel: int | None, source: str | None) -> bool:
        """Whether frames of that channel and address are covered; None is an unknown one."""
        return (channel is None or not self.channels or channel in self.channels) and (
            source is None or not self.sources or source in self.sources
        )

    def overlaps(self, other: Scope) -> bool:
        """Whether frames can be covered by both."""
        return (not self.channels or not other.channels or bool(self.channels & other.channels)) and (
            not self.sources or not other.sources or bool(self.sources & other.sources)
        )

    def mask(self, batch: FrameBatch, table: SourceTable) -> npt.NDArray[np.bool_]:
        """The frames of a batch that are covered, bool (n,). ``table`` is that of the batch's sources."""
        covered = np.ones(len(batch), np.bool_)
        if self.channels:
            covered &= np.isin(batch.channel, np.array(sorted(self.channels), np.uint8))
        if self.sources:
            rows = [number for number, source in enumerate(table) if source.address in self.sources]
            covered &= np.isin(batch.source, np.array(rows, np.uint16))
        return covered

    def text(self) -> str:
        """The scope in words."""
        parts = []
        if self.channels:
            parts.append(f"channel {', '.join(map(str, sorted(self.channels)))}")
        if self.sources:
            parts.append(f"source {', '.join(sorted(self.sources))}")
        return " · ".join(parts) or "all frames"


EVERYTHING = Scope()


# This number of conflicts means that two versions of one network are loaded; more do not help the user.
MAX_CONFLICTS = 1_000


@dataclass(frozen=True, slots=True)
class Conflict:
    """An id that ``other`` describes differently; ``chosen``, which comes first, decodes its frames."""

    message: Message
    chosen: Database
    other_message: Message
    other: Database

    def __str__(self) -> str:
        return (
            f"id {self.message.arbitration_id:X} is {self.message.name} in {self.chosen.path.name}, "
            f"which comes first, and {self.other_message.name} in {self.other.path.name}"
        )


def conflicts_of(entries: Iterable[tuple[Database, Scope]]) -> list[Conflict]:
    """The conflicts between databases, in their order; the same message in both is not a conflict."""
    found: list[Conflict] = []
    known: dict[tuple[int, bool], list[tuple[Message, Database, Scope]]] = {}
    for database, scope in entries:
        messages: dict[tuple[int, bool], Message] = {}
        for message in database.messages:
            messages.setdefault((message.arbitration_id & message.id_mask, message.extended), message)
        for key, message in messages.items():
            others = known.setdefault(key, [])
            first = next((other for other in others if other[2].overlaps(scope)), None)
            if first is not None and not _is_same(first[0], message) and len(found) < MAX_CONFLICTS:
                found.append(Conflict(first[0], first[1], message, database))
            others.append((message, database, scope))
    return found


def _is_same(one: Message, other: Message) -> bool:
    """Whether two descriptions give the same names and values."""
    return one.name == other.name and {_layout(signal) for signal in one.signals} == {
        _layout(signal) for signal in other.signals
    }


def _layout(signal: Signal) -> tuple[object, ...]:
    return (
        signal.name, signal.start, signal.length, signal.big_endian, signal.signed, signal.is_float,
        signal.scale, signal.offset, signal.multiplexer, signal.multiplexer_ids,
    )  # fmt: skip
