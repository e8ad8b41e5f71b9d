"""A row's data by its meaning: the signals of its message, and the data with one of them changed."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace

from canmcast_gui.app.transmit.row import CLASSIC_LENGTHS, FD_LENGTHS, RowError, TransmitRow
from canmcast_gui.database import Database, DatabaseError, Message, Signal
from canmcast_gui.frames import Flag
from canmcast_gui.frames.units import MAX_PERIOD_NS, MIN_PERIOD_NS, NS_PER_MS
from canmcast_gui.transmit.payload import ScaledField


@dataclass(frozen=True, slots=True)
class SignalLine:
    """A signal that is in the frame as its data is now. ``value`` None where the data is too short for it."""

    signal: Signal
    value: int | float | None
    minimum: float
    maximum: float

    @property
    def text(self) -> str:
        """The value as it is typed."""
        if self.value is None:
            return ""
        return str(self.value) if isinstance(self.value, int) else f"{self.value:.10g}"


def field_of(signal: Signal) -> ScaledField:
    """Where a signal stands in the data."""
    return ScaledField(
        signal.start,
        signal.length,
        signal.big_endian,
        signal.signed,
        signal.is_float,
        signal.scale,
        signal.offset,
    )


def lines_of(message: Message, data: bytes) -> list[SignalLine]:
    """The signals that the data has, in the message's order; of multiplexed ones those that are selected."""
    return [_line(signal, data) for signal in message.signals if _selected(message, signal, data)]


def with_value(row: TransmitRow, signal: Signal, value: float | str) -> tuple[TransmitRow, str]:
    """The row with a signal's value, a number or a choice's text, and a sentence where it was limited.

    All other bits stay. Raises RowError for what is no value of it, or a row that is too short.
    """
    place = field_of(signal)
    if place.bytes_needed > len(row.data):
        raise RowError(f"{signal.name} needs {place.bytes_needed} bytes; the row has {len(row.data)}.")
    number = _number(signal, value)
    low, high = _limits(signal)
    said = ""
    if not low <= number <= high:
        unit = f" {signal.unit}" if signal.unit else ""
        said = f"{signal.name} was limited: it lies between {low:g} and {high:g}{unit}."
        number = min(max(number, low), high)
        if float(number).is_integer() and not signal.is_float:
            number = int(number)
    payload = bytearray(row.data)
    place.put(payload, place.bits_of(number))
    return replace(row, data=bytes(payload)), said


def _line(signal: Signal, data: bytes) -> SignalLine:
    low, high = _limits(signal)
    return SignalLine(signal, _value(signal, data), low, high)


def _selected(message: Message, signal: Signal, data: bytes) -> bool:
    if signal.multiplexer is None:
        return True
    chooser = message.signal(signal.multiplexer)
    if chooser is None or not _selected(message, chooser, data):
        return False
    place = field_of(chooser)
    return place.bytes_needed <= len(data) and place.get(data) in signal.multiplexer_ids


def _value(signal: Signal, data: bytes) -> int | float | None:
    place = field_of(signal)
    if place.bytes_needed > len(data):
        return None
    return place.value_of(place.get(data))


def _limits(signal: Signal) -> tuple[float, float]:
    """What the database allows, as far as the bits can say it."""
    low, high = field_of(signal).value_limits
    if signal.minimum is not None and signal.maximum is not None and signal.minimum < signal.maximum:
        return max(low, signal.minimum), min(high, signal.maximum)
    return low, high


def _number(signal: Signal, value: float | str) -> float:
    if not isinstance(value, str):
        return value
    for raw, text in signal.choices.items():
        if text == value:
            return raw * signal.scale + signal.offset
    digits = value.strip().replace(",", ".")
    try:
        return int(digits, 0)
    except ValueError:
        pass
    try:
        number = float(digits)
    except ValueError:
        number = float("nan")
    if number != number or number in (float("inf"), float("-inf")):
        raise RowError(f"{value} is no value of {signal.name}: type a number.")
    return number


DEFAULT_PERIOD_NS = 100 * NS_PER_MS


def row_for_message(database: Database, message: Message) -> TransmitRow:
    """A row that sends ``message`` with its initial values; raises RowError where no frame can hold it."""
    if message.length > FD_LENGTHS[-1]:
        raise RowError(
            f"{message.name} has {message.length} bytes; a frame carries at most {FD_LENGTHS[-1]}."
        )
    length = next(one for one in FD_LENGTHS if one >= message.length)
    fd = length > CLASSIC_LENGTHS[-1]
    return TransmitRow(
        name=message.name,
        arbitration_id=message.arbitration_id,
        flags=int((Flag.EXTENDED if message.extended else 0) | (Flag.FD if fd else 0)),
        data=_initial_payload(database, message).ljust(length, b"\0")[:length],
        period_ns=_period_ns(message),
    )


def _initial_payload(database: Database, message: Message) -> bytes:
    with contextlib.suppress(DatabaseError):  # a message that cannot be encoded is offered with zeros
        return database.encode(message.name, {})
    return b""


def _period_ns(message: Message) -> int:
    if not message.cycle_ms:
        return DEFAULT_PERIOD_NS
    return min(max(round(message.cycle_ms * NS_PER_MS), MIN_PERIOD_NS), MAX_PERIOD_NS)
