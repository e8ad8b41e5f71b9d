"""Signal values of a message: columns over many frames, or all signals of one frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.database.convert import physical_column, physical_value, value_text
from canmcast_gui.database.extract import raw_column, raw_value
from canmcast_gui.database.model import Message, Signal, SignalValue
from canmcast_gui.frames import Flag, FrameBatch

Rows = npt.NDArray[np.int64]
Column = npt.NDArray[Any]

_KIND = np.uint16(Flag.EXTENDED | Flag.REMOTE | Flag.ERROR)


def frames_of(message: Message, batch: FrameBatch, others: Column | None = None) -> Rows:
    """The rows of the data frames that are this message, ascending.

    ``others`` are ids of messages that a database describes more closely than this parameter group.
    """
    kind = np.uint16(Flag.EXTENDED if message.extended else 0)
    wanted = (batch.flags & _KIND) == kind
    if message.by_parameter_group:
        wanted &= (batch.arbitration_id & np.uint32(message.id_mask)) == np.uint32(
            message.arbitration_id & message.id_mask
        )
        if others is not None and len(others):
            wanted &= ~np.isin(batch.arbitration_id, others)
    else:
        wanted &= batch.arbitration_id == np.uint32(message.arbitration_id)
    return np.flatnonzero(wanted)


def decode_column(message: Message, signal: Signal, batch: FrameBatch, rows: Rows) -> tuple[Rows, Column]:
    """Physical values of ``signal`` in those of ``rows`` (frames of ``message``) that have it.

    Frames that are too short for it, or whose multiplexer does not select it, are left out.
    """
    rows = _selected(message, signal, batch, rows)
    return rows, physical_column(signal, raw_column(signal, batch[rows]))


def _selected(message: Message, signal: Signal, batch: FrameBatch, rows: Rows) -> Rows:
    """Those of ``rows`` in which the signal is."""
    for multiplexer, numbers in multiplexers_of(message, signal):
        rows = _long_enough(multiplexer, batch, rows)
        chosen = raw_column(multiplexer, batch[rows])
        rows = rows[np.isin(chosen.astype(np.int64), np.fromiter(numbers, dtype=np.int64))]
    return _long_enough(signal, batch, rows)


def _long_enough(signal: Signal, batch: FrameBatch, rows: Rows) -> Rows:
    return rows[batch.length[rows] >= signal.bytes_needed]


def multiplexers_of(message: Message, signal: Signal) -> list[tuple[Signal, frozenset[int]]]:
    """The multiplexers that a signal depends on, outermost first, with the numbers that select it.

    A multiplexer that the database does not have selects always; one that depends on itself ends the chain.
    """
    chain: list[tuple[Signal, frozenset[int]]] = []
    at = signal
    while at.multiplexer is not None and len(chain) < len(message.signals):
        above = message.signal(at.multiplexer)
        if above is None:
            break
        chain.append((above, at.multiplexer_ids))
        at = above
    return chain[::-1]


def decode_payload(message: Message, payload: bytes) -> list[SignalValue]:
    """All signals of one frame that are in its payload and selected, in the database's order."""
    raws: dict[str, int | float] = {
        signal.name: raw_value(signal, payload)
        for signal in message.signals
        if signal.bytes_needed <= len(payload)
    }
    return [
        _signal_value(signal, raws[signal.name])
        for signal in message.signals
        if signal.name in raws and _is_selected(message, signal, raws)
    ]


def _is_selected(message: Message, signal: Signal, raws: dict[str, int | float]) -> bool:
    if signal.multiplexer is None:
        return True
    return all(raws.get(above.name) in numbers for above, numbers in multiplexers_of(message, signal))


def _signal_value(signal: Signal, raw: int | float) -> SignalValue:
    value = physical_value(signal, raw)
    return SignalValue(signal.name, value, signal.unit, value_text(signal, raw, value), raw)
