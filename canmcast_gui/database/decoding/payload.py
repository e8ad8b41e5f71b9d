"""All signals of one frame, for display, also of the messages in a container PDU.

A container PDU (AUTOSAR) has several messages, each after a header of four bytes: three bytes of id, most
significant first, and one byte of length. This is AUTOSAR's short header, the one that cantools reads.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from itertools import islice

import numpy as np

from canmcast_gui.database.decoding.values import physical_value, value_text
from canmcast_gui.database.model import Message, Selectors, Signal, SignalValue, selectors_of
from canmcast_gui.frames import MAX_PAYLOAD, FrameBatch
from canmcast_gui.frames.arrays import Bytes, RowNumbers
from canmcast_gui.frames.bitfield import BitField

HEADER_BYTES = 4


@dataclass(slots=True)
class _SignalReader:
    """A signal with everything that can be computed before its payloads are known."""

    signal: Signal
    selectors: Selectors
    field: BitField
    bytes_needed: int
    selecting: frozenset[int] | None = None  # of a multiplexer: the raw values that select other signals

    @classmethod
    def of(cls, message: Message, signal: Signal) -> _SignalReader:
        selecting = None
        if signal.is_multiplexer:
            lower = [one for one in message.signals if one.multiplexer == signal.name]
            selecting = frozenset[int]().union(*(one.multiplexer_ids for one in lower))
        field = signal.field
        return cls(signal, selectors_of(message, signal), field, field.bytes_needed, selecting)

    def raw(self, payload: bytes) -> int | float:
        return self.field.number(self.field.get(payload))

    def value(self, raw: int | float) -> SignalValue:
        signal, value = self.signal, physical_value(self.signal, raw)
        text = value_text(signal, raw, value)
        return SignalValue(signal.name, value, signal.unit, text, raw, self._warning(raw, value))

    def _warning(self, raw: int | float, value: int | float) -> str:
        if raw in self.signal.choices:
            return ""
        if self.selecting is not None and raw not in self.selecting:
            return "selects no signals"
        return range_warning(self.signal, value)


class PayloadDecoder:
    """Decodes payloads of one message."""

    def __init__(self, message: Message) -> None:
        self._message = message
        self._readers = [_SignalReader.of(message, signal) for signal in message.signals]
        multiplexers = {above.name: above for reader in self._readers for above, _ in reader.selectors}
        self._multiplexers = {name: above.field for name, above in multiplexers.items()}
        self._contained = {inner.header_id: PayloadDecoder(inner) for inner in message.contained}

    def decode(self, payload: bytes, most: int | None = None) -> list[SignalValue]:
        """The signals that are in the payload and selected, in the database's order; at most ``most``."""
        if self._contained:
            return self._decode_container(payload)[:most]
        numbers = {
            name: field.number(field.get(payload))
            for name, field in self._multiplexers.items()
            if field.bytes_needed <= len(payload)
        }
        found = (
            reader.value(reader.raw(payload))
            for reader in self._readers
            if reader.bytes_needed <= len(payload)
            and all(numbers.get(above.name) in selecting for above, selecting in reader.selectors)
        )
        return list(islice(found, most))

    def _decode_container(self, payload: bytes) -> list[SignalValue]:
        found: list[SignalValue] = []
        position = 0
        while position + HEADER_BYTES <= len(payload):
            header_id = int.from_bytes(payload[position : position + 3], "big")
            start = position + HEADER_BYTES
            position = start + payload[position + 3]
            decoder = self._contained.get(header_id)
            if decoder is not None:
                found += decoder._named_values(payload[start:position])
        return found

    def _named_values(self, payload: bytes) -> list[SignalValue]:
        return [replace(value, name=f"{self._message.name}.{value.name}") for value in self.decode(payload)]


def range_warning(signal: Signal, value: int | float) -> str:
    """A text about a value outside the signal's range, "" for a value inside."""
    low, high = signal.minimum, signal.maximum
    if low is None or high is None or low >= high or value != value:
        return ""
    # A raw value at the limit is inside, also where rounding changes the last decimal of the scaled value.
    tolerance = abs(signal.scale) / 2
    if low - tolerance < value < high + tolerance:
        return ""
    return f"outside {low:g} to {high:g}"


def contained_frames(batch: FrameBatch, header_id: int) -> tuple[RowNumbers, FrameBatch]:
    """The messages with a header id in containers: the rows of their containers, and the messages as frames.

    A container that has the message twice gives two rows.
    """
    payloads, lengths = batch.payload_matrix(), batch.length.astype(np.int64)
    positions = np.zeros(len(batch), np.int64)
    rows = np.arange(len(batch))
    found_rows, found_data, found_lengths = [], [], []
    while len(rows):
        rows = rows[positions[rows] + HEADER_BYTES <= lengths[rows]]
        begins = positions[rows]
        header = payloads[rows[:, None], begins[:, None] + np.arange(HEADER_BYTES)].astype(np.int64)
        number = (header[:, 0] << 16) | (header[:, 1] << 8) | header[:, 2]
        start, end = begins + HEADER_BYTES, begins + HEADER_BYTES + header[:, 3]
        wanted = number == header_id
        columns = np.minimum(start[wanted, None] + np.arange(MAX_PAYLOAD), payloads.shape[1] - 1)
        found_data.append(payloads[rows[wanted, None], columns])
        # The last message of a truncated container is as long as what is left of it.
        found_lengths.append(np.minimum(end[wanted], lengths[rows[wanted]]) - start[wanted])
        found_rows.append(rows[wanted])
        positions[rows] = end
    return _frames_of(found_rows, found_data, found_lengths)


def _frames_of(
    rows: list[RowNumbers], data: list[Bytes], lengths: list[RowNumbers]
) -> tuple[RowNumbers, FrameBatch]:
    """Join what was found in several steps, in the order of the rows."""
    joined: RowNumbers = np.concatenate([np.zeros(0, np.int64), *rows])
    order = np.argsort(joined, kind="stable")
    payloads = np.concatenate([np.zeros((0, MAX_PAYLOAD), np.uint8), *data])[order]
    length = np.concatenate([np.zeros(0, np.int64), *lengths])[order]
    payloads[np.arange(MAX_PAYLOAD) >= length[:, None]] = 0
    return joined[order], FrameBatch.from_columns(np.zeros(len(joined), np.int64), 0, payloads, length)
