"""Rows as messages of a database: made from a message, and edited by its signals."""

from __future__ import annotations

import contextlib
from dataclasses import dataclass, replace

from canmcast_gui.app.transmit.row import CLASSIC_LENGTHS, FD_LENGTHS, RowError, TransmitRow
from canmcast_gui.database import Database, DatabaseError, Message, Signal
from canmcast_gui.frames import Flag
from canmcast_gui.frames.units import MAX_PERIOD_NS, MIN_PERIOD_NS, NS_PER_MS
from canmcast_gui.transmit.payload import ScaledField

DEFAULT_PERIOD_NS = 100 * NS_PER_MS


@dataclass(frozen=True, slots=True)
class SignalLine:
    """A signal in the payload of a row. ``value`` and ``bits`` are None if the payload is too short."""

    signal: Signal
    value: int | float | None
    minimum: float
    maximum: float
    bits: int | None = None

    @property
    def text(self) -> str:
        """The value as users type it."""
        if self.value is None:
            return ""
        return str(self.value) if isinstance(self.value, int) else f"{self.value:.10g}"

    @property
    def raw_text(self) -> str:
        """The number in the bits, in hex digits if it is not negative."""
        if self.value is None or self.bits is None:
            return ""
        number = field_of(self.signal).number(self.bits)
        return f"0x{number:X}" if isinstance(number, int) and number >= 0 else str(number)


def field_of(signal: Signal) -> ScaledField:
    """The field of a signal in a payload."""
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
    """The signals of a payload in the order of the message; of multiplexed ones those that are selected."""
    return [line_of(signal, data) for signal in message.signals if _selected(message, signal, data)]


def with_value(row: TransmitRow, signal: Signal, value: float | str) -> tuple[TransmitRow, str]:
    """The row with another value of a signal, and a message if the value was limited, else "".

    ``value`` is a number or the text of a choice. Raises RowError if it is neither, or the row is too short.
    """
    field = field_of(signal)
    if field.bytes_needed > len(row.data):
        raise RowError(f"{signal.name} needs {field.bytes_needed} bytes; the row has {len(row.data)}.")
    number = _number(signal, value)
    low, high = limits_of(signal)
    message = ""
    if not low <= number <= high:
        unit = f" {signal.unit}" if signal.unit else ""
        message = f"{signal.name} was limited to the range from {low:g} to {high:g}{unit}."
        number = min(max(number, low), high)
        if float(number).is_integer() and not signal.is_float:
            number = int(number)
    payload = bytearray(row.data)
    field.put(payload, field.bits_of(number))
    return replace(row, data=bytes(payload)), message


def line_of(signal: Signal, data: bytes) -> SignalLine:
    """A signal of a payload."""
    low, high = limits_of(signal)
    field = field_of(signal)
    bits = field.get(data) if field.bytes_needed <= len(data) else None
    return SignalLine(signal, None if bits is None else field.value_of(bits), low, high, bits)


def _selected(message: Message, signal: Signal, data: bytes) -> bool:
    if signal.multiplexer is None:
        return True
    multiplexer = message.signal(signal.multiplexer)
    if multiplexer is None or not _selected(message, multiplexer, data):
        return False
    field = field_of(multiplexer)
    return field.bytes_needed <= len(data) and field.get(data) in signal.multiplexer_ids


def limits_of(signal: Signal) -> tuple[float, float]:
    """The range of the database, within that of the bits."""
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
        raise RowError(f"{value} is not a value of {signal.name}: type a number.")
    return number


def row_for_message(database: Database, message: Message) -> TransmitRow:
    """A row that sends ``message`` with its initial values; raises RowError if it is longer than a frame."""
    if message.length > FD_LENGTHS[-1]:
        raise RowError(
            f"{message.name} has {message.length} bytes; a frame carries at most {FD_LENGTHS[-1]}."
        )
    length = next(valid for valid in FD_LENGTHS if valid >= message.length)
    is_fd = length > CLASSIC_LENGTHS[-1]
    return TransmitRow(
        name=message.name,
        arbitration_id=message.arbitration_id,
        flags=int((Flag.EXTENDED if message.extended else 0) | (Flag.FD if is_fd else 0)),
        data=_initial_payload(database, message).ljust(length, b"\0")[:length],
        period_ns=period_of(message),
    )


def _initial_payload(database: Database, message: Message) -> bytes:
    with contextlib.suppress(DatabaseError):  # a message that cannot be encoded begins with zeros
        return database.encode(message.name, {})
    return b""


def period_of(message: Message) -> int:
    """The cycle of a message in nanoseconds, 100 ms if the database gives none."""
    if not message.cycle_ms:
        return DEFAULT_PERIOD_NS
    return min(max(round(message.cycle_ms * NS_PER_MS), MIN_PERIOD_NS), MAX_PERIOD_NS)
