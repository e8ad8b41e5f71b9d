"""Filters for the transmit process, which has no databases: what they ask of one is handed over with them.

A condition is a filter's text, or plain values: ``text``; ``names`` {pattern: [[arbitration id, extended,
bits that must agree], …]}; ``choices`` {signal: {text: value}}; ``signals`` {signal: [part, …]}, the part of
each database that has it. A part has ``scope``, the text of a filter for the frames that the database is for,
and ``places``; each of those ``id``, ``extended``, ``mask``, ``without`` (ids that are another message),
``needed`` (bytes), ``field`` (a ScaledField) and ``chain``, the multiplexers [[field, [numbers]], …] that
select the signal.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.frames import Flag, FrameBatch, SourceTable
from canmcast_gui.frames.filters import Filter, SignalColumn, compile_filter
from canmcast_gui.transmit.payload.scaled_field import Field

Condition = str | dict[str, Any]

_KIND = np.uint16(Flag.EXTENDED | Flag.REMOTE | Flag.ERROR)


def text_of(condition: Condition) -> str:
    """The filter as the user wrote it."""
    return condition if isinstance(condition, str) else str(condition["text"])


def compile_condition(condition: Condition, sources: SourceTable | None = None) -> Filter:
    """The filter; ``sources`` is the table of the frames that it is asked about. Raises FilterError."""
    if isinstance(condition, str):
        return compile_filter(condition, sources=sources)
    names, signals, choices = condition["names"], condition["signals"], condition["choices"]

    def column(name: str) -> SignalColumn | None:
        parts = signals.get(name)
        return None if parts is None else _SignalReader(parts, sources).read

    return compile_filter(
        condition["text"],
        names=lambda pattern: [tuple(one) for one in names.get(pattern, ())],
        sources=sources,
        signals=column,
        choices=lambda name: choices.get(name, {}),
    )


class _SignalReader:
    """A signal's values in the frames that carry it.

    Payloads are read one by one: these are the frames of one message out of those that came since the last
    turn, a few at a time.
    """

    def __init__(self, parts: list[dict[str, Any]], sources: SourceTable | None) -> None:
        self._parts = [
            (compile_filter(part["scope"], sources=sources), [_Place(one) for one in part["places"]])
            for part in parts
        ]

    def read(self, batch: FrameBatch) -> tuple[npt.NDArray[np.signedinteger], npt.NDArray[Any]]:
        """Rows that carry it, ascending, and its values there."""
        found = dict(sorted(self._found(batch)))
        return np.array(list(found), dtype=np.int64), np.array(list(found.values()))

    def _found(self, batch: FrameBatch) -> Iterator[tuple[int, int | float]]:
        """By each database what no earlier one was for."""
        left = np.ones(len(batch), dtype=np.bool_)
        for scope, places in self._parts:
            meant = scope.mask(batch) & left
            left &= ~meant
            for place in places:
                for row in np.flatnonzero(place.frames(batch) & meant).tolist():
                    value = place.value(batch.payload(row))
                    if value is not None:
                        yield row, value


class _Place:
    """One place where a signal can be."""

    def __init__(self, values: dict[str, Any]) -> None:
        self._mask = np.uint32(values["mask"])
        self._number = np.uint32(values["id"] & values["mask"])
        self._kind = np.uint16(Flag.EXTENDED if values["extended"] else 0)
        self._without = np.array(values["without"], dtype=np.uint32)
        self._needed = int(values["needed"])
        self._field = Field(**values["field"])
        self._chain = [(Field(**field), frozenset(numbers)) for field, numbers in values["chain"]]

    def frames(self, batch: FrameBatch) -> npt.NDArray[np.bool_]:
        """Which data frames of a batch are the message, and long enough."""
        wanted: npt.NDArray[np.bool_] = (batch.flags & _KIND) == self._kind
        wanted &= (batch.arbitration_id & self._mask) == self._number
        wanted &= batch.length >= self._needed
        if len(self._without):
            wanted &= ~np.isin(batch.arbitration_id, self._without)
        return wanted

    def value(self, payload: bytes) -> int | float | None:
        """The signal's value; None where a multiplexer does not select it."""
        if any(field.get(payload) not in numbers for field, numbers in self._chain):
            return None
        return self._field.value_of(self._field.get(payload))
