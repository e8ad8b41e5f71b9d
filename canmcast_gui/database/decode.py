"""Signal values of a message: columns over many frames, or all signals of one frame."""

from __future__ import annotations

from typing import Any

import numpy as np
import numpy.typing as npt

from canmcast_gui.database.convert import physical_column, physical_value, value_text
from canmcast_gui.database.extract import raw_column, raw_value
from canmcast_gui.database.model import Message, Signal, SignalValue
from canmcast_gui.frames import INLINE_BYTES, Flag, FrameBatch

Column = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]
Chain = list[tuple[Signal, frozenset[int]]]
Found = tuple[Column, Column]

_KIND = np.uint16(Flag.EXTENDED | Flag.REMOTE | Flag.ERROR)

# Frames are taken in pieces whose records stay in the processor's cache between the steps: five times as
# fast as one step after the other over all of them.
_PIECE_FRAMES = 16384


def decode_column(
    message: Message, signal: Signal, batch: FrameBatch, marks: Column, others: Column | None = None
) -> tuple[Column, Column]:
    """The signal's physical values in ``batch``, and the marks (n,) of the frames that have it.

    Other messages' frames, remote and error frames, frames too short for the signal, and those whose
    multiplexer does not select it are left out. ``others`` are ids that a database describes more closely
    than this message, if that is a parameter group.
    """
    chain = multiplexers_of(message, signal)
    found = []
    for start in range(0, max(1, len(batch)), _PIECE_FRAMES):
        piece = slice(start, start + _PIECE_FRAMES)
        there = _frames_of(message, batch[piece], others)
        found.append(_decode_piece(signal, chain, batch[piece], marks[piece], there))
    return np.concatenate([marks for marks, _ in found]), np.concatenate([values for _, values in found])


def _decode_piece(signal: Signal, chain: Chain, batch: FrameBatch, marks: Column, there: Mask) -> Found:
    """Marks and values of those frames that are ``there`` and have the signal."""
    needed = max(signal.bytes_needed, *(above.bytes_needed for above, _ in chain), 0)
    there &= batch.length >= needed
    count = np.count_nonzero(there)
    # Few frames are picked out first, many last. What lies beyond byte 8 can be read only where it is.
    if count < len(batch) and (4 * count < len(batch) or needed > INLINE_BYTES):
        rows = np.flatnonzero(there)
        batch, marks, there = batch[rows], marks[rows], there[rows]
    for multiplexer, numbers in chain:
        there &= _is_one_of(raw_column(multiplexer, batch), numbers)
    raw = raw_column(signal, batch)
    if not there.all():
        raw, marks = raw[there], marks[there]
    return marks, physical_column(signal, raw)


def _frames_of(message: Message, batch: FrameBatch, others: Column | None) -> Mask:
    """Which data frames are this message."""
    kind = np.uint16(Flag.EXTENDED if message.extended else 0)
    wanted: Mask = (batch.flags & _KIND) == kind
    if not message.by_parameter_group:
        wanted &= batch.arbitration_id == np.uint32(message.arbitration_id)
        return wanted
    group = np.uint32(message.arbitration_id & message.id_mask)
    wanted &= (batch.arbitration_id & np.uint32(message.id_mask)) == group
    if others is not None and len(others):
        wanted &= ~np.isin(batch.arbitration_id, others)
    return wanted


def _is_one_of(raw: Column, numbers: frozenset[int]) -> Mask:
    if len(numbers) > 8:
        return np.isin(raw.astype(np.int64), np.fromiter(numbers, dtype=np.int64))
    found: Mask = np.zeros(len(raw), dtype=np.bool_)
    for number in numbers:
        found |= raw == number
    return found


def multiplexers_of(message: Message, signal: Signal) -> Chain:
    """The multiplexers that a signal depends on, outermost first, with the numbers that select it.

    A multiplexer that the database does not have selects always; one that depends on itself ends the chain.
    """
    chain: Chain = []
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
