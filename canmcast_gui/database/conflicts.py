"""Ids that several databases describe in different ways."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from canmcast_gui.database.database import Database
from canmcast_gui.database.model import Message, Signal
from canmcast_gui.database.scope import Scope

# A conflict for each of so many ids says that the same network was loaded twice; more say nothing new.
MOST_CONFLICTS = 1_000


@dataclass(frozen=True, slots=True)
class Conflict:
    """An id that ``other`` describes as well; frames of it are read by ``chosen``, which comes first."""

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
    """What databases disagree about, in their order; the same message in both is no conflict."""
    found: list[Conflict] = []
    known: dict[tuple[int, bool], list[tuple[Message, Database, Scope]]] = {}
    for database, scope in entries:
        mine: dict[tuple[int, bool], Message] = {}
        for message in database.messages:
            mine.setdefault((message.arbitration_id & message.id_mask, message.extended), message)
        for key, message in mine.items():
            others = known.setdefault(key, [])
            first = next((one for one in others if one[2].overlaps(scope)), None)
            if first is not None and not _alike(first[0], message) and len(found) < MOST_CONFLICTS:
                found.append(Conflict(first[0], first[1], message, database))
            others.append((message, database, scope))
    return found


def _alike(one: Message, other: Message) -> bool:
    """Whether two descriptions give the same names and values."""
    return one.name == other.name and {_layout(signal) for signal in one.signals} == {
        _layout(signal) for signal in other.signals
    }


def _layout(signal: Signal) -> tuple[object, ...]:
    return (
        signal.name, signal.start, signal.length, signal.big_endian, signal.signed, signal.is_float,
        signal.scale, signal.offset, signal.multiplexer, signal.multiplexer_ids,
    )  # fmt: skip
