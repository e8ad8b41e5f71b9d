"""All signals of one frame, also of the messages in a container PDU."""

from __future__ import annotations

import numpy as np

from canmcast_gui.database.decoding.raw import raw_value
from canmcast_gui.database.decoding.values import physical_value, value_text
from canmcast_gui.database.model import Message, Signal, SignalValue, multiplexers_of
from canmcast_gui.frames import MAX_PAYLOAD, FrameBatch
from canmcast_gui.frames.arrays import RowNumbers


class PayloadDecoder:
    """Decodes payloads of one message; what can be known beforehand is worked out once."""

    def __init__(self, message: Message) -> None:
        self._message = message
        self._signals = [(one, multiplexers_of(message, one)) for one in message.signals]
        self._selecting = {
            one.name: frozenset().union(
                *(below.multiplexer_ids for below in message.signals if below.multiplexer == one.name)
            )
            for one in message.signals
            if one.is_multiplexer
        }
        self._inner = {one.header_id: PayloadDecoder(one) for one in message.contained}

    def decode(self, payload: bytes) -> list[SignalValue]:
        """All signals that are in the payload and selected, in the database's order."""
        if self._inner:
            return self._decode_container(payload)
        raws: dict[str, int | float] = {}
        found = []
        for signal, chain in self._signals:
            if signal.bytes_needed > len(payload):
                continue
            for above, _ in chain:
                if above.name not in raws and above.bytes_needed <= len(payload):
                    raws[above.name] = raw_value(above, payload)
            if all(raws.get(above.name) in numbers for above, numbers in chain):
                found.append(self._value(signal, raw_value(signal, payload)))
        return found

    def _value(self, signal: Signal, raw: int | float) -> SignalValue:
        value = physical_value(signal, raw)
        text = value_text(signal, raw, value)
        return SignalValue(signal.name, value, signal.unit, text, raw, self._remark(signal, raw, value))

    def _remark(self, signal: Signal, raw: int | float, value: int | float) -> str:
        if raw in signal.choices:
            return ""
        numbers = self._selecting.get(signal.name)
        if numbers is not None and raw not in numbers:
            return "selects no signals"
        return range_remark(signal, value)

    def _decode_container(self, payload: bytes) -> list[SignalValue]:
        found = []
        place = 0
        while place + HEADER_BYTES <= len(payload):
            number, length = header_at(payload, place)
            start = place + HEADER_BYTES
            inner = self._inner.get(number)
            if inner is not None:
                found += [
                    SignalValue(
                        f"{inner._message.name}.{one.name}",
                        one.value,
                        one.unit,
                        one.text,
                        one.raw,
                        one.remark,
                    )
                    for one in inner.decode(payload[start : start + length])
                ]
            place = start + length
        return found


def range_remark(signal: Signal, value: int | float) -> str:
    """What to say of a value outside the signal's range, "" for one inside."""
    low, high = signal.minimum, signal.maximum
    if low is None or high is None or low >= high or value != value:
        return ""
    # a raw value on the border is within, whatever its scale's last decimal does
    slack = abs(signal.scale) / 2
    if low - slack < value < high + slack:
        return ""
    return f"outside {low:g} to {high:g}"


HEADER_BYTES = 4


def header_at(payload: bytes, place: int) -> tuple[int, int]:
    """The id and the length of the message whose header is at that byte."""
    return int.from_bytes(payload[place : place + 3], "big"), payload[place + 3]


def contained_frames(batch: FrameBatch, header_id: int) -> tuple[RowNumbers, FrameBatch]:
    """The messages of that header id in containers: the rows of their containers, and frames of their own.

    A container that has the message twice gives two rows.
    """
    payloads, lengths = batch.payload_matrix(), batch.length.astype(np.int64)
    places = np.zeros(len(batch), np.int64)
    rows = np.arange(len(batch))
    found_rows, found_data, found_lengths = [], [], []
    while len(rows):
        rows = rows[places[rows] + HEADER_BYTES <= lengths[rows]]
        at = places[rows]
        header = payloads[rows[:, None], at[:, None] + np.arange(HEADER_BYTES)].astype(np.int64)
        number = (header[:, 0] << 16) | (header[:, 1] << 8) | header[:, 2]
        start, end = at + HEADER_BYTES, at + HEADER_BYTES + header[:, 3]
        wanted = number == header_id
        columns = np.minimum(start[wanted, None] + np.arange(MAX_PAYLOAD), payloads.shape[1] - 1)
        found_data.append(payloads[rows[wanted, None], columns])
        # what a truncated container has of its last message is there
        found_lengths.append(np.minimum(end[wanted], lengths[rows[wanted]]) - start[wanted])
        found_rows.append(rows[wanted])
        places[rows] = end
    joined: RowNumbers = np.concatenate([np.zeros(0, np.int64), *found_rows])
    order = np.argsort(joined, kind="stable")
    data = np.concatenate([np.zeros((0, MAX_PAYLOAD), np.uint8), *found_data])[order]
    length = np.concatenate([np.zeros(0, np.int64), *found_lengths])[order]
    data[np.arange(MAX_PAYLOAD) >= length[:, None]] = 0
    inner = FrameBatch.from_columns(np.zeros(len(joined), np.int64), 0, data, length)
    return joined[order], inner
