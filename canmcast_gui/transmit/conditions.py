"""Filters for the transmit process, which has no databases.

What a filter asks of a database, the ids of messages and the bits of signals, is resolved by the program and
sent along.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from typing import Any

import numpy as np
import numpy.typing as npt
from msgspec import Struct

from canmcast_gui.frames import Flag, FrameBatch, SourceTable
from canmcast_gui.frames.filters import Filter, SignalColumn, Vocabulary, compile_filter
from canmcast_gui.frames.filters.nodes import MatchedId
from canmcast_gui.frames.filters.vocabulary import SignalName
from canmcast_gui.frames.units import MAX_EXTENDED_ID
from canmcast_gui.transmit.payload.generator import ScaledField

_KIND = np.uint16(Flag.EXTENDED | Flag.REMOTE | Flag.ERROR)

# An arbitration id, whether it is extended, the bits of an extended id that must agree, and the channels;
# these are all if empty.
MaskedId = tuple[int, bool, int, tuple[int, ...]]


def masked_ids(ids: Iterable[MatchedId]) -> tuple[MaskedId, ...]:
    """Ids as filters look them up, in the one form that messages have, sorted."""
    return tuple(
        sorted(
            (
                found[0],
                found[1],
                found[2] if len(found) > 2 else MAX_EXTENDED_ID,
                found[3] if len(found) > 3 else (),
            )
            for found in ids
        )
    )


class SignalPosition(Struct, frozen=True, array_like=True):
    """Where a signal is in the frames of one message.

    Ids agree in the bits of ``mask``; those in ``excluded_ids`` are another message. Payloads have
    ``bytes_needed`` at least. Each multiplexer must have one of its numbers.
    """

    arbitration_id: int
    extended: bool
    mask: int
    excluded_ids: tuple[int, ...]
    bytes_needed: int
    field: ScaledField
    multiplexers: tuple[tuple[ScaledField, frozenset[int]], ...]


class SignalPart(Struct, frozen=True, array_like=True):
    """Where one database has a signal; ``scope`` is the filter of the frames that this database is for."""

    scope: str
    positions: tuple[SignalPosition, ...]


class DatabaseCondition(Struct, frozen=True, array_like=True):
    """A filter and what it asks of databases and channels.

    ``names`` are the ids of each pattern of names, ``signals`` the parts of each signal, in the order of the
    databases, ``choices`` the values of each signal's texts, ``channels`` the names of channels by number.
    """

    text: str
    names: dict[str, tuple[MaskedId, ...]]
    signals: dict[str, tuple[SignalPart, ...]]
    choices: dict[str, dict[str, int | float]]
    channels: dict[int, str] = {}


# A filter's text is enough if it asks for nothing.
Condition = str | DatabaseCondition


def text_of(condition: Condition) -> str:
    """The filter as the user wrote it."""
    return condition if isinstance(condition, str) else condition.text


def with_channels(text: str, channels: Mapping[int, str]) -> Condition:
    """The condition for a filter without names of databases; ``channels`` are names of channels by number."""
    return DatabaseCondition(text, {}, {}, {}, dict(channels)) if text and channels else text


def compile_condition(condition: Condition, sources: SourceTable | None = None) -> Filter:
    """The filter; ``sources`` is the table of the frames that it is applied to. Raises FilterError."""
    if isinstance(condition, str):
        return compile_filter(condition, sources=sources)

    def column(name: str) -> SignalColumn | None:
        parts = condition.signals.get(name)
        return None if parts is None else _SignalReader(parts, sources).read

    return compile_filter(
        condition.text,
        names=lambda pattern: condition.names.get(pattern, ()),
        sources=sources,
        signals=column,
        choices=lambda name: condition.choices.get(name, {}),
        vocabulary=lambda: Vocabulary(
            signals=tuple(SignalName(name, name.rpartition(".")[2]) for name in condition.signals)
        ),
        channels=condition.channels,
    )


class _SignalReader:
    """A signal's values in the frames that carry it.

    Payloads are read one by one: these are the frames of one message among those that arrived since the last
    turn, a few at a time.
    """

    def __init__(self, parts: Iterable[SignalPart], sources: SourceTable | None) -> None:
        self._parts = [
            (compile_filter(part.scope, sources=sources), [_PositionReader(at) for at in part.positions])
            for part in parts
        ]

    def read(self, batch: FrameBatch) -> tuple[npt.NDArray[np.signedinteger], npt.NDArray[Any]]:
        """Rows that carry it, ascending, and its values there."""
        found = dict(sorted(self._values(batch)))
        return np.array(list(found), dtype=np.int64), np.array(list(found.values()))

    def _values(self, batch: FrameBatch) -> Iterator[tuple[int, int | float]]:
        """Each database reads the frames that no earlier one was for."""
        left = np.ones(len(batch), dtype=np.bool_)
        for scope, readers in self._parts:
            in_scope = scope.mask(batch) & left
            left &= ~in_scope
            for reader in readers:
                for row in np.flatnonzero(reader.frames(batch) & in_scope).tolist():
                    value = reader.value(batch.payload(row))
                    if value is not None:
                        yield row, value


class _PositionReader:
    """Reads a signal at one position."""

    def __init__(self, position: SignalPosition) -> None:
        self._position = position
        self._mask = np.uint32(position.mask)
        self._id = np.uint32(position.arbitration_id & position.mask)
        self._kind = np.uint16(Flag.EXTENDED if position.extended else 0)
        self._excluded = np.array(position.excluded_ids, dtype=np.uint32)

    def frames(self, batch: FrameBatch) -> npt.NDArray[np.bool_]:
        """Which data frames of a batch are the message, and long enough."""
        wanted: npt.NDArray[np.bool_] = (batch.flags & _KIND) == self._kind
        wanted &= (batch.arbitration_id & self._mask) == self._id
        wanted &= batch.length >= self._position.bytes_needed
        if len(self._excluded):
            wanted &= ~np.isin(batch.arbitration_id, self._excluded)
        return wanted

    def value(self, payload: bytes) -> int | float | None:
        """The signal's value; None if a multiplexer does not select it."""
        if any(field.get(payload) not in numbers for field, numbers in self._position.multiplexers):
            return None
        field = self._position.field
        return field.value_of(field.get(payload))
