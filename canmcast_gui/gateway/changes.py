"""What a rule changes of the frames that it forwards: id, payload, the channel number of a datagram."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import numpy as np
import numpy.typing as npt

from canmcast_gui.database import DatabaseError, DatabaseSet
from canmcast_gui.frames import INLINE_BYTES, MAX_PAYLOAD, Flag, FrameBatch
from canmcast_gui.frames.arrays import Bytes, Mask, Numbers
from canmcast_gui.frames.units import MAX_EXTENDED_ID, MAX_STANDARD_ID
from canmcast_gui.gateway.rules import Rule, RuleError, SignalValue

# Changes the payloads of a batch, uint8 (n, width), in place.
Change = Callable[[FrameBatch, Bytes], None]

# The column of a record in which a batch keeps the channel number of its datagrams inside the gateway.
CARRIED = "reserved"


class Changes:
    """The changes of one rule. Raises RuleError for a signal or a value that the databases do not have."""

    def __init__(self, rule: Rule, position: int, databases: DatabaseSet) -> None:
        self._rule = rule
        self._payload: list[Change] = [
            _byte_change(change.byte, change.value, change.mask) for change in rule.data
        ]
        for name, value in rule.signals.items():
            try:
                self._payload.append(_signal_change(name, value, databases))
            except (DatabaseError, ValueError) as error:
                raise RuleError(str(error), position, "signals") from None

    def apply(self, batch: FrameBatch) -> tuple[FrameBatch, Mask]:
        """The changed frames, and which of them are possible, bool (n,)."""
        if self._payload:
            batch = self._change_payloads(batch)
        else:
            batch = FrameBatch(batch.records.copy(), batch.heap)
        self._change_channels(batch)
        return batch, self._change_ids(batch)

    def _change_payloads(self, batch: FrameBatch) -> FrameBatch:
        width = MAX_PAYLOAD if (batch.length > INLINE_BYTES).any() else INLINE_BYTES
        payloads = batch.payload_matrix(width)
        for change in self._payload:
            change(batch, payloads)
        changed = FrameBatch.from_columns(
            batch.timestamp_ns,
            batch.arbitration_id,
            payloads,
            length=batch.length,
            flags=batch.flags,
            channel=batch.channel,
            source=batch.source,
            dlc=batch.dlc,
        )
        changed.records[CARRIED] = batch.records[CARRIED]
        return changed

    def _change_channels(self, batch: FrameBatch) -> None:
        carried = batch.records[CARRIED]
        if self._rule.channel is not None:
            carried[:] = self._rule.channel
        if self._rule.channel_table:
            carried[:] = _mapped(carried, self._rule.channel_table)

    def _change_ids(self, batch: FrameBatch) -> Mask:
        """Change ids in place; returns which are possible. One of more than 11 bits is an extended one."""
        rule, flags = self._rule, batch.records["flags"]
        ids = batch.arbitration_id.astype(np.int64)
        if rule.id is not None:
            ids[:] = rule.id
        if rule.id_table:
            ids = _mapped(ids, rule.id_table)
        ids += rule.id_offset
        if rule.extended is not None:
            flags &= ~np.uint16(Flag.EXTENDED)
            flags |= np.uint16(Flag.EXTENDED if rule.extended else 0)
        possible: Mask = (ids >= 0) & (
            ids <= (MAX_STANDARD_ID if rule.extended is False else MAX_EXTENDED_ID)
        )
        flags[possible & (ids > MAX_STANDARD_ID)] |= np.uint16(Flag.EXTENDED)
        batch.records["arbitration_id"] = np.where(possible, ids, 0)
        return possible


def _mapped(numbers: npt.NDArray[np.integer], table: Mapping[int, int]) -> Numbers:
    """The numbers with those of a table replaced, int64 (n,)."""
    keys = np.array(sorted(table), dtype=np.int64)
    values = np.array([table[key] for key in keys.tolist()], dtype=np.int64)
    found = np.minimum(np.searchsorted(keys, numbers), len(keys) - 1)
    mapped: Numbers = np.where(keys[found] == numbers, values[found], numbers)
    return mapped


def _byte_change(byte: int, value: int, mask: int) -> Change:
    def change(batch: FrameBatch, payloads: Bytes) -> None:
        if byte < payloads.shape[1]:
            column = payloads[:, byte]
            changed = (column & np.uint8(~mask & 0xFF)) | np.uint8(value & mask)
            payloads[:, byte] = np.where(batch.length > byte, changed, column)

    return change


def _signal_change(name: str, value: SignalValue, databases: DatabaseSet) -> Change:
    """A constant value of a signal is constant bits, in the frames that have the signal."""
    signal = databases.signal(name)
    if isinstance(value, str):
        choices = databases.choices(name)
        if value not in choices:
            texts = ", ".join(choices) or "none"
            raise ValueError(f"{value!r} is not a text of the signal {name}; there are: {texts}")
        value = choices[value]
    raw = (value - signal.offset) / signal.scale
    field = signal.field
    low, high = field.limits
    if not field.float_format and not low <= round(raw) <= high:
        raise ValueError(f"{value:g} does not fit into the signal {name}")
    bits, ones = bytearray(MAX_PAYLOAD), bytearray(MAX_PAYLOAD)
    field.put(bits, field.bits(raw))
    field.put(ones, (1 << signal.length) - 1)
    new, mask = np.frombuffer(bytes(bits), np.uint8), np.frombuffer(bytes(ones), np.uint8)
    find = databases.reader(name)
    assert find is not None

    def change(batch: FrameBatch, payloads: Bytes) -> None:
        width = payloads.shape[1]
        rows, _values = find(batch)
        payloads[rows] = (payloads[rows] & ~mask[:width]) | new[:width]

    return change
